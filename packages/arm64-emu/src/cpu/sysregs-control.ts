import type { Cpu } from './cpu.js';
import { HCR } from './hcr.js';
import { computed, type HcrTrap, R0W1, RO1, RW0, RW1, type SysRegRow, stored } from './sysreg.js';

const translationChanged = (cpu: Cpu): void => cpu.translationChanged();
const SCTLR_UMA = 9;
const CPTR_TCPAC = 1n << 31n;
const TLOR: HcrTrap = { read: HCR.TLOR, write: HCR.TLOR };
/** What HCR_EL2.TVM and TRVM trap. */
const hcr: HcrTrap = { read: HCR.TRVM, write: HCR.TVM };

/** Numbers of software contexts, which EL2 has to allow. */
const contextsTrapped = (cpu: Cpu): boolean => !cpu.inHost && (cpu.hcr & HCR.ENSCXT) === 0n;

/** Control, translation, exception and thread registers of EL1 (Arm ARM, D19.2). */
export const CONTROL_REGISTERS: readonly SysRegRow[] = [
  stored('SCTLR_EL1', 'S3_0_C1_C0_0', RW1, {
    hcr,
    e2h: 'SCTLR_EL2',
    reset: cpu => cpu.model.sctlr,
    set: cpu => cpu.controlChanged(),
  }),
  stored('ACTLR_EL1', 'S3_0_C1_C0_1', RW1, { hcr: { read: HCR.TACR, write: HCR.TACR } }),
  stored('CPACR_EL1', 'S3_0_C1_C0_2', RW1, {
    mask: 0x1033_0000n,
    set: cpu => cpu.fpAccessChanged(),
    e2h: 'CPTR_EL2',
    trapEl2: cpu => (cpu.read('CPTR_EL2') & CPTR_TCPAC) !== 0n,
  }),
  stored('TTBR0_EL1', 'S3_0_C2_C0_0', RW1, { hcr, e2h: 'TTBR0_EL2', set: translationChanged }),
  stored('TTBR1_EL1', 'S3_0_C2_C0_1', RW1, { hcr, e2h: 'TTBR1_EL2', set: translationChanged }),
  stored('TCR_EL1', 'S3_0_C2_C0_2', RW1, { hcr, e2h: 'TCR_EL2', set: cpu => cpu.controlChanged() }),
  stored('MAIR_EL1', 'S3_0_C10_C2_0', RW1, { hcr, e2h: 'MAIR_EL2', set: cpu => cpu.controlChanged() }),
  stored('AMAIR_EL1', 'S3_0_C10_C3_0', RW1, { hcr, e2h: 'AMAIR_EL2' }),
  stored('PAR_EL1', 'S3_0_C7_C4_0'),
  stored('CONTEXTIDR_EL1', 'S3_0_C13_C0_1', RW1, { mask: 0xffff_ffffn, hcr, e2h: 'CONTEXTIDR_EL2' }),

  stored('SPSR_EL1', 'S3_0_C4_C0_0', RW1, { e2h: 'SPSR_EL2' }),
  stored('ELR_EL1', 'S3_0_C4_C0_1', RW1, { e2h: 'ELR_EL2' }),
  // Hot in kernels that keep a pointer there: plain storage. With SPSel = 0 the access is UNDEFINED, here stale.
  stored('SP_EL0', 'S3_0_C4_C1_0'),
  stored('SP_EL1', 'S3_4_C4_C1_0', { read: 2, write: 2 }),
  stored('AFSR0_EL1', 'S3_0_C5_C1_0', RW1, { hcr, e2h: 'AFSR0_EL2' }),
  stored('AFSR1_EL1', 'S3_0_C5_C1_1', RW1, { hcr, e2h: 'AFSR1_EL2' }),
  stored('ESR_EL1', 'S3_0_C5_C2_0', RW1, { hcr, e2h: 'ESR_EL2' }),
  stored('FAR_EL1', 'S3_0_C6_C0_0', RW1, { hcr, e2h: 'FAR_EL2' }),
  stored('VBAR_EL1', 'S3_0_C12_C0_0', RW1, {
    mask: ~0x7ffn & 0xffff_ffff_ffff_ffffn,
    e2h: 'VBAR_EL2',
  }),
  computed('RVBAR_EL1', 'S3_0_C12_C0_1', RO1, {
    exists: cpu => !cpu.model.features.has('EL2'),
    get: cpu => cpu.resetVector,
  }),
  computed('ISR_EL1', 'S3_0_C12_C1_0', RO1, { get: cpu => cpu.pendingInterrupts() }),

  stored('TPIDR_EL1', 'S3_0_C13_C0_4'),
  stored('TPIDR_EL0', 'S3_3_C13_C0_2', RW0),
  stored('TPIDRRO_EL0', 'S3_3_C13_C0_3', R0W1),
  stored('SCXTNUM_EL1', 'S3_0_C13_C0_7', RW1, { needs: 'CSV2_2', e2h: 'SCXTNUM_EL2', trapEl2: contextsTrapped }),
  stored('SCXTNUM_EL0', 'S3_3_C13_C0_7', RW0, {
    needs: 'CSV2_2',
    trapEl0: cpu => (cpu.sctlr & (1n << 20n)) !== 0n,
    trapEl2: contextsTrapped,
  }),

  // PSTATE as registers (C5.2)
  computed('SPSel', 'S3_0_C4_C2_0', RW1, { get: c => BigInt(c.spSel), set: (c, v) => c.setSpSel(Number(v & 1n)) }),
  computed('CurrentEL', 'S3_0_C4_C2_2', RO1, { get: cpu => BigInt(cpu.el << 2) }),
  computed('PAN', 'S3_0_C4_C2_3', RW1, {
    needs: 'PAN',
    get: cpu => BigInt(cpu.pan) << 22n,
    set: (cpu, v) => cpu.setPan(Number((v >> 22n) & 1n)),
  }),
  computed('UAO', 'S3_0_C4_C2_4', RW1, {
    needs: 'UAO',
    get: cpu => BigInt(cpu.uao) << 23n,
    set: (cpu, v) => cpu.setUao(Number((v >> 23n) & 1n)),
  }),
  computed('NZCV', 'S3_3_C4_C2_0', RW0, {
    get: c => BigInt(c.nzcv) << 28n,
    set: (c, v) => c.setNzcv(Number(v >> 28n) & 15),
  }),
  computed('DAIF', 'S3_3_C4_C2_1', RW0, {
    get: cpu => BigInt(cpu.daif) << 6n,
    set: (cpu, v) => cpu.setDaif(Number(v >> 6n) & 15),
    el0Control: SCTLR_UMA,
  }),
  computed('DIT', 'S3_3_C4_C2_5', RW0, {
    needs: 'DIT',
    get: cpu => BigInt(cpu.dit) << 24n,
    set: (cpu, v) => cpu.setDit(Number((v >> 24n) & 1n)),
  }),
  computed('SSBS', 'S3_3_C4_C2_6', RW0, {
    needs: 'SSBS2',
    get: cpu => BigInt(cpu.ssbs) << 12n,
    set: (cpu, v) => cpu.setSsbs(Number((v >> 12n) & 1n)),
  }),
  computed('FPCR', 'S3_3_C4_C4_0', RW0, {
    fp: true,
    get: c => BigInt(c.fpcr),
    set: (c, v) => c.setFpcr(Number(v & 0xffff_ffffn)),
  }),
  computed('FPSR', 'S3_3_C4_C4_1', RW0, {
    fp: true,
    get: c => BigInt(c.fpsr),
    set: (c, v) => c.setFpsr(Number(v & 0xffff_ffffn)),
  }),

  // Random numbers (FEAT_RNG): the flags say whether one was there.
  computed('RNDR', 'S3_3_C2_C4_0', { read: 0, write: 4 }, { needs: 'RNG', get: cpu => cpu.random() }),
  computed('RNDRRS', 'S3_3_C2_C4_1', { read: 0, write: 4 }, { needs: 'RNG', get: cpu => cpu.random() }),

  // Limited ordering regions: none.
  computed('LORSA_EL1', 'S3_0_C10_C4_0', RW1, { needs: 'LOR', hcr: TLOR }),
  computed('LOREA_EL1', 'S3_0_C10_C4_1', RW1, { needs: 'LOR', hcr: TLOR }),
  computed('LORN_EL1', 'S3_0_C10_C4_2', RW1, { needs: 'LOR', hcr: TLOR }),
  computed('LORC_EL1', 'S3_0_C10_C4_3', RW1, { needs: 'LOR', hcr: TLOR }),
  computed('LORID_EL1', 'S3_0_C10_C4_7', RO1, { needs: 'LOR', hcr: TLOR }),
  // RAS: one node without error records.
  computed('ERRIDR_EL1', 'S3_0_C5_C3_0', RO1, { needs: 'RAS', hcr: { read: HCR.TERR, write: HCR.TERR } }),
  stored('DISR_EL1', 'S3_0_C12_C1_1', RW1, { needs: 'RAS' }),
];

const HALVES = ['Lo', 'Hi'];
/** Pointer authentication keys (FEAT_PAuth). */
export const PAUTH_KEYS: readonly SysRegRow[] = ['APIA', 'APIB', 'APDA', 'APDB', 'APGA'].flatMap((key, n) =>
  HALVES.map((half, h) =>
    stored(`${key}Key${half}_EL1`, `S3_0_C2_C${1 + (n >> 1)}_${(n & 1) * 2 + h}`, RW1, {
      needs: 'PAuth',
      trapEl2: cpu => !cpu.inHost && (cpu.hcr & HCR.APK) === 0n,
      set: cpu => cpu.pauthKeysChanged(),
    }),
  ),
);
