import type { Cpu } from '../cpu/cpu.js';
import type { SysReg } from '../cpu/sysreg.js';
import { readRegister } from '../embed/registers.js';

/** A register as GDB numbers it. */
export interface TargetRegister {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly feature: string;
  readonly type: string;
  /** What `readRegister` calls it. */
  readonly ours: string;
}

const CORE = 'org.gnu.gdb.aarch64.core';
const FPU = 'org.gnu.gdb.aarch64.fpu';
const SYSTEM = 'arm64-emu.system';
/** Reading these changes the machine. */
const EFFECTS = /^(ICC_IAR|ICC_HPPIR|RNDR)/;
/** Part of the other features. */
const ELSEWHERE: readonly string[] = ['FPCR', 'FPSR', 'NZCV'];

const VECTORS = `<vector id="v2d" type="ieee_double" count="2"/><vector id="v2u" type="uint64" count="2"/>
<vector id="v4f" type="ieee_single" count="4"/><vector id="v4u" type="uint32" count="4"/>
<vector id="v8u" type="uint16" count="8"/><vector id="v16u" type="uint8" count="16"/>
<union id="vnd"><field name="f" type="v2d"/><field name="u" type="v2u"/></union>
<union id="vns"><field name="f" type="v4f"/><field name="u" type="v4u"/></union>
<union id="vnh"><field name="u" type="v8u"/></union><union id="vnb"><field name="u" type="v16u"/></union>
<union id="vnq"><field name="u" type="uint128"/></union>
<union id="aarch64v"><field name="d" type="vnd"/><field name="s" type="vns"/><field name="h" type="vnh"/>
<field name="b" type="vnb"/><field name="q" type="vnq"/></union>`;

function readable(reg: SysReg): boolean {
  return reg.access.read < 4 && !EFFECTS.test(reg.name) && !ELSEWHERE.includes(reg.name);
}

/** The registers of a CPU, in GDB's order: core, FP and SIMD, then every system register that can be read. */
export function targetRegisters(cpu: Cpu): readonly TargetRegister[] {
  const core = (name: string, ours = name, size = 8, type = 'int64'): TargetRegister => ({
    name,
    size,
    feature: CORE,
    type,
    ours,
  });
  const fpu = (name: string, size: number, type: string): TargetRegister => ({
    name,
    size,
    feature: FPU,
    type,
    ours: name,
  });
  return [
    ...Array.from({ length: 31 }, (_, n) => core(`x${n}`)),
    core('sp', 'sp', 8, 'data_ptr'),
    core('pc', 'pc', 8, 'code_ptr'),
    core('cpsr', 'pstate', 4, 'int32'),
    ...Array.from({ length: 32 }, (_, n) => fpu(`v${n}`, 16, 'aarch64v')),
    fpu('fpsr', 4, 'int32'),
    fpu('fpcr', 4, 'int32'),
    ...[...cpu.registers].filter(readable).map(({ name }) => ({
      name,
      size: 8,
      feature: SYSTEM,
      type: 'uint64',
      ours: name,
    })),
  ];
}

/** The target description that GDB asks for. */
export function targetXml(registers: readonly TargetRegister[]): string {
  const feature = (name: string): string => {
    const rows = registers.flatMap((r, regnum) => {
      const group = name === SYSTEM ? ' group="system"' : '';
      const row = `<reg name="${r.name}" bitsize="${r.size * 8}" type="${r.type}" regnum="${regnum}"${group}/>`;
      return r.feature === name ? [row] : [];
    });
    return `<feature name="${name}">\n${name === FPU ? `${VECTORS}\n` : ''}${rows.join('\n')}\n</feature>`;
  };
  return `<?xml version="1.0"?>
<!DOCTYPE target SYSTEM "gdb-target.dtd">
<target version="1.0">
<architecture>aarch64</architecture>
${[CORE, FPU, SYSTEM].map(feature).join('\n')}
</target>
`;
}

/** Number of registers that the `g` packet holds: those that are not system registers. */
export function generalCount(registers: readonly TargetRegister[]): number {
  return registers.filter(r => r.feature !== SYSTEM).length;
}

/** A register's bytes, little-endian. */
export function readTarget(cpu: Cpu, { ours, size }: TargetRegister): Uint8Array {
  let value = readRegister(cpu, ours);
  return Uint8Array.from({ length: size }, () => {
    const byte = Number(value & 0xffn);
    value >>= 8n;
    return byte;
  });
}

/** What a register's bytes mean. */
export function targetValue({ size }: TargetRegister, bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0);
  return value;
}
