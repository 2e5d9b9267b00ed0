import type { Cpu } from '../cpu/cpu.js';
import { EmulatorError } from './error.js';

/**
 * A register by its name in the Arm ARM, in either case: `x0` to `x30`, `w0` to `w30`, `sp`, `lr`, `fp`, `pc`, `pstate`,
 * `nzcv`, `fpcr`, `fpsr`, `v0` to `v31` and `q0` to `q31` (128 bits), their parts `d`, `s`, `h` and `b`, and every system
 * register of the CPU, such as `SCTLR_EL1`.
 */
export type RegisterName =
  | `${'x' | 'w' | 'v' | 'q' | 'd' | 's' | 'h' | 'b'}${number}`
  | 'sp'
  | 'lr'
  | 'fp'
  | 'pc'
  | 'pstate'
  | 'nzcv'
  | 'fpcr'
  | 'fpsr'
  | `${string}_el${0 | 1 | 2 | 12 | '02'}`
  | `${string}_EL${0 | 1 | 2 | 12 | '02'}`;

/** How a register is reached; values are unsigned. */
interface Accessor {
  get(cpu: Cpu): bigint;
  set(cpu: Cpu, value: bigint): void;
}

const VECTOR_BITS: Readonly<Record<string, number>> = { v: 128, q: 128, d: 64, s: 32, h: 16, b: 8 };

const SPECIAL: Readonly<Record<string, Accessor>> = {
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
    return { get: cpu => BigInt.asUintN(bits, cpu.x(n)), set: (cpu, v) => cpu.setX(n, BigInt.asUintN(bits, v)) };
  }
  const bits = VECTOR_BITS[kind]!;
  return { get: cpu => BigInt.asUintN(bits, cpu.v(n)), set: (cpu, v) => cpu.setV(n, BigInt.asUintN(bits, v)) };
}

function system(cpu: Cpu, name: string): Accessor | undefined {
  for (const reg of cpu.registers) {
    if (reg.name.toLowerCase() !== name) continue;
    return {
      get: c => c.read(reg.name),
      set: (c, v) => {
        if (!c.assign(reg.name, BigInt.asUintN(64, v)))
          throw new EmulatorError('read-only', `${reg.name} cannot be written`, { path: reg.name });
      },
    };
  }
  return undefined;
}

function accessor(cpu: Cpu, name: string): Accessor {
  const lower = name.toLowerCase();
  const m = NUMBERED.exec(lower);
  const found = SPECIAL[lower] ?? (m ? numbered(m[1]!, Number(m[2])) : system(cpu, lower));
  if (found === undefined) throw new EmulatorError('no-register', `this CPU has no register ${name}`, { path: name });
  return found;
}

/** Value of a register. The CPU's state must be in place. Throws {@link EmulatorError} `no-register`. */
export function readRegister(cpu: Cpu, name: string): bigint {
  return accessor(cpu, name).get(cpu);
}

/** Sets a register, with the effects that a write by EL1 has. Writes to `w`, `d` and so on clear the rest. */
export function writeRegister(cpu: Cpu, name: string, value: bigint): void {
  accessor(cpu, name).set(cpu, value);
}
