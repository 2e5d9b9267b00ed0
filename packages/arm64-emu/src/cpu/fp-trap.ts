import { slotOf } from './sysreg-slots.js';

const CPACR = slotOf('CPACR_EL1');
const CPTR = slotOf('CPTR_EL2');
const CPTR_TFP = 1n << 10n;

/** What decides whether floating point traps. */
interface FpControls {
  readonly el: number;
  readonly e2h: boolean;
  readonly tge: boolean;
  /** E2H and TGE: EL2 and its programs share a regime. */
  readonly inHost: boolean;
  slot(n: number): bigint;
}

/** FPEN of CPACR_EL1, and of CPTR_EL2 with E2H: what is not 0b01 or 0b11 traps all, 0b01 traps EL0. */
const refuses = (register: bigint, el0: boolean): boolean => {
  const fpen = (register >> 20n) & 3n;
  return fpen === 0n || fpen === 2n || (fpen === 1n && el0);
};

/** The level whose control, CPACR_EL1 or CPTR_EL2, traps floating point here; 0 when none does (Arm ARM, CheckFPAdvSIMDEnabled64). */
export function fpTrapLevel(cpu: FpControls, hasEl2: boolean): 0 | 1 | 2 {
  const { el } = cpu;
  if (el < 2 && !cpu.inHost && refuses(cpu.slot(CPACR), el === 0)) return 1;
  if (!hasEl2) return 0;
  const cptr = cpu.slot(CPTR);
  if (!cpu.e2h) return (cptr & CPTR_TFP) !== 0n ? 2 : 0;
  return refuses(cptr, el === 0 && cpu.tge) ? 2 : 0;
}
