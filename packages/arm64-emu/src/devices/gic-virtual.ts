import { type InterruptLine, unconnected } from './device.js';
import { lowestBit } from './gic-bank.js';
import { type GicCpuLines, IDLE } from './gic-cpu.js';

/** Id of the virtual interfaces' own interrupt. */
export const MAINTENANCE = 25;

/** Implemented bits of priority, and of preemption, from the top. */
export const VIRTUAL_PRIORITY_BITS = 5;
const PRIORITY_SHIFT = 8 - VIRTUAL_PRIORITY_BITS;
const MIN_BPR0 = 7 - VIRTUAL_PRIORITY_BITS;
/** Number of list registers. */
export const LIST_REGISTERS = 4;
/** Interrupt ids from here on are special, or LPIs. */
export const FIRST_SPECIAL = 1020;

/** ICH_HCR_EL2, GICH_HCR. */
const HCR = { En: 1, UIE: 2, LRENPIE: 4, NPIE: 8, VGrp0EIE: 16, VGrp0DIE: 32, VGrp1EIE: 64, VGrp1DIE: 128 } as const;
const EOI_COUNT_SHIFT = 27;
/** ICH_VMCR_EL2, GICH_VMCR. */
export const VMCR = { VENG0: 1, VENG1: 2, VAckCtl: 4, VFIQEn: 8, VCBPR: 16, VEOIM: 512 } as const;
const VMCR_BPR1 = 18;
const VMCR_BPR0 = 21;
const VMCR_PMR = 24;
/** List registers in the form of ICH_LR<n>_EL2, whatever the version. */
export const LR = { EOI: 1n << 41n, GROUP: 1n << 60n, HW: 1n << 61n, PENDING: 1n << 62n, ACTIVE: 1n << 63n } as const;
const STATE = LR.PENDING | LR.ACTIVE;

/** What the virtual interface does to the real one. */
export interface VirtualFabric {
  /** Deactivates a physical interrupt of this CPU. */
  deactivate(id: number): unknown;
}

/** What it drives. */
export interface VirtualLines {
  readonly irq: InterruptLine;
  readonly fiq: InterruptLine;
  /** The hypervisor's own interrupt. */
  readonly maintenance: InterruptLine;
}

/** The virtual side of a CPU's inputs; a CPU without EL2 has none. */
export function virtualLines(cpu: GicCpuLines, maintenance: InterruptLine): VirtualLines {
  return { irq: cpu.virtualIrq ?? unconnected, fiq: cpu.virtualFiq ?? unconnected, maintenance };
}

/** Bits of the hypervisor's registers that a version has. */
export interface VirtualMasks {
  readonly hcr: number;
  readonly vmcr: number;
  /** Bits of VMCR that are one for ever. */
  readonly vmcrFixed: number;
}

/**
 * Virtual interrupts of one CPU, as far as GICv2 and GICv3 agree: list registers that a hypervisor fills, and
 * priorities, ends and reports that follow from them. The versions add how a guest reaches it.
 */
export abstract class GicVirtualInterface {
  /** See {@link Stateful}. */
  readonly stateFields: readonly string[] = ['control', 'machineControl', 'lists', 'active'];
  /** ICH_HCR_EL2 and ICH_VMCR_EL2. */
  private control = 0;
  protected machineControl = 0;
  protected readonly lists = new Array<bigint>(LIST_REGISTERS).fill(0n);
  /** ICH_AP0R0_EL2 and ICH_AP1R0_EL2; GICv2 has one GICH_APR, the first. */
  protected readonly active = [0, 0];

  constructor(
    private readonly fabric: VirtualFabric,
    private readonly lines: VirtualLines,
    private readonly masks: VirtualMasks,
  ) {
    this.reset();
  }

  reset(): void {
    this.control = 0;
    this.lists.fill(0n);
    this.active.fill(0);
    this.vmcr = 0;
  }

  // ---- for the hypervisor

  /** ICH_HCR_EL2, GICH_HCR. */
  get hcr(): number {
    return this.control >>> 0;
  }
  set hcr(value: number) {
    this.control = value & this.masks.hcr;
    this.update();
  }
  /** ICH_VMCR_EL2, GICH_VMCR. */
  get vmcr(): number {
    return this.machineControl >>> 0;
  }
  set vmcr(value: number) {
    const { vmcr: mask, vmcrFixed } = this.masks;
    const bpr1 = Math.max((value >>> VMCR_BPR1) & 7, MIN_BPR0 + 1);
    const bpr0 = Math.max((value >>> VMCR_BPR0) & 7, MIN_BPR0);
    const rest = value & mask & ~(63 << VMCR_BPR1);
    this.machineControl = rest | vmcrFixed | (bpr1 << VMCR_BPR1) | (bpr0 << VMCR_BPR0);
    this.update();
  }
  activePriorities(group: 0 | 1): number {
    return this.active[group]! >>> 0;
  }
  setActivePriorities(group: 0 | 1, value: number): void {
    this.active[group] = value | 0;
    this.update();
  }
  /** ICH_ELRSR_EL2, GICH_ELRSR0: list registers that are free. */
  get emptyLists(): number {
    return this.listsWhere(lr => (lr & STATE) === 0n && ((lr & LR.HW) !== 0n || (lr & LR.EOI) === 0n));
  }
  /** ICH_EISR_EL2, GICH_EISR0: list registers whose end is to be reported. */
  get endedLists(): number {
    return this.listsWhere(lr => (lr & (STATE | LR.HW)) === 0n && (lr & LR.EOI) !== 0n);
  }
  /** ICH_MISR_EL2, GICH_MISR: why the maintenance interrupt is raised. */
  get maintenance(): number {
    const { control, machineControl: vmcr } = this;
    const valid = this.lists.filter(lr => (lr & STATE) !== 0n).length;
    const pending = this.lists.some(lr => (lr & STATE) === LR.PENDING);
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

  // ---- for the guest

  /** ICV_RPR_EL1, GICV_RPR. */
  runningPriority(): number {
    const both = this.active[0]! | this.active[1]!;
    return both === 0 ? IDLE : lowestBit(both) << PRIORITY_SHIFT;
  }
  /** ICV_PMR_EL1, GICV_PMR. */
  get priorityMask(): number {
    return this.machineControl >>> VMCR_PMR;
  }
  set priorityMask(value: number) {
    this.setMachine(VMCR_PMR, 0xff, value & (IDLE << PRIORITY_SHIFT));
  }

  protected setList64(n: number, value: bigint): void {
    if (n < LIST_REGISTERS) this.lists[n] = value;
    this.update();
  }
  protected binaryPoint(group: 0 | 1): number {
    return (this.machineControl >>> (group === 0 ? VMCR_BPR0 : VMCR_BPR1)) & 7;
  }
  protected setBinaryPoint(group: 0 | 1, value: number): void {
    this.setMachine(group === 0 ? VMCR_BPR0 : VMCR_BPR1, 7, value & 7);
  }
  protected setMachine(lsb: number, mask: number, value: number): void {
    this.vmcr = (this.machineControl & ~(mask << lsb)) | (value << lsb);
  }
  protected enabled(group: 0 | 1): boolean {
    return ((this.machineControl >>> group) & 1) === 1;
  }
  protected idOf(n: number): number {
    return Number(this.lists[n]! & 0xffff_ffffn);
  }
  protected groupOf(n: number): 0 | 1 {
    return (this.lists[n]! & LR.GROUP) === 0n ? 0 : 1;
  }
  /** Whether a list register with a pending interrupt competes for the highest priority. */
  protected competes(_n: number): boolean {
    return true;
  }
  /** List register of the highest priority pending interrupt; -1. */
  protected highest(): number {
    if ((this.control & HCR.En) === 0) return -1;
    let best = -1;
    for (let n = 0; n < LIST_REGISTERS; n++) {
      if ((this.lists[n]! & STATE) !== LR.PENDING || !this.competes(n)) continue;
      if (best < 0 || this.priorityOf(n) < this.priorityOf(best)) best = n;
    }
    return best;
  }
  protected canPreempt(n: number): boolean {
    const priority = this.priorityOf(n);
    if (!this.enabled(this.groupOf(n)) || priority >= this.priorityMask) return false;
    const running = this.runningPriority();
    const mask = this.groupMask(this.groupOf(n));
    return running === IDLE || (priority & mask) < (running & mask);
  }
  /** Makes the interrupt of a list register active; returns its id. */
  protected begin(n: number, priorities: 0 | 1): number {
    this.lists[n] = (this.lists[n]! & ~STATE) | LR.ACTIVE;
    this.active[priorities]! |= 1 << (this.groupPriorityOf(n) >> PRIORITY_SHIFT);
    this.update();
    return this.idOf(n);
  }
  /** Ends the running priority, and the interrupt too when the two are not split and `ends` agrees. */
  protected finish(id: number, ends: (n: number, running: number) => boolean): void {
    const both = this.active[0]! | this.active[1]!;
    // With nothing active it is a guest's error.
    if (both === 0) return;
    const running = this.runningPriority();
    const of = (this.active[0]! & -this.active[0]!) === (both & -both) ? 0 : 1;
    this.active[of] = this.active[of]! & (this.active[of]! - 1);
    if ((this.machineControl & VMCR.VEOIM) === 0) {
      const n = this.find(id, LR.ACTIVE);
      if (n < 0) this.countEnd();
      else if (ends(n, running)) this.deactivateList(n);
    }
    this.update();
  }
  /** Ends what {@link finish} left active. */
  protected finishSplit(id: number): void {
    if ((this.machineControl & VMCR.VEOIM) === 0) return;
    const n = this.find(id, LR.ACTIVE);
    if (n < 0) this.countEnd();
    else this.deactivateList(n);
    this.update();
  }
  protected groupPriorityOf(n: number): number {
    return this.priorityOf(n) & this.groupMask(this.groupOf(n));
  }

  private priorityOf(n: number): number {
    return Number((this.lists[n]! >> 48n) & 0xffn);
  }
  private groupMask(group: 0 | 1): number {
    const common = group === 0 || (this.machineControl & VMCR.VCBPR) !== 0;
    return (IDLE << (common ? this.binaryPoint(0) + 1 : this.binaryPoint(1))) & IDLE;
  }
  private listsWhere(test: (lr: bigint) => boolean): number {
    return this.lists.reduce((bits, lr, n) => bits | (test(lr) ? 1 << n : 0), 0);
  }
  /** List register with interrupt `id` in a state that has `state`; -1 when there is none. */
  private find(id: number, state: bigint): number {
    return this.lists.findIndex((lr, n) => this.idOf(n) === id && (lr & state) !== 0n);
  }
  private deactivateList(n: number): void {
    const lr = this.lists[n]!;
    this.lists[n] = lr & ~LR.ACTIVE;
    if ((lr & LR.HW) !== 0n) this.fabric.deactivate(Number((lr >> 32n) & 0x1fffn));
  }
  /** An end for which there is no list register. */
  private countEnd(): void {
    const count = ((this.control >>> EOI_COUNT_SHIFT) + 1) & 31;
    this.control = (this.control & ((1 << EOI_COUNT_SHIFT) - 1)) | (count << EOI_COUNT_SHIFT);
  }

  private update(): void {
    const n = this.highest();
    const ready = n >= 0 && this.canPreempt(n);
    const fiq = ready && this.groupOf(n) === 0 && (this.machineControl & VMCR.VFIQEn) !== 0;
    this.lines.fiq.set(fiq);
    this.lines.irq.set(ready && !fiq);
    this.lines.maintenance.set((this.control & HCR.En) !== 0 && this.maintenance !== 0);
  }
}
