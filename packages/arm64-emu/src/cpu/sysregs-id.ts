import type { Cpu } from './cpu.js';
import { HCR } from './hcr.js';
import { computed, type HcrTrap, RO0, RO1, RW1, type SysRegRow, stored } from './sysreg.js';
import { formatSysKey, sysKey } from './sysreg-key.js';

const SCTLR_UCT = 15;
const SCTLR_DZE = 1n << 14n;

const trapped = (bit: bigint): HcrTrap => ({ read: bit, write: bit });
const TID1 = trapped(HCR.TID1);
const TID2 = trapped(HCR.TID2);
/** Registers of caches, which FEAT_EVT can trap without CTR_EL0. */
const TID2_4 = trapped(HCR.TID2 | HCR.TID4);
const TID3 = trapped(HCR.TID3);
/** EL1 is told who it is by EL2. */
const virtualised = (cpu: Cpu): boolean => cpu.model.features.has('EL2') && cpu.el === 1;

/** AArch64 ID registers: name, CRm, op2; the rest of CRm 1 to 7 reads as zero. */
const ID: readonly (readonly [string, number, number])[] = [
  ['ID_AA64PFR0', 4, 0],
  ['ID_AA64PFR1', 4, 1],
  ['ID_AA64ZFR0', 4, 4],
  ['ID_AA64SMFR0', 4, 5],
  ['ID_AA64DFR0', 5, 0],
  ['ID_AA64DFR1', 5, 1],
  ['ID_AA64AFR0', 5, 4],
  ['ID_AA64AFR1', 5, 5],
  ['ID_AA64ISAR0', 6, 0],
  ['ID_AA64ISAR1', 6, 1],
  ['ID_AA64ISAR2', 6, 2],
  ['ID_AA64MMFR0', 7, 0],
  ['ID_AA64MMFR1', 7, 1],
  ['ID_AA64MMFR2', 7, 2],
];

/** The AArch32 views, zero without AArch32 but named so that disassembly and logs can say which. */
const AARCH32: readonly (readonly [string, number, number])[] = [
  ...['ID_PFR0', 'ID_PFR1', 'ID_DFR0', 'ID_AFR0', 'ID_MMFR0', 'ID_MMFR1', 'ID_MMFR2', 'ID_MMFR3'].map(
    (name, op2) => [name, 1, op2] as const,
  ),
  ...['ID_ISAR0', 'ID_ISAR1', 'ID_ISAR2', 'ID_ISAR3', 'ID_ISAR4', 'ID_ISAR5', 'ID_MMFR4', 'ID_ISAR6'].map(
    (name, op2) => [name, 2, op2] as const,
  ),
  ...['MVFR0', 'MVFR1', 'MVFR2'].map((name, op2) => [name, 3, op2] as const),
  ['ID_PFR2', 3, 4],
  ['ID_DFR1', 3, 5],
  ['ID_MMFR5', 3, 6],
];

function idSpace(): SysRegRow[] {
  const names = new Map([...ID, ...AARCH32].map(([name, crm, op2]) => [sysKey(3, 0, 0, crm, op2), name]));
  const rows: SysRegRow[] = [];
  for (let crm = 1; crm < 8; crm++) {
    for (let op2 = 0; op2 < 8; op2++) {
      const encoding = formatSysKey(sysKey(3, 0, 0, crm, op2));
      const name = names.get(sysKey(3, 0, 0, crm, op2));
      const get = (cpu: Cpu): bigint => (name === undefined ? 0n : (cpu.model.idRegisters.get(name) ?? 0n));
      rows.push(
        computed(name === undefined ? `${encoding} (reserved ID)` : `${name}_EL1`, encoding, RO1, { get, hcr: TID3 }),
      );
    }
  }
  return rows;
}

/** Identification registers (Arm ARM, D19.2). */
export const ID_REGISTERS: readonly SysRegRow[] = [
  computed('MIDR_EL1', 'S3_0_C0_C0_0', RO1, {
    constant: model => model.midr,
    get: cpu => (virtualised(cpu) ? cpu.read('VPIDR_EL2') : cpu.model.midr),
  }),
  computed('MPIDR_EL1', 'S3_0_C0_C0_5', RO1, {
    get: cpu => (virtualised(cpu) ? cpu.read('VMPIDR_EL2') : cpu.mpidr),
  }),
  computed('REVIDR_EL1', 'S3_0_C0_C0_6', RO1, { hcr: TID1, get: cpu => cpu.model.revidr }),
  ...idSpace(),
  computed('CCSIDR_EL1', 'S3_1_C0_C0_0', RO1, {
    hcr: TID2_4,
    get: cpu => cpu.model.ccsidr[Number(cpu.read('CSSELR_EL1') & 0xfn)] ?? 0n,
  }),
  computed('CLIDR_EL1', 'S3_1_C0_C0_1', RO1, { hcr: TID2_4, get: cpu => cpu.model.clidr }),
  computed('AIDR_EL1', 'S3_1_C0_C0_7', RO1, { hcr: TID1, get: cpu => cpu.model.aidr }),
  stored('CSSELR_EL1', 'S3_2_C0_C0_0', RW1, { mask: 0xfn, hcr: TID2_4 }),
  computed('CTR_EL0', 'S3_3_C0_C0_1', RO0, {
    hcr: TID2,
    constant: model => model.ctr,
    el0Control: SCTLR_UCT,
  }),
  computed('DCZID_EL0', 'S3_3_C0_C0_7', RO0, {
    // DZP says that DC ZVA is not permitted here; generated code adds it to what EL1 reads.
    constant: model => model.dczid,
    get: cpu => {
      const refused = cpu.el === 0 && (cpu.sctlr & SCTLR_DZE) === 0n;
      const trapped = cpu.el < 2 && (cpu.hcr & HCR.TDZ) !== 0n;
      return cpu.model.dczid | (refused || trapped ? 16n : 0n);
    },
  }),
];
