import { lowestBit } from './gic-bank.js';
import { GIC_CPU_STATE, GicCpuInterface, type GicCpuLines, IDLE, SPURIOUS } from './gic-cpu.js';

/** Implemented bits of priority, and of group priority, from the top. */
const PRIORITY_BITS = 5;
const MIN_BPR0 = 7 - PRIORITY_BITS;
const CBPR = 1;
const EOI_MODE = 2;
/** ICC_CTLR_EL1: affinity level 3 valid, 24 id bits, 5 priority bits. */
const CTLR_FIXED = (1 << 15) | (1 << 11) | ((PRIORITY_BITS - 1) << 8);

/** What the CPU interface asks of the rest of the GIC. */
export interface GicFabric {
  /** Number of interrupt ids. */
  readonly lines: number;
  activate(cpu: number, id: number): void;
  deactivate(cpu: number, id: number): void;
  /** Makes SGI `id` of a group pending at the CPUs that `targets` accepts. */
  sendSgi(group: 0 | 1, id: number, targets: (affinity: number, cpu: number) => boolean): void;
  update(): void;
}

/** The CPU interface of one CPU: the state behind the ICC_*_EL1 system registers. */
export class Gicv3CpuInterface extends GicCpuInterface {
  /** See {@link Stateful}. */
  override readonly stateFields = [...GIC_CPU_STATE, 'groupEnable'];
  /** ICC_IGRPEN0 and ICC_IGRPEN1. */
  readonly groupEnable = [0, 0];
  /** ICC_AP0R0 and ICC_AP1R0: a bit for each group priority that is active. */
  readonly activePriorities = [0, 0];

  constructor(
    index: number,
    private readonly fabric: GicFabric,
    lines: GicCpuLines,
  ) {
    super(index, lines, MIN_BPR0, CBPR);
  }

  override reset(): void {
    super.reset();
    this.groupEnable.fill(0);
    this.activePriorities.fill(0);
  }

  /** Drives the CPU's inputs: group 0 is FIQ, group 1 is IRQ. */
  signal(): void {
    const ready = this.canPreempt();
    this.lines.fiq.set(ready && this.pendingGroup === 0);
    this.lines.irq.set(ready && this.pendingGroup === 1);
  }

  override runningPriority(): number {
    const active = this.activePriorities[0]! | this.activePriorities[1]!;
    return active === 0 ? IDLE : lowestBit(active) << (8 - PRIORITY_BITS);
  }

  /** ICC_IAR0_EL1 or ICC_IAR1_EL1. */
  acknowledge(group: 0 | 1): number {
    if (!this.canPreempt() || this.pendingGroup !== group) return SPURIOUS;
    const id = this.pendingId;
    const level = (this.pendingPriority & this.groupPriorityMask(group)) >> (8 - PRIORITY_BITS);
    this.activePriorities[group]! |= 1 << level;
    this.fabric.activate(this.index, id);
    return id;
  }

  /** ICC_EOIR0_EL1 or ICC_EOIR1_EL1. */
  endOfInterrupt(group: 0 | 1, id: number): void {
    if (id >= this.fabric.lines) return;
    const [active0, active1] = this.activePriorities as [number, number];
    const both = active0 | active1;
    // An end for a group that is not the running one is a guest's error and has no effect.
    if (both === 0 || ((this.activePriorities[group]! >>> lowestBit(both)) & 1) === 0) return;
    this.activePriorities[group]! &= this.activePriorities[group]! - 1;
    if (this.control & EOI_MODE) this.fabric.update();
    else this.fabric.deactivate(this.index, id);
  }

  /** ICC_DIR_EL1. */
  deactivate(id: number): void {
    if (id < this.fabric.lines && this.control & EOI_MODE) this.fabric.deactivate(this.index, id);
  }

  /** ICC_HPPIR0_EL1 or ICC_HPPIR1_EL1. */
  highestPending(group: 0 | 1): number {
    return this.pendingPriority !== IDLE && this.groupEnable[group] && this.pendingGroup === group
      ? this.pendingId
      : SPURIOUS;
  }

  /** ICC_SGI0R_EL1 or ICC_SGI1R_EL1. */
  sendSgi(group: 0 | 1, value: bigint): void {
    const list = Number(value & 0xffffn);
    const id = Number((value >> 24n) & 0xfn);
    if ((value >> 40n) & 1n) {
      this.fabric.sendSgi(group, id, (_affinity, cpu) => cpu !== this.index);
      return;
    }
    const cluster = Number(
      (((value >> 48n) & 0xffn) << 16n) | (((value >> 32n) & 0xffn) << 8n) | ((value >> 16n) & 0xffn),
    );
    this.fabric.sendSgi(group, id, affinity => {
      const aff0 = affinity & 0xff;
      return affinity >>> 8 === cluster && aff0 < 16 && ((list >>> aff0) & 1) === 1;
    });
  }

  readBinaryPoint(group: 0 | 1): number {
    return group === 1 && this.control & CBPR ? Math.min(this.binaryPoint[0]! + 1, 7) : this.binaryPoint[group]!;
  }

  writeBinaryPoint(group: 0 | 1, value: number): void {
    if (group === 1 && this.control & CBPR) return;
    this.binaryPoint[group] = Math.max(value & 7, MIN_BPR0 + group);
    this.fabric.update();
  }

  writePriorityMask(value: number): void {
    this.priorityMask = value & (0xff << (8 - PRIORITY_BITS)) & 0xff;
    this.fabric.update();
  }

  writeActivePriorities(group: 0 | 1, value: number): void {
    this.activePriorities[group] = value | 0;
    this.fabric.update();
  }

  readControl(): number {
    return CTLR_FIXED | this.control;
  }

  writeControl(value: number): void {
    this.control = value & (CBPR | EOI_MODE);
    this.fabric.update();
  }

  writeGroupEnable(group: 0 | 1, value: number): void {
    this.groupEnable[group] = value & 1;
    this.fabric.update();
  }

  protected override groupEnabled(group: 0 | 1): boolean {
    return this.groupEnable[group] === 1;
  }
}
