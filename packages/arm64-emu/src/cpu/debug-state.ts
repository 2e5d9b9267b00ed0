import { STATE } from '../engine/state.js';
import { virtualAddress } from './debug.js';
import { EC, FSC_DEBUG } from './esr.js';
import { TranslationState } from './translation.js';

/** ISS.ISV of a software step exception: an instruction was stepped. */
const STEP_VALID = 1 << 24;

/** Debug exceptions of a CPU: breakpoints and software step. Watchpoints belong to translation. */
export abstract class DebugState extends TranslationState {
  private stepped = 0;

  /** MDSCR, breakpoints or watchpoints changed. */
  debugChanged(): void {
    if (this.debug.update()) this.invalidateAll();
    this.publishTables();
    this.attentionWanted = true;
  }

  /** Whether {@link beforeInstruction} and {@link afterInstruction} belong around each instruction. */
  get perInstruction(): boolean {
    return this.debug.perInstruction;
  }

  /** PSTATE.SS. */
  get stepArmed(): boolean {
    return this.i32[STATE.SS >> 2] !== 0;
  }

  /** Takes a step or breakpoint exception that is due. */
  beforeInstruction(): void {
    const { debug } = this;
    const toEl2 = this.debugTarget === 2;
    if (debug.stepActive && !this.stepArmed) {
      this.takeSynchronous(EC.softwareStepLower, this.stepped | FSC_DEBUG, this.pc, undefined, toEl2);
      this.stepped = 0;
    } else if (debug.breaksAt(virtualAddress(this.pc)))
      this.takeSynchronous(EC.breakpointLower, FSC_DEBUG, this.pc, undefined, toEl2);
  }

  /** An instruction was executed; when it was `armed` ({@link stepArmed}), its step is complete. */
  afterInstruction(armed: boolean): void {
    if (!armed) return;
    this.i32[STATE.SS >> 2] = 0;
    this.stepped = STEP_VALID;
  }

  protected stepAfterReturn(target: number, daif: number, ss: number): number {
    return this.debug.stepAfterReturn(this.el, this.daif, target, daif, ss);
  }
}
