import { instructionSet } from '../a64/index.js';
import { Decoder, disassemble } from '../a64/spec/index.js';
import type { Cpu } from '../cpu/cpu.js';
import type { Feature } from '../cpu/features.js';
import { SYSTEM_OPERATIONS } from '../cpu/sysops.js';
import type { SysRegRow } from '../cpu/sysreg.js';
import { EL12_ALIASES, SYSTEM_REGISTERS } from '../cpu/sysreg-slots.js';
import { isSystemAccess, systemKey } from './system-registers.js';

/** Why an instruction is undefined. */
export interface UndefinedReport {
  /** As a CPU with every feature has it; undefined when no instruction of that encoding is known. */
  readonly text: string | undefined;
  /** Features that it needs and this CPU model lacks. */
  readonly missing: readonly Feature[];
}

/** Every register and operation of any model, and a decoder of every instruction. */
interface Everything {
  readonly rows: ReadonlyMap<number, SysRegRow>;
  readonly decoder: Decoder;
}
let everything: Everything | undefined;

function everythingKnown(): Everything {
  if (everything !== undefined) return everything;
  const all = [...SYSTEM_REGISTERS, ...EL12_ALIASES, ...SYSTEM_OPERATIONS];
  const rows = new Map(all.map(row => [row.key, row]));
  const env = { sysreg: () => ({ minEl: 0 as const }), sysregName: (key: number) => rows.get(key)?.name };
  everything = { rows, decoder: new Decoder(undefined, env, instructionSet()) };
  return everything;
}

/**
 * What an instruction that is undefined on a CPU would be on another one, and which features that one has.
 *
 * @example
 * ```ts
 * import { CPU_MODELS, createVirt, explainUndefined } from 'arm64-emu';
 *
 * const virt = createVirt({ memory: 2 ** 24, flash: false, cpu: CPU_MODELS['apple-a12'] });
 * const report = explainUndefined(virt.machine.current, 0xd5088220);
 * if (report.text !== 'tlbi rvae1is, x0' || report.missing[0] !== 'TLBIRANGE') throw new Error(report.text);
 * ```
 */
export function explainUndefined(cpu: Cpu, word: number, address = 0n): UndefinedReport {
  const { rows, decoder } = everythingKnown();
  const decoded = decoder.decode(word);
  if (decoded === undefined) return { text: undefined, missing: [] };
  const { features } = cpu.model;
  const needs = [...decoded.insn.features, decoded.insn.needs?.(decoded.fields)];
  if (isSystemAccess(word)) needs.push(rows.get(systemKey(word))?.needs);
  const missing = needs.filter((name): name is Feature => name !== undefined && !features.has(name));
  return { text: disassemble(decoder, word, address), missing: [...new Set(missing)] };
}
