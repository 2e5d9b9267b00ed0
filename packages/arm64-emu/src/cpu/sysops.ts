import type { Cpu } from './cpu.js';
import type { Feature } from './features.js';
import { computed, type SysAccess, type SysRegInit, type SysRegRow, WO0, WO1 } from './sysreg.js';

const SCTLR_UCI = 1n << 26n;

/** Operations of the SYS instruction are write-only registers with op0 = 1. */
function op(
  name: string,
  encoding: string,
  access: SysAccess,
  set: (cpu: Cpu, value: bigint) => void,
  init: SysRegInit = {},
) {
  return computed(name, encoding, access, { ...init, set });
}

/** What a TLBI instruction drops; addresses are those of the register argument, still packed. */
type Invalidate = (cpu: Cpu, value: bigint, everywhere: boolean) => void;

const all: Invalidate = (cpu, _, everywhere) => cpu.invalidateTlb({ kind: 'all' }, everywhere);
const asid: Invalidate = (cpu, v, everywhere) =>
  cpu.invalidateTlb({ kind: 'asid', asid: Number(v >> 48n) }, everywhere);
const page: Invalidate = (cpu, v, everywhere) =>
  cpu.invalidateTlb({ kind: 'va', va: (v << 12n) & 0xff_ffff_ffff_f000n }, everywhere);
const pages: Invalidate = (cpu, v, everywhere) => cpu.invalidateTlb(tlbRange(v), everywhere);

/** The address range of a TLBI R* argument (Arm ARM, C5.5 TLBI RVAE1). */
function tlbRange(v: bigint): { kind: 'range'; va: bigint; size: bigint } {
  const granule = [0n, 12n, 14n, 16n][Number((v >> 46n) & 3n)]!;
  const scale = (v >> 44n) & 3n;
  const num = (v >> 39n) & 31n;
  if (granule === 0n) return { kind: 'range', va: 0n, size: 0n };
  const base = BigInt.asIntN(37, v & 0x1f_ffff_ffffn) << granule;
  return { kind: 'range', va: BigInt.asUintN(64, base), size: (num + 1n) << (5n * scale + 1n + granule) };
}

/** A TLBI in its three shareability domains: this CPU, inner shareable (CRm 3), outer shareable (CRm 1). */
function tlbi(name: string, op2: number, drop: Invalidate): SysRegRow[] {
  return [
    op(`TLBI ${name}`, `S1_0_C8_C7_${op2}`, WO1, (cpu, v) => drop(cpu, v, false)),
    op(`TLBI ${name}IS`, `S1_0_C8_C3_${op2}`, WO1, (cpu, v) => drop(cpu, v, true)),
    op(`TLBI ${name}OS`, `S1_0_C8_C1_${op2}`, WO1, (cpu, v) => drop(cpu, v, true), { needs: 'TLBIOS' }),
  ];
}

function tlbiRange(name: string, op2: number): SysRegRow[] {
  const needs: Feature = 'TLBIRANGE';
  return [
    op(`TLBI ${name}`, `S1_0_C8_C6_${op2}`, WO1, (cpu, v) => pages(cpu, v, false), { needs }),
    op(`TLBI ${name}IS`, `S1_0_C8_C2_${op2}`, WO1, (cpu, v) => pages(cpu, v, true), { needs }),
    op(`TLBI ${name}OS`, `S1_0_C8_C5_${op2}`, WO1, (cpu, v) => pages(cpu, v, true), { needs }),
  ];
}

function at(name: string, encoding: string, write: boolean, unprivileged: boolean, pan = false): SysRegRow {
  const init: SysRegInit = pan ? { needs: 'PAN2' } : {};
  return op(`AT ${name}`, encoding, WO1, (cpu, v) => cpu.addressTranslate(v, write, unprivileged, pan), init);
}

/** Cache maintenance does nothing to caches that are not there, but translates its address and may be trapped. */
function cache(name: string, encoding: string, el0: boolean, needs?: Feature): SysRegRow {
  const init: SysRegInit = {
    ...(needs === undefined ? {} : { needs }),
    ...(el0 ? { trapEl0: (cpu: Cpu) => (cpu.read('SCTLR_EL1') & SCTLR_UCI) === 0n } : {}),
  };
  return op(name, encoding, el0 ? WO0 : WO1, () => {}, init);
}

/** Maintenance by address (to the point of coherency, unification, persistence): faults like an access. */
function cacheByVa(name: string, encoding: string, el0: boolean, needs?: Feature): SysRegRow {
  return { ...cache(name, encoding, el0, needs), set: (cpu, v) => cpu.cacheMaintenance(v, name === 'DC IVAC') };
}

/** Address translation, TLB and cache maintenance (Arm ARM, C5.3 to C5.5). DC ZVA is an instruction definition. */
export const SYSTEM_OPERATIONS: readonly SysRegRow[] = [
  ...tlbi('VMALLE1', 0, all),
  ...tlbi('VAE1', 1, page),
  ...tlbi('ASIDE1', 2, asid),
  ...tlbi('VAAE1', 3, page),
  ...tlbi('VALE1', 5, page),
  ...tlbi('VAALE1', 7, page),
  ...tlbiRange('RVAE1', 1),
  ...tlbiRange('RVAAE1', 3),
  ...tlbiRange('RVALE1', 5),
  ...tlbiRange('RVAALE1', 7),
  at('S1E1R', 'S1_0_C7_C8_0', false, false),
  at('S1E1W', 'S1_0_C7_C8_1', true, false),
  at('S1E0R', 'S1_0_C7_C8_2', false, true),
  at('S1E0W', 'S1_0_C7_C8_3', true, true),
  at('S1E1RP', 'S1_0_C7_C9_0', false, false, true),
  at('S1E1WP', 'S1_0_C7_C9_1', true, false, true),
  cache('IC IALLUIS', 'S1_0_C7_C1_0', false),
  cache('IC IALLU', 'S1_0_C7_C5_0', false),
  cacheByVa('IC IVAU', 'S1_3_C7_C5_1', true),
  cacheByVa('DC IVAC', 'S1_0_C7_C6_1', false),
  cache('DC ISW', 'S1_0_C7_C6_2', false),
  cache('DC CSW', 'S1_0_C7_C10_2', false),
  cache('DC CISW', 'S1_0_C7_C14_2', false),
  cacheByVa('DC CVAC', 'S1_3_C7_C10_1', true),
  cacheByVa('DC CVAU', 'S1_3_C7_C11_1', true),
  cacheByVa('DC CVAP', 'S1_3_C7_C12_1', true, 'DPB'),
  cacheByVa('DC CVADP', 'S1_3_C7_C13_1', true, 'DPB2'),
  cacheByVa('DC CIVAC', 'S1_3_C7_C14_1', true),
];
