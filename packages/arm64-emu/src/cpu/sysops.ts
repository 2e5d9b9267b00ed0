import type { Cpu } from './cpu.js';
import type { Feature } from './features.js';
import { HCR } from './hcr.js';
import { computed, type SysAccess, type SysRegInit, type SysRegRow, WO0, WO1, WO2 } from './sysreg.js';
import type { TlbScope } from './tlb-maintenance.js';
import type { AtRegime } from './translation.js';

const SCTLR_UCI = 26;
const SCTLR_ENRCTX = 10;

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
const page: Invalidate = (cpu, v, everywhere) => {
  const low = Number(v & 0xfff_ffff_ffffn);
  cpu.invalidateTlb({ kind: 'va', lo: (low << 12) | 0, hi: Math.floor(low / 0x10_0000) }, everywhere);
};
const pages: Invalidate = (cpu, v, everywhere) => cpu.invalidateTlb(tlbRange(v), everywhere);

/** The address range of a TLBI R* argument (Arm ARM, C5.5 TLBI RVAE1). */
function tlbRange(v: bigint): TlbScope {
  const granule = [0, 12, 14, 16][Number((v >> 46n) & 3n)]!;
  const scale = Number((v >> 44n) & 3n);
  const num = Number((v >> 39n) & 31n);
  if (granule === 0) return { kind: 'range', lo: 0, hi: 0, pages: 0 };
  const base = Number(BigInt.asIntN(37, v)) * 2 ** granule;
  const pages = (num + 1) * 2 ** (5 * scale + 1 + granule - 12);
  return { kind: 'range', lo: base | 0, hi: Math.floor(base / 0x1_0000_0000), pages };
}

/** A TLBI in its three shareability domains, with the CRm and op2 of each: this CPU, inner and outer shareable. */
function domains(
  name: string,
  el: 1 | 2,
  encodings: readonly [string, string, string],
  drop: Invalidate,
  needs?: Feature,
): SysRegRow[] {
  return encodings.map((encoding, n) => {
    const hcr = { write: HCR.TTLB | [0n, HCR.TTLBIS, HCR.TTLBOS][n]! };
    const exists: SysRegInit['exists'] = ({ model: { features } }) =>
      (el === 1 || features.has('EL2')) && (n < 2 || features.has('TLBIOS'));
    const init: SysRegInit = { exists, ...(el === 1 ? { hcr } : {}), ...(needs === undefined ? {} : { needs }) };
    const access = el === 1 ? WO1 : WO2;
    const prefix = `S1_${el === 1 ? 0 : 4}_C8`;
    return op(
      `TLBI ${name}${['', 'IS', 'OS'][n]}`,
      `${prefix}_${encoding}`,
      access,
      (cpu, v) => drop(cpu, v, n > 0),
      init,
    );
  });
}
const tlbi = (name: string, op2: number, drop: Invalidate, el: 1 | 2 = 1): SysRegRow[] =>
  domains(name, el, [`C7_${op2}`, `C3_${op2}`, `C1_${op2}`], drop);
const tlbiRange = (name: string, op2: number, el: 1 | 2 = 1): SysRegRow[] =>
  domains(name, el, [`C6_${op2}`, `C2_${op2}`, `C5_${op2}`], pages, 'TLBIRANGE');
/** Operations by intermediate physical address: the TLB holds both stages as one, so that all of it goes. */
const tlbiIpa = (name: string, op2: number, outer: number, needs?: Feature): SysRegRow[] =>
  domains(name, 2, [`C4_${op2}`, `C0_${op2}`, `C4_${outer}`], all, needs);

/** AT of EL2: of its own regime, or of both stages of the EL1&0 regime. */
function at2(name: string, encoding: string, regime: AtRegime, write: boolean, unprivileged = false): SysRegRow {
  const translate = (cpu: Cpu, v: bigint): void => cpu.addressTranslate(v, write, unprivileged, false, regime);
  return op(`AT ${name}`, encoding, WO2, translate, { needs: 'EL2' });
}

function at(name: string, encoding: string, write: boolean, unprivileged: boolean, pan = false): SysRegRow {
  const init: SysRegInit = pan ? { needs: 'PAN2' } : {};
  return op(`AT ${name}`, encoding, WO1, (cpu, v) => cpu.addressTranslate(v, write, unprivileged, pan), init);
}

/** Cache maintenance does nothing to caches that are not there, but translates its address and may be trapped. */
function cache(name: string, encoding: string, el0: boolean, trap: bigint, needs?: Feature): SysRegRow {
  const init: SysRegInit = {
    hcr: { write: trap },
    ...(needs === undefined ? {} : { needs }),
    ...(el0 ? { el0Control: SCTLR_UCI } : {}),
  };
  return op(name, encoding, el0 ? WO0 : WO1, () => {}, init);
}

/** Maintenance by address (to the point of coherency, unification, persistence): faults like an access. */
function cacheByVa(name: string, encoding: string, el0: boolean, trap: bigint, needs?: Feature): SysRegRow {
  return { ...cache(name, encoding, el0, trap, needs), set: (cpu, v) => cpu.cacheMaintenance(v, name === 'DC IVAC') };
}

/** Predictions are not made, so that there are none to restrict (FEAT_SPECRES). */
function restrict(name: string, op2: number): SysRegRow {
  return op(name, `S1_3_C7_C3_${op2}`, WO0, () => {}, { needs: 'SPECRES', el0Control: SCTLR_ENRCTX });
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
  ...tlbi('ALLE2', 0, all, 2),
  ...tlbi('VAE2', 1, page, 2),
  ...tlbi('ALLE1', 4, all, 2),
  ...tlbi('VALE2', 5, page, 2),
  ...tlbi('VMALLS12E1', 6, all, 2),
  ...tlbiRange('RVAE2', 1, 2),
  ...tlbiRange('RVALE2', 5, 2),
  ...tlbiIpa('IPAS2E1', 1, 0),
  ...tlbiIpa('IPAS2LE1', 5, 4),
  ...tlbiIpa('RIPAS2E1', 2, 3, 'TLBIRANGE'),
  ...tlbiIpa('RIPAS2LE1', 6, 7, 'TLBIRANGE'),
  at2('S1E2R', 'S1_4_C7_C8_0', 'el2', false),
  at2('S1E2W', 'S1_4_C7_C8_1', 'el2', true),
  at2('S12E1R', 'S1_4_C7_C8_4', 'el12', false),
  at2('S12E1W', 'S1_4_C7_C8_5', 'el12', true),
  at2('S12E0R', 'S1_4_C7_C8_6', 'el12', false, true),
  at2('S12E0W', 'S1_4_C7_C8_7', 'el12', true, true),
  restrict('CFP RCTX', 4),
  restrict('DVP RCTX', 5),
  restrict('CPP RCTX', 7),
  cache('IC IALLUIS', 'S1_0_C7_C1_0', false, HCR.TPU | HCR.TICAB),
  cache('IC IALLU', 'S1_0_C7_C5_0', false, HCR.TPU | HCR.TOCU),
  cacheByVa('IC IVAU', 'S1_3_C7_C5_1', true, HCR.TPU | HCR.TOCU),
  cacheByVa('DC IVAC', 'S1_0_C7_C6_1', false, HCR.TPCP),
  cache('DC ISW', 'S1_0_C7_C6_2', false, HCR.TSW),
  cache('DC CSW', 'S1_0_C7_C10_2', false, HCR.TSW),
  cache('DC CISW', 'S1_0_C7_C14_2', false, HCR.TSW),
  cacheByVa('DC CVAC', 'S1_3_C7_C10_1', true, HCR.TPCP),
  cacheByVa('DC CVAU', 'S1_3_C7_C11_1', true, HCR.TPU | HCR.TOCU),
  cacheByVa('DC CVAP', 'S1_3_C7_C12_1', true, HCR.TPCP, 'DPB'),
  cacheByVa('DC CVADP', 'S1_3_C7_C13_1', true, HCR.TPCP, 'DPB2'),
  cacheByVa('DC CIVAC', 'S1_3_C7_C14_1', true, HCR.TPCP),
];
