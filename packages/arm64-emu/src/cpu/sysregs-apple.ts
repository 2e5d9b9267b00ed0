import { HCR } from './hcr.js';
import { computed, RO1, RW1, RW2, type SysRegRow, stored } from './sysreg.js';

const APCTL_KEY_VALID = 2n;
const APSTS_KEY_VALID = 1n;
/** Permissions by APRR index before the kernel changes them. */
const APRR_DEFAULT = 0x4455_4054_6666_6477n;

/** HCR_EL2.TIDCP gives EL1's accesses to implementation defined registers to EL2. */
export const trappedByTidcp = (rows: readonly SysRegRow[]): SysRegRow[] =>
  rows.map(row => ({ hcr: { read: HCR.TIDCP, write: HCR.TIDCP }, ...row }));

/** Registers that only store, as name and encoding. */
const STORAGE: readonly (readonly [string, string])[] = [
  ['APRR_EL0', 'S3_4_C15_C2_0'],
  ['CTRR_LOCK_EL1', 'S3_4_C15_C2_2'],
  ['CTRR_A_LWR_EL1', 'S3_4_C15_C2_3'],
  ['CTRR_A_UPR_EL1', 'S3_4_C15_C2_4'],
  ['CTRR_CTL_EL1', 'S3_4_C15_C2_5'],
  ['APRR_SHADOW_MASK_EN_EL1', 'S3_4_C15_C2_6'],
  ['S3_4_C15_C2_7', 'S3_4_C15_C2_7'],
  ['KERNELKEYLO_EL1', 'S3_4_C15_C1_0'],
  ['KERNELKEYHI_EL1', 'S3_4_C15_C1_1'],
  ['VMSA_LOCK_EL1', 'S3_4_C15_C1_2'],
  ['IPI_CR_EL1', 'S3_5_C15_C3_1'],
  ['ACC_CFG_EL1', 'S3_5_C15_C4_0'],
  ['CYC_OVRD_EL1', 'S3_5_C15_C5_0'],
  ['ACC_OVRD_EL1', 'S3_5_C15_C6_0'],
  ['HID13', 'S3_0_C15_C14_0'],
  ['HID14', 'S3_0_C15_C15_0'],
  ['HID16', 'S3_0_C15_C15_2'],
  ['HID17', 'S3_0_C15_C15_5'],
  ['HID18', 'S3_0_C15_C11_2'],
  ['HID21', 'S3_0_C15_C1_3'],
  ['EHID20', 'S3_0_C15_C1_2'],
  ['HID12', 'S3_0_C15_C12_0'],
  ['HID11_LATE', 'S3_0_C15_C13_0'],
  ['PMESR0_EL1', 'S3_1_C15_C5_0'],
  ['PMESR1_EL1', 'S3_1_C15_C6_0'],
  ['OPMAT0_EL1', 'S3_1_C15_C7_0'],
  ['OPMAT1_EL1', 'S3_1_C15_C8_0'],
  ['OPMSK0_EL1', 'S3_1_C15_C9_0'],
  ['OPMSK1_EL1', 'S3_1_C15_C10_0'],
  ['PMSR_EL1', 'S3_1_C15_C13_0'],
  ['PMTRHLD2_EL1', 'S3_2_C15_C12_0'],
  ['PMTRHLD4_EL1', 'S3_2_C15_C13_0'],
  ['PMTRHLD6_EL1', 'S3_2_C15_C14_0'],
  ['PMMMAP_EL1', 'S3_2_C15_C15_0'],
  ['UPMCR0_EL1', 'S3_7_C15_C0_4'],
  ['UPMESR0_EL1', 'S3_7_C15_C1_4'],
  ['UPMESR1_EL1', 'S3_7_C15_C11_5'],
  ['UPMECM0_EL1', 'S3_7_C15_C3_4'],
  ['UPMECM1_EL1', 'S3_7_C15_C4_4'],
  ['UPMECM2_EL1', 'S3_7_C15_C8_5'],
  ['UPMECM3_EL1', 'S3_7_C15_C9_5'],
  ['UPMPCM_EL1', 'S3_7_C15_C5_4'],
];

/** Error status and control of units that never fail here. */
const ERRORS: readonly (readonly [string, string])[] = [
  ['LSU_ERR_STS_EL1', 'S3_3_C15_C0_0'],
  ['LSU_ERR_CTL_EL1', 'S3_3_C15_C1_0'],
  ['E_LSU_ERR_STS_EL1', 'S3_3_C15_C2_0'],
  ['L2C_ERR_STS_EL1', 'S3_3_C15_C8_0'],
  ['L2C_ERR_ADR_EL1', 'S3_3_C15_C9_0'],
  ['L2C_ERR_INF_EL1', 'S3_3_C15_C10_0'],
  ['FED_ERR_STS_EL1', 'S3_4_C15_C0_0'],
  ['E_FED_ERR_STS_EL1', 'S3_4_C15_C0_2'],
  ['DPC_ERR_STS_EL1', 'S3_5_C15_C0_5'],
  ['MMU_ERR_STS_EL1', 'S3_6_C15_C0_0'],
  ['E_MMU_ERR_STS_EL1', 'S3_6_C15_C2_0'],
];

const numbered = (count: number, name: (n: number) => string, encoding: (n: number) => string): SysRegRow[] =>
  Array.from({ length: count }, (_, n) => stored(name(n), encoding(n)));

/** Counters advance with the instruction count, whatever they are asked to count. */
const counters: SysRegRow[] = [0, 1, 2, 3, 4, 5, 6, 7, 9, 10].map((crm, n) =>
  computed(`PMC${n}`, `S3_2_C15_C${crm}_0`, RW1, { get: cpu => BigInt.asUintN(48, cpu.port.instructions()) }),
);

/**
 * Implementation defined registers of Apple's A12 generation, for a machine's `registers`. They store what kernels put
 * there; status registers read as "nothing happened". APRR and CTRR are not enforced.
 *
 * @example
 * buildMachine({ model: appleA12, registers: APPLE_REGISTERS, unknownRegisters: 'zero', mpidrs, ram });
 */
export const APPLE_REGISTERS: readonly SysRegRow[] = trappedByTidcp([
  // Bit 1 says that the key is valid: start-up code waits for it.
  stored('APCTL_EL1', 'S3_4_C15_C0_4', RW1, {
    reset: APCTL_KEY_VALID,
    get: cpu => cpu.slot(cpu.registers.named('APCTL_EL1').slot) | APCTL_KEY_VALID,
  }),
  computed('APSTS_EL1', 'S3_6_C15_C12_4', RO1, { get: () => APSTS_KEY_VALID }),
  stored('APRR_EL1', 'S3_4_C15_C2_1', RW1, { reset: APRR_DEFAULT }),
  ...STORAGE.map(([name, encoding]) => stored(name, encoding)),
  ...ERRORS.map(([name, encoding]) => computed(name, encoding, RW1)),
  // Fast IPIs: requests go nowhere and none is ever pending, unless the machine has AppleFastIpi.
  computed('IPI_RR_LOCAL_EL1', 'S3_5_C15_C0_0', RW1),
  computed('IPI_RR_GLOBAL_EL1', 'S3_5_C15_C0_1', RW1),
  computed('IPI_SR_EL1', 'S3_5_C15_C1_1', RW1),
  ...numbered(
    12,
    n => `HID${n}`,
    n => `S3_0_C15_C${n}_0`,
  ),
  ...numbered(
    12,
    n => `EHID${n}`,
    n => `S3_0_C15_C${n}_1`,
  ),
  // Bit 11 is the counters' interrupt.
  stored('PMCR0_EL1', 'S3_1_C15_C0_0', RW1, { mask: ~(1n << 11n) & 0xffff_ffff_ffff_ffffn }),
  ...numbered(
    4,
    n => `PMCR${n + 1}_EL1`,
    n => `S3_1_C15_C${n + 1}_0`,
  ),
  ...counters,
  computed('UPMSR_EL1', 'S3_7_C15_C6_4', RW1),
  ...numbered(
    16,
    n => `UPMC${n}_EL1`,
    n => (n < 8 ? `S3_7_C15_C${7 + n}_4` : `S3_7_C15_C${n - 8}_5`),
  ),
  ...['LWR', 'UPR'].map((name, n) => stored(`ACC_CTRR_A_${name}_EL2`, `S3_4_C15_C11_${n}`, RW2)),
  stored('ACC_CTRR_CTL_EL2', 'S3_4_C15_C11_4', RW2),
  stored('ACC_CTRR_LOCK_EL2', 'S3_4_C15_C11_5', RW2),
]);
