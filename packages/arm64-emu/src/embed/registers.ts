import type { Cpu } from '../cpu/cpu.js';
import type { SystemRegisterName } from '../cpu/register-names.generated.js';
import { EmulatorError } from './error.js';

type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
type To30 = Digit | `${1 | 2}${Digit}` | 30;

/**
 * A register by its name in the Arm ARM: `x0` to `x30`, `w0` to `w30`, `sp`, `lr`, `fp`, `pc`, `pstate`, `nzcv`, `fpcr`,
 * `fpsr`, `v0` to `v31` and `q0` to `q31` (128 bits), their parts `d`, `s`, `h` and `b`, and the system registers, such as
 * `SCTLR_EL1`, in either case; a CPU model has some of these.
 */
export type RegisterName =
  | `${'x' | 'w'}${To30}`
  | `${'v' | 'q' | 'd' | 's' | 'h' | 'b'}${To30 | 31}`
  | 'sp'
  | 'lr'
  | 'fp'
  | 'pc'
  | 'pstate'
  | 'nzcv'
  | 'fpcr'
  | 'fpsr'
  | SystemRegisterName
  | Lowercase<SystemRegisterName>;

/** How a register is reached; values are unsigned. */
interface Accessor {
  readonly writable: boolean;
  get(cpu: Cpu): bigint;
  set(cpu: Cpu, value: bigint): void;
}

const VECTOR_BITS: Readonly<Record<string, number>> = { v: 128, q: 128, d: 64, s: 32, h: 16, b: 8 };

const SPECIAL: Readonly<Record<string, Omit<Accessor, 'writable'>>> = {
  sp: { get: cpu => cpu.x(31), set: (cpu, v) => cpu.setX(31, v) },
  lr: { get: cpu => cpu.x(30), set: (cpu, v) => cpu.setX(30, v) },
  fp: { get: cpu => cpu.x(29), set: (cpu, v) => cpu.setX(29, v) },
  pc: {
    get: cpu => cpu.pc,
    set: (cpu, v) => {
      cpu.pc = BigInt.asUintN(64, v);
    },
  },
  pstate: { get: cpu => cpu.pstate, set: (cpu, v) => cpu.setPstate(v) },
  nzcv: { get: cpu => BigInt(cpu.nzcv) << 28n, set: (cpu, v) => cpu.setNzcv(Number((v >> 28n) & 15n)) },
  fpcr: { get: cpu => BigInt(cpu.fpcr), set: (cpu, v) => cpu.setFpcr(Number(BigInt.asUintN(32, v))) },
  fpsr: { get: cpu => BigInt(cpu.fpsr), set: (cpu, v) => cpu.setFpsr(Number(BigInt.asUintN(32, v))) },
  sp_el0: { get: cpu => cpu.stackPointer(0), set: (cpu, v) => cpu.setStackPointer(0, v) },
  sp_el2: { get: cpu => cpu.stackPointer(2), set: (cpu, v) => cpu.setStackPointer(2, v) },
  sp_el1: { get: cpu => cpu.stackPointer(1), set: (cpu, v) => cpu.setStackPointer(1, v) },
};

const NUMBERED = /^([xwvqdshb])([0-9]|[12][0-9]|3[01])$/;

function numbered(kind: string, n: number): Accessor | undefined {
  if (kind === 'x' || kind === 'w') {
    if (n === 31) return undefined;
    const bits = kind === 'x' ? 64 : 32;
    return {
      writable: true,
      get: cpu => BigInt.asUintN(bits, cpu.x(n)),
      set: (cpu, v) => cpu.setX(n, BigInt.asUintN(bits, v)),
    };
  }
  const bits = VECTOR_BITS[kind]!;
  return {
    writable: true,
    get: cpu => BigInt.asUintN(bits, cpu.v(n)),
    set: (cpu, v) => cpu.setV(n, BigInt.asUintN(bits, v)),
  };
}

function system(cpu: Cpu, name: string): Accessor | undefined {
  for (const reg of cpu.registers) {
    if (reg.name.toLowerCase() !== name) continue;
    return {
      writable: reg.slot >= 0 || reg.set !== undefined,
      get: c => c.read(reg.name),
      set: (c, v) => void c.assign(reg.name, BigInt.asUintN(64, v)),
    };
  }
  return undefined;
}

function accessor(cpu: Cpu, name: string): Accessor {
  const lower = name.toLowerCase();
  const special = Object.hasOwn(SPECIAL, lower) ? SPECIAL[lower] : undefined;
  if (special !== undefined) return { ...special, writable: true };
  const m = NUMBERED.exec(lower);
  const found = m ? numbered(m[1]!, Number(m[2])) : system(cpu, lower);
  if (found === undefined) throw new EmulatorError('no-register', `this CPU has no register ${name}`, { path: name });
  return found;
}
function writableAccessor(cpu: Cpu, name: string): Accessor {
  const found = accessor(cpu, name);
  if (!found.writable) throw new EmulatorError('read-only', `${name} cannot be written`, { path: name });
  return found;
}

/** Value of a register. The CPU's state must be in place. Throws {@link EmulatorError} `no-register`. */
export function readRegister(cpu: Cpu, name: string): bigint {
  return accessor(cpu, name).get(cpu);
}

/** Throws {@link EmulatorError} `no-register` or `read-only` unless {@link writeRegister} would not. */
export function checkWritable(cpu: Cpu, name: string): void {
  writableAccessor(cpu, name);
}

/**
 * Sets a register, with the effects that a write by EL1 has. Writes to `w`, `d` and so on clear the rest. Recordings do not
 * have it: see {@link HostAccess}.
 */
export function writeRegister(cpu: Cpu, name: string, value: bigint): void {
  writableAccessor(cpu, name).set(cpu, value);
}
