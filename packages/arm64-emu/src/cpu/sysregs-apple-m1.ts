import { HCR } from './hcr.js';
import { computed, RO1, RW1, RW2, type SysRegRow, stored } from './sysreg.js';
import { APPLE_REGISTERS, trappedByTidcp } from './sysregs-apple.js';

/** Registers of GXF and SPRR that only store: nothing is guarded and no permission is remapped here. */
const GUARDED: readonly (readonly [string, string])[] = [
  ['SPRR_CONFIG_EL1', 'S3_6_C15_C1_0'],
  ['GXF_CONFIG_EL1', 'S3_6_C15_C1_2'],
  ['SPRR_PERM_EL0', 'S3_6_C15_C1_5'],
  ['SPRR_PERM_EL1', 'S3_6_C15_C1_6'],
  ['GXF_ENTER_EL1', 'S3_6_C15_C8_1'],
  ['GXF_ABORT_EL1', 'S3_6_C15_C8_2'],
  ['VBAR_GL12', 'S3_6_C15_C9_2'],
  ['SP_GL12', 'S3_6_C15_C10_0'],
  ['TPIDR_GL1', 'S3_6_C15_C10_1'],
  ['VBAR_GL1', 'S3_6_C15_C10_2'],
  ['SPSR_GL1', 'S3_6_C15_C10_3'],
  ['ASPSR_GL1', 'S3_6_C15_C10_4'],
  ['ESR_GL1', 'S3_6_C15_C10_5'],
  ['ELR_GL1', 'S3_6_C15_C10_6'],
  ['FAR_GL1', 'S3_6_C15_C10_7'],
  ['GXF_ENTER_EL12', 'S3_6_C15_C15_2'],
  ['GXF_ABORT_EL12', 'S3_6_C15_C15_3'],
];

/** Written by start-up code, for reasons that nobody has published. */
const UNNAMED: readonly (readonly [encoding: string, reset: bigint])[] = [
  ['S3_4_C15_C1_4', 0x100n],
  ['S3_4_C15_C5_0', 0n],
];

/** What they hold when iBoot hands over, where it is not zero. */
const RESETS: readonly (readonly [name: string, encoding: string, reset: bigint])[] = [
  ['L2C_ERR_STS_EL1', 'S3_3_C15_C8_0', 0x1100_0ffc_0000_0000n],
  ['IPI_CR_EL1', 'S3_5_C15_C3_1', 0x1800n],
  ['ACC_CFG_EL1', 'S3_5_C15_C4_0', 0xdn],
  ['CYC_OVRD_EL1', 'S3_5_C15_C5_0', 0x200_0000n],
  ['ACC_OVRD_EL1', 'S3_5_C15_C6_0', 0x1800_1010_2001_c207n],
];

const OWN: readonly SysRegRow[] = trappedByTidcp([
  ...RESETS.map(([name, encoding, reset]) => stored(name, encoding, RW1, { reset })),
  ...UNNAMED.map(([encoding, reset]) => stored(encoding, encoding, RW1, { reset })),
  ...GUARDED.map(([name, encoding]) => stored(name, encoding)),
  computed('GXF_STATUS_EL1', 'S3_6_C15_C8_0', RO1),
  // Bit 1 orders memory as x86 does, which is how memory is anyway.
  stored('ACTLR_EL1', 'S3_0_C1_C0_1', RW1, {
    hcr: { read: HCR.TACR, write: HCR.TACR },
    e2h: 'ACTLR_EL2',
    reset: 0xc00n,
  }),
  computed('ACTLR_EL12', 'S3_6_C15_C14_6', RW2, { alias: 'ACTLR_EL1' }),
  stored('VM_TMR_LR_EL2', 'S3_5_C15_C1_2', RW2, { reset: 0x1b_0000_001bn }),
  stored('VM_TMR_FIQ_ENA_EL2', 'S3_5_C15_C1_3', RW2, { mask: 3n, reset: 3n }),
]);
const REPLACED = new Set(OWN.map(row => row.key));

/**
 * Implementation defined registers of the Apple M1, for a machine's `registers`: those of the A12 generation, and what
 * m1n1, Linux and XNU touch beside them. Names and encodings are those of m1n1's `cpu_regs.h`, values after reset those
 * that Asahi Linux's documentation lists ("ARM System Registers Dumps"). As there, ACTLR_EL1 stands for ACTLR_EL2 at EL2,
 * where EL1's is called ACTLR_EL12. GXF and SPRR are not enforced, and the timers' interrupts are not masked.
 *
 * @example
 * buildMachine({ model: appleM1, registers: APPLE_M1_REGISTERS, unknownRegisters: 'zero', mpidrs, ram });
 */
export const APPLE_M1_REGISTERS: readonly SysRegRow[] = [
  ...APPLE_REGISTERS.filter(row => !REPLACED.has(row.key)),
  ...OWN,
];
