import type { InterruptLine } from '../devices/device.js';
import { STATE } from '../engine/state.js';
import { EC, NO_CONDITION } from './esr.js';
import { INSTRUCTION_BYTES, PENDING } from './exceptions.js';
import { HCR } from './hcr.js';
import { TimerState } from './timer-state.js';

const SCTLR_NTWI = 1n << 16n;
const SCTLR_NTWE = 1n << 18n;
const PENDING_ALL = PENDING.irq | PENDING.fiq | PENDING.serror;
/** Virtual interrupts that HCR_EL2 makes pending. */
const VIRTUAL = HCR.VI | HCR.VF | HCR.VSE;
/** What is waited for: the control that lets EL0 and the one that stops all below EL2, ISS.TI without and with a time. */
const WAITS = {
  wfi: { enable: SCTLR_NTWI, toEl2: HCR.TWI, ti: 0, tiTimed: 2 },
  wfe: { enable: SCTLR_NTWE, toEl2: HCR.TWE, ti: 1, tiTimed: 3 },
} as const;

/** The register with the time is in ISS.RN (FEAT_WFxT2). */
const ISS_RV = 4;

/** Why a CPU does not execute; `off` by PSCI. */
export type WaitState = 'running' | 'wfi' | 'wfe' | 'off';

/** Interrupt inputs of a CPU, physical and virtual, the event register, and what waits for either. */
export abstract class InterruptState extends TimerState {
  readonly irq: InterruptLine = { set: level => this.setPending(PENDING.irq, level) };
  readonly fiq: InterruptLine = { set: level => this.setPending(PENDING.fiq, level) };
  readonly serror: InterruptLine = { set: level => this.setPending(PENDING.serror, level) };
  /** Inputs from a virtual interrupt controller: interrupts of EL1 that a hypervisor has put there. */
  readonly virtualIrq: InterruptLine = { set: level => this.setVirtual(PENDING.irq, level) };
  readonly virtualFiq: InterruptLine = { set: level => this.setVirtual(PENDING.fiq, level) };
  /** Whether this CPU executes; the machine wakes it. */
  wait: WaitState = 'running';
  /** Count of the physical counter that ends the wait: event stream, WFET, WFIT. */
  waitUntil: bigint | undefined;
  private pending = 0;
  private virtualPending = 0;
  /** SEV from anywhere; SEVL sets the cell in the state block. */
  protected eventSent = false;

  /** Sets the event register, which ends a WFE. */
  sendEvent(): void {
    this.eventSent = true;
    if (this.wait === 'wfe') this.wait = 'running';
  }

  /** Takes a pending interrupt that is not masked. Call between instructions. */
  deliverInterrupt(): boolean {
    const pending = this.routed(this.pending, this.virtualPending);
    return pending !== 0 && this.takeInterrupt(pending);
  }

  /** Hides pending interrupts from the engine, or shows them again. The state block must be in place. */
  holdInterrupts(on: boolean): void {
    this.i32[STATE.PENDING >> 2] = on ? 0 : this.routed(this.pending, this.virtualPending);
  }

  /** ISR_EL1. */
  pendingInterrupts(): bigint {
    if (!this.hasEl2 || this.el === 2 || this.tge) return BigInt(this.pending);
    // What EL2 has taken over, EL1 sees in its virtual form.
    const pending = this.routed(this.pending, this.virtualPending) & PENDING_ALL;
    return BigInt(pending);
  }

  /** Whether the event register was set; it no longer is. */
  protected takeEvent(): boolean {
    const cell = this.i32[STATE.EVENT >> 2] !== 0;
    const was = this.eventSent || cell;
    this.eventSent = false;
    this.i32[STATE.EVENT >> 2] = 0;
    return was;
  }

  /**
   * WFI and WFE: stops until an interrupt is pending, masked or not, or the virtual counter has come to `until`; lower
   * levels may be trapped instead. `timed`: the instruction names that time itself.
   */
  protected waitFor(state: 'wfi' | 'wfe', until: bigint | undefined, timed: boolean): void {
    if (this.pending !== 0 || (until !== undefined && this.virtualCount() >= until)) return;
    if (this.virtualPending !== 0 || (this.hcr & VIRTUAL) !== 0n) return;
    const { enable, toEl2, ti, tiTimed } = WAITS[state];
    const trapsToEl1 = this.el === 0 && (this.sctlr & enable) === 0n;
    if (trapsToEl1 || (this.el < 2 && (this.hcr & toEl2) !== 0n)) {
      this.pc -= INSTRUCTION_BYTES;
      const iss = timed ? tiTimed | ISS_RV | ((this.currentWord() & 31) << 5) : ti;
      this.takeSynchronous(EC.wfx, NO_CONDITION | iss, this.pc, undefined, !trapsToEl1);
      return;
    }
    this.wait = state;
    this.waitUntil = until === undefined ? undefined : this.counter.physical() + (until - this.virtualCount());
    this.attentionWanted = true;
  }

  private setPending(bit: number, level: boolean): void {
    const pending = level ? this.pending | bit : this.pending & ~bit;
    if (pending === this.pending) return;
    this.pending = pending;
    this.pendingChanged(pending);
  }

  private setVirtual(bit: number, level: boolean): void {
    const pending = level ? this.virtualPending | bit : this.virtualPending & ~bit;
    if (pending === this.virtualPending) return;
    this.virtualPending = pending;
    this.pendingChanged(pending);
  }

  /** Ends a wait when something is pending, and tells the engine. */
  private pendingChanged(pending: number): void {
    if (pending !== 0 && (this.wait === 'wfi' || this.wait === 'wfe')) {
      this.wait = 'running';
      this.port.woken();
    }
    if (!this.current) return;
    this.holdInterrupts(false);
    this.attentionWanted = true;
  }
}
