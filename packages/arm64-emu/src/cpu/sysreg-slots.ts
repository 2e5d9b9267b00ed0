import { SYSREG_SLOTS } from '../engine/state.js';
import { RW2, type SysRegRow } from './sysreg.js';
import { CONTROL_REGISTERS, PAUTH_KEYS } from './sysregs-control.js';
import { DEBUG_REGISTERS } from './sysregs-debug.js';
import { EL2_REGISTERS } from './sysregs-el2.js';
import { ID_REGISTERS } from './sysregs-id.js';
import { PMU_REGISTERS } from './sysregs-pmu.js';
import { TIMER_REGISTERS } from './sysregs-timer.js';

/** Every architectural system register; the single table behind access, storage, reset and documentation. */
export const SYSTEM_REGISTERS: readonly SysRegRow[] = [
  ...CONTROL_REGISTERS,
  ...PAUTH_KEYS,
  ...TIMER_REGISTERS,
  ...ID_REGISTERS,
  ...PMU_REGISTERS,
  ...DEBUG_REGISTERS,
  ...EL2_REGISTERS,
];

const EL12_OP1 = 5;
/**
 * The names under which EL2 reaches registers of EL1 and EL0 that redirection (HCR_EL2.E2H) hides: same encodings
 * with op1 = 5.
 */
export const EL12_ALIASES: readonly SysRegRow[] = SYSTEM_REGISTERS.filter(row => row.e2h !== undefined).map(row => ({
  name: row.name.replace(/_EL([01])$/, '_EL$12'),
  key: (row.key & ~(7 << 11)) | (EL12_OP1 << 11),
  access: RW2,
  stored: false,
  needs: 'VHE',
  // Where the register itself is not there, its other name is not either.
  exists: cpu => (row.needs === undefined || cpu.model.features.has(row.needs)) && (row.exists?.(cpu) ?? true),
  alias: row.name,
}));

const SLOTS = new Map<string, number>();
for (const row of SYSTEM_REGISTERS) if (row.stored) SLOTS.set(row.name, SLOTS.size);

/** First slot that no architectural register uses: machines' own registers follow. */
export const FREE_SLOT = SLOTS.size;
if (FREE_SLOT > SYSREG_SLOTS) throw new RangeError('the state block has too few system register slots');

/** Slot of a stored architectural register by name. */
export function slotOf(name: string): number {
  const slot = SLOTS.get(name);
  if (slot === undefined) throw new RangeError(`no system register with storage is called ${name}`);
  return slot;
}
