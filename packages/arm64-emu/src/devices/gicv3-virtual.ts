import type { InterruptLine } from './device.js';
import { lowestBit } from './gic-bank.js';

const SPURIOUS = 1023;
const IDLE = 0xff;
/** Implemented bits of priority, and of preemption, from the top. */
const PRIORITY_BITS = 5;
const PRIORITY_SHIFT = 8 - PRIORITY_BITS;
const MIN_BPR0 = 7 - PRIORITY_BITS;
/** Interrupt ids beyond these would be LPIs. */
const MAX_ID = 1020;
/** ICV_CTLR_EL1: affinity level 3 valid, 24 id bits, 5 priority bits. */
const CTLR_FIXED = (1 << 15) | (1 << 11) | ((PRIORITY_BITS - 1) << 8);

/** ICH_HCR_EL2. */
const HCR = { En: 1, UIE: 2, LRENPIE: 4, NPIE: 8, VGrp0EIE: 16, VGrp0DIE: 32, VGrp1EIE: 64, VGrp1DIE: 128 } as const;
const HCR_MASK = 0xf800_7cff;
const EOI_COUNT_SHIFT = 27;
/** ICH_VMCR_EL2. */
const VMCR = { VENG0: 1, VENG1: 2, VCBPR: 16, VEOIM: 512 } as const;
const VMCR_BPR1 = 18;
const VMCR_BPR0 = 21;
const VMCR_PMR = 24;
const VMCR_MASK = 0xfffc_0217;
/** VFIQEn: group 0 is always FIQ. */
const VMCR_FIXED = 8;
/** List registers. */
const LIST_REGISTERS = 4;
const LR_GROUP = 1n << 60n;
const LR_HW = 1n << 61n;
const LR_EOI = 1n << 41n;
const PENDING = 1n << 62n;
const ACTIVE = 1n << 63n;
const STATE = PENDING | ACTIVE;

/** What the virtual interface does to the real one. */
export interface VirtualFabric {
  /** Deactivates a physical interrupt of this CPU. */
  deactivate(id: number): unknown;
}

/**
 * The virtual CPU interface of one CPU (GIC architecture 8.2): list registers that a hypervisor fills, and the ICV_*
 * registers in which EL1 sees them as interrupts of a GIC.
 */
export class Gicv3VirtualInterface {
  /** See {@link Stateful}. */
  readonly stateFields = ['control', 'machineControl', 'lists', 'active'];
  /** ICH_HCR_EL2 and ICH_VMCR_EL2. */
  private control = 0;
  private machineControl = 0;
  private readonly lists = new Array<bigint>(LIST_REGISTERS).fill(0n);
  /** ICH_AP0R0_EL2 and ICH_AP1R0_EL2. */
  private readonly active = [0, 0];

  constructor(
    private readonly fabric: VirtualFabric,
    private readonly lines: {
      readonly irq: InterruptLine;
      readonly fiq: InterruptLine;
      readonly maintenance: InterruptLine;
    },
  ) {}

  reset(): void {
    this.control = 0;
    this.lists.fill(0n);
    this.active.fill(0);
    this.vmcr = 0;
  }

  // ---- for the hypervisor

  /** ICH_HCR_EL2. */
  get hcr(): number {
    return this.control >>> 0;
  }
  set hcr(value: number) {
    this.control = value & HCR_MASK;
    this.update();
  }
  /** ICH_VMCR_EL2. */
  get vmcr(): number {
    return this.machineControl >>> 0;
  }
  set vmcr(value: number) {
    const bpr1 = Math.max((value >>> VMCR_BPR1) & 7, MIN_BPR0 + 1);
    const bpr0 = Math.max((value >>> VMCR_BPR0) & 7, MIN_BPR0);
    const rest = value & VMCR_MASK & ~(63 << VMCR_BPR1);
    this.machineControl = rest | VMCR_FIXED | (bpr1 << VMCR_BPR1) | (bpr0 << VMCR_BPR0);
    this.update();
  }
  /** ICH_VTR_EL2: five bits of priority and of preemption, 16 id bits, the number of list registers. */
  get vtr(): number {
    return (
      (((PRIORITY_BITS - 1) << 29) | ((PRIORITY_BITS - 1) << 26) | (1 << 23) | (1 << 21) | (LIST_REGISTERS - 1)) >>> 0
    );
  }
  /** ICH_LR<n>_EL2. */
  list(n: number): bigint {
    return this.lists[n] ?? 0n;
  }
  setList(n: number, value: bigint): void {
    if (n < LIST_REGISTERS) this.lists[n] = value & 0xf0ff_07ff_ffff_ffffn;
    this.update();
  }
  /** ICH_AP0R0_EL2, ICH_AP1R0_EL2. */
  activePriorities(group: 0 | 1): number {
    return this.active[group]! >>> 0;
  }
  setActivePriorities(group: 0 | 1, value: number): void {
    this.active[group] = value | 0;
    this.update();
  }
  /** ICH_ELRSR_EL2: list registers that are free. */
  get emptyLists(): number {
    return this.listsWhere(lr => (lr & STATE) === 0n && ((lr & LR_HW) !== 0n || (lr & LR_EOI) === 0n));
  }
  /** ICH_EISR_EL2: list registers whose end is to be reported. */
  get endedLists(): number {
    return this.listsWhere(lr => (lr & (STATE | LR_HW)) === 0n && (lr & LR_EOI) !== 0n);
  }
  /** ICH_MISR_EL2: why the maintenance interrupt is raised. */
  get maintenance(): number {
    const { control, machineControl: vmcr } = this;
    const valid = this.lists.filter(lr => (lr & STATE) !== 0n).length;
    const pending = this.lists.some(lr => (lr & STATE) === PENDING);
    const group0 = (vmcr & VMCR.VENG0) !== 0;
    const group1 = (vmcr & VMCR.VENG1) !== 0;
    const reasons: readonly boolean[] = [
      this.endedLists !== 0,
      (control & HCR.UIE) !== 0 && valid <= 1,
      (control & HCR.LRENPIE) !== 0 && control >>> EOI_COUNT_SHIFT !== 0,
      (control & HCR.NPIE) !== 0 && !pending,
      (control & HCR.VGrp0EIE) !== 0 && group0,
      (control & HCR.VGrp0DIE) !== 0 && !group0,
      (control & HCR.VGrp1EIE) !== 0 && group1,
      (control & HCR.VGrp1DIE) !== 0 && !group1,
    ];
    return reasons.reduce((bits, on, n) => bits | (on ? 1 << n : 0), 0);
  }

  // ---- for EL1: ICV_*

  /** ICV_IAR0_EL1, ICV_IAR1_EL1. */
  acknowledge(group: 0 | 1): number {
    const n = this.highest();
    if (n < 0 || this.groupOf(n) !== group || !this.canPreempt(n)) return SPURIOUS;
    const lr = this.lists[n]!;
    this.lists[n] = (lr & ~STATE) | ACTIVE;
    this.active[group]! |= 1 << ((this.priorityOf(n) & this.groupMask(group)) >> PRIORITY_SHIFT);
    this.update();
    return Number(lr & 0xffff_ffffn);
  }
  /** ICV_EOIR0_EL1, ICV_EOIR1_EL1. */
  endOfInterrupt(group: 0 | 1, id: number): void {
    if (id >= MAX_ID) return;
    const both = this.active[0]! | this.active[1]!;
    const running = this.runningPriority();
    if (both !== 0) {
      const of = (this.active[0]! & -this.active[0]!) === (both & -both) ? 0 : 1;
      this.active[of] = this.active[of]! & (this.active[of]! - 1);
    }
    const n = this.find(id, ACTIVE);
    if ((this.machineControl & VMCR.VEOIM) === 0) {
      if (n < 0) this.countEnd();
      else if (this.groupOf(n) === group && (this.priorityOf(n) & this.groupMask(group)) === running)
        this.deactivateList(n);
    }
    this.update();
  }
  /** ICV_DIR_EL1. */
  deactivate(id: number): void {
    if (id >= MAX_ID || (this.machineControl & VMCR.VEOIM) === 0) return;
    const n = this.find(id, ACTIVE);
    if (n < 0) this.countEnd();
    else this.deactivateList(n);
    this.update();
  }
  /** ICV_HPPIR0_EL1, ICV_HPPIR1_EL1. */
  highestPending(group: 0 | 1): number {
    const n = this.highest();
    return n >= 0 && this.groupOf(n) === group ? Number(this.lists[n]! & 0xffff_ffffn) : SPURIOUS;
  }
  /** ICV_RPR_EL1. */
  runningPriority(): number {
    const both = this.active[0]! | this.active[1]!;
    return both === 0 ? IDLE : lowestBit(both) << PRIORITY_SHIFT;
  }
  /** ICV_PMR_EL1. */
  get priorityMask(): number {
    return this.machineControl >>> VMCR_PMR;
  }
  set priorityMask(value: number) {
    this.setMachine(VMCR_PMR, 0xff, value & (IDLE << PRIORITY_SHIFT));
  }
  /** ICV_BPR0_EL1, ICV_BPR1_EL1. */
  readBinaryPoint(group: 0 | 1): number {
    const bpr0 = (this.machineControl >>> VMCR_BPR0) & 7;
    if (group === 0) return bpr0;
    if ((this.machineControl & VMCR.VCBPR) !== 0) return Math.min(bpr0 + 1, 7);
    return (this.machineControl >>> VMCR_BPR1) & 7;
  }
  writeBinaryPoint(group: 0 | 1, value: number): void {
    if (group === 1 && (this.machineControl & VMCR.VCBPR) !== 0) return;
    this.setMachine(group === 0 ? VMCR_BPR0 : VMCR_BPR1, 7, value & 7);
  }
  /** ICV_CTLR_EL1. */
  readControl(): number {
    const { machineControl: vmcr } = this;
    return CTLR_FIXED | ((vmcr & VMCR.VEOIM) !== 0 ? 2 : 0) | ((vmcr & VMCR.VCBPR) !== 0 ? 1 : 0);
  }
  writeControl(value: number): void {
    const bits = (value & 1 ? VMCR.VCBPR : 0) | (value & 2 ? VMCR.VEOIM : 0);
    this.vmcr = (this.machineControl & ~(VMCR.VCBPR | VMCR.VEOIM)) | bits;
  }
  /** ICV_IGRPEN0_EL1, ICV_IGRPEN1_EL1. */
  readGroupEnable(group: 0 | 1): number {
    return (this.machineControl >>> group) & 1;
  }
  writeGroupEnable(group: 0 | 1, value: number): void {
    this.setMachine(group, 1, value & 1);
  }

  private setMachine(lsb: number, mask: number, value: number): void {
    this.vmcr = (this.machineControl & ~(mask << lsb)) | (value << lsb);
  }
  private listsWhere(test: (lr: bigint) => boolean): number {
    return this.lists.reduce((bits, lr, n) => bits | (test(lr) ? 1 << n : 0), 0);
  }
  private groupOf(n: number): 0 | 1 {
    return (this.lists[n]! & LR_GROUP) === 0n ? 0 : 1;
  }
  private priorityOf(n: number): number {
    return Number((this.lists[n]! >> 48n) & 0xffn);
  }
  private groupMask(group: 0 | 1): number {
    const point = this.readBinaryPoint(group);
    return group === 0 ? (IDLE << (point + 1)) & IDLE : (IDLE << point) & IDLE;
  }
  /** List register with interrupt `id` in a state that has `state`; -1 when there is none. */
  private find(id: number, state: bigint): number {
    return this.lists.findIndex(lr => Number(lr & 0xffff_ffffn) === id && (lr & state) !== 0n);
  }
  /** List register of the highest priority pending interrupt whose group is enabled; -1. */
  private highest(): number {
    if ((this.control & HCR.En) === 0) return -1;
    let best = -1;
    for (let n = 0; n < LIST_REGISTERS; n++) {
      if ((this.lists[n]! & STATE) !== PENDING || this.readGroupEnable(this.groupOf(n)) === 0) continue;
      if (best < 0 || this.priorityOf(n) < this.priorityOf(best)) best = n;
    }
    return best;
  }
  private canPreempt(n: number): boolean {
    const priority = this.priorityOf(n);
    if (priority >= this.priorityMask) return false;
    const running = this.runningPriority();
    const mask = this.groupMask(this.groupOf(n));
    return running === IDLE || (priority & mask) < (running & mask);
  }
  private deactivateList(n: number): void {
    const lr = this.lists[n]!;
    this.lists[n] = lr & ~ACTIVE;
    if ((lr & LR_HW) !== 0n) this.fabric.deactivate(Number((lr >> 32n) & 0x1fffn));
  }
  /** An end for which there is no list register. */
  private countEnd(): void {
    const count = ((this.control >>> EOI_COUNT_SHIFT) + 1) & 31;
    this.control = (this.control & ((1 << EOI_COUNT_SHIFT) - 1)) | (count << EOI_COUNT_SHIFT);
  }

  private update(): void {
    const n = this.highest();
    const ready = n >= 0 && this.canPreempt(n);
    this.lines.fiq.set(ready && this.groupOf(n) === 0);
    this.lines.irq.set(ready && this.groupOf(n) === 1);
    this.lines.maintenance.set((this.control & HCR.En) !== 0 && this.maintenance !== 0);
  }
}
