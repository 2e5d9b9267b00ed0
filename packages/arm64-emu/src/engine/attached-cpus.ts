/** The CPUs' places in an engine; the state block and the translations of one of them are current. */

import { RECORD_SIZE } from '../interp/record.js';
import type { WalkState } from '../walk/state.js';
import type { CpuHost } from './host.js';
import { CELL, MAX_CPUS, STATE, STATE_SIZE } from './state.js';
import { Regime, Tlb } from './tlb.js';

/** A CPU's place in the engine. */
export interface Attached {
  readonly host: CpuHost;
  readonly tlb: Tlb;
  /** State block while another CPU runs. */
  readonly saved: Uint8Array;
  executed: number;
}

/** The CPUs of one engine. */
export class AttachedCpus {
  /** TLBs of all CPUs. */
  readonly tlbs: Tlb[] = [];
  /** Budget that the running slice began with, times 16; its executed instructions are not in `executed` yet. */
  sliceBudget = 0;
  private readonly words: Int32Array;
  private readonly bytes: Uint8Array;
  private readonly cpus: (Attached | undefined)[] = new Array<Attached | undefined>(MAX_CPUS).fill(undefined);
  private selected: Attached | undefined;
  private selectedIndex = -1;

  constructor(
    buffer: ArrayBufferLike,
    private readonly walk: WalkState,
  ) {
    this.words = new Int32Array(buffer);
    this.bytes = new Uint8Array(buffer);
  }

  /** Adds CPU `index`; its state block starts as zeros. */
  attach(index: number, host: CpuHost): void {
    const tlb = new Tlb(this.words, index, this.walk);
    this.tlbs.push(tlb);
    const saved = new Uint8Array(STATE_SIZE);
    this.cpus[index] = { host, tlb, saved, executed: 0 };
  }
  /** Puts the state block of CPU `index` in place. */
  select(index: number): void {
    if (index === this.selectedIndex) return;
    const next = this.cpu(index);
    this.selected?.saved.set(this.bytes.subarray(0, STATE_SIZE));
    if (this.selected !== undefined) this.selected.tlb.active = false;
    next.tlb.active = true;
    this.bytes.set(next.saved, 0);
    this.selected = next;
    this.selectedIndex = index;
    this.contextChanged();
  }
  /** The place of CPU `index`; RangeError when nothing is attached there. */
  cpu(index: number): Attached {
    const cpu = this.cpus[index];
    if (cpu === undefined) throw new RangeError(`no CPU ${index}`);
    return cpu;
  }
  /** The selected CPU. */
  get running(): Attached {
    if (this.selected === undefined) throw new Error('no CPU is selected');
    return this.selected;
  }
  /** Instructions that CPU `index` has executed; exact also inside calls from generated code. */
  executed(index: number): number {
    const cpu = this.cpu(index);
    if (index !== this.selectedIndex || this.sliceBudget === 0) return cpu.executed;
    const remaining = (this.words[CELL.BUDGET >> 2]! - this.words[CELL.IP >> 2]!) | 0;
    return cpu.executed + (this.sliceBudget - remaining) / RECORD_SIZE;
  }
  /** The state block of CPU `index`, wherever it is now. */
  stateBlock(index: number): Uint8Array {
    return index === this.selectedIndex ? this.bytes.subarray(0, STATE_SIZE) : this.cpu(index).saved;
  }
  /** EL, PAN or UAO of the selected CPU changed: other translations are current; perhaps of another address space. */
  contextChanged(asid?: number, space?: number): void {
    const cpu = this.selected;
    if (cpu === undefined) return;
    const el = (this.words[STATE.CURRENT_EL >> 2]! >> 2) & 3;
    const pan = this.words[STATE.PAN >> 2] !== 0;
    const regime = el === 0 ? Regime.el0 : pan ? Regime.privilegedPan : Regime.privileged;
    const likeEl0 = el !== 0 && (cpu.host.unprivilegedAsEl0 ?? this.words[STATE.UAO >> 2] === 0);
    cpu.tlb.select(regime, likeEl0 ? Regime.unprivileged : regime, asid, space);
  }
  /** The host of the selected CPU, if one is selected. */
  get host(): CpuHost | undefined {
    return this.selected?.host;
  }
  /** Whether generated code is executing. */
  get executing(): boolean {
    return this.sliceBudget !== 0;
  }
}
