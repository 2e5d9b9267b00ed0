import type { Cpu } from './cpu.js';
import { computed, family, RO0, RO1, RW0, RW1, type SysRegRow, stored, WO1 } from './sysreg.js';

const TDCC = 1n << 12n;
const noDcc = (cpu: Cpu): boolean => (cpu.read('MDSCR_EL1') & TDCC) !== 0n;
const changed = (cpu: Cpu): void => cpu.debugChanged();
const OSLK = 2n;

/** MDCR_EL2's traps: TDE and HCR_EL2.TGE imply the others. */
const traps =
  (bit: bigint) =>
  (cpu: Cpu): boolean =>
    cpu.debugTarget === 2 || (cpu.read('MDCR_EL2') & bit) !== 0n;
const TDA = 1n << 9n;
const TDOSA = 1n << 10n;
const TDRA = 1n << 11n;
const OS_LOCK = ['OSLAR_EL1', 'OSLSR_EL1', 'OSDLR_EL1', 'DBGPRCR_EL1'];
const bitOf = (name: string): bigint => (name === 'MDRAR_EL1' ? TDRA : OS_LOCK.includes(name) ? TDOSA : TDA);

const ROWS: readonly SysRegRow[] = [
  stored('OSDTRRX_EL1', 'S2_0_C0_C0_2', RW1, { mask: 0xffff_ffffn }),
  stored('MDCCINT_EL1', 'S2_0_C0_C2_0', RW1, { mask: 0x6000_0000n }),
  stored('MDSCR_EL1', 'S2_0_C0_C2_2', RW1, { mask: 0xffff_ffffn, set: changed }),
  stored('OSDTRTX_EL1', 'S2_0_C0_C3_2', RW1, { mask: 0xffff_ffffn }),
  stored('OSECCR_EL1', 'S2_0_C0_C6_2', RW1, { mask: 0xffff_ffffn }),
  ...family(16, n =>
    stored(`DBGBVR${n}_EL1`, `S2_0_C0_C${n}_4`, RW1, { exists: c => n < c.model.breakpoints, set: changed }),
  ),
  ...family(16, n =>
    stored(`DBGBCR${n}_EL1`, `S2_0_C0_C${n}_5`, RW1, {
      mask: 0xff_e1e7n,
      exists: c => n < c.model.breakpoints,
      set: changed,
    }),
  ),
  ...family(16, n =>
    stored(`DBGWVR${n}_EL1`, `S2_0_C0_C${n}_6`, RW1, {
      mask: 0xffff_ffff_ffff_fffcn,
      exists: c => n < c.model.watchpoints,
      set: changed,
    }),
  ),
  ...family(16, n =>
    stored(`DBGWCR${n}_EL1`, `S2_0_C0_C${n}_7`, RW1, {
      mask: 0x1f1f_ffffn,
      exists: c => n < c.model.watchpoints,
      set: changed,
    }),
  ),
  computed('MDRAR_EL1', 'S2_0_C1_C0_0', RO1),
  computed('OSLAR_EL1', 'S2_0_C1_C0_4', WO1, { set: (cpu, v) => cpu.write('OSLSR_EL1', 8n | ((v & 1n) << 1n)) }),
  stored('OSLSR_EL1', 'S2_0_C1_C1_4', RO1, { reset: 8n | OSLK }),
  stored('OSDLR_EL1', 'S2_0_C1_C3_4', RW1, { mask: 1n }),
  stored('DBGPRCR_EL1', 'S2_0_C1_C4_4', RW1, { mask: 1n }),
  // Claim tags: writing 1 sets (or clears) a bit; the set register reads as all ones.
  computed('DBGCLAIMSET_EL1', 'S2_0_C7_C8_6', RW1, {
    get: () => 0xffn,
    set: (cpu, v) => cpu.write('DBGCLAIMCLR_EL1', cpu.read('DBGCLAIMCLR_EL1') | (v & 0xffn)),
  }),
  stored('DBGCLAIMCLR_EL1', 'S2_0_C7_C9_6', RW1, { clears: true, mask: 0xffn }),
  computed('DBGAUTHSTATUS_EL1', 'S2_0_C7_C14_6', RO1, { get: () => 0xaan }),
  computed('MDCCSR_EL0', 'S2_3_C0_C1_0', RO0, { trapEl0: noDcc }),
  computed('DBGDTR_EL0', 'S2_3_C0_C4_0', RW0, { trapEl0: noDcc }),
  computed('DBGDTRRX_EL0', 'S2_3_C0_C5_0', RW0, { trapEl0: noDcc }),
];

/**
 * Self-hosted debug registers (Arm ARM, D19.3). The OS lock is modelled; the communication channel has no
 * one at the other end.
 */
export const DEBUG_REGISTERS: readonly SysRegRow[] = ROWS.map(row => ({ ...row, trapEl2: traps(bitOf(row.name)) }));
