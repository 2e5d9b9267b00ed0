import { SPURIOUS } from './gic-cpu.js';
import {
  FIRST_SPECIAL,
  GicVirtualInterface,
  LIST_REGISTERS,
  VIRTUAL_PRIORITY_BITS,
  type VirtualFabric,
  type VirtualLines,
  VMCR,
} from './gic-virtual.js';

/** ICV_CTLR_EL1: affinity level 3 valid, 24 id bits, 5 priority bits. */
const CTLR_FIXED = (1 << 15) | (1 << 11) | ((VIRTUAL_PRIORITY_BITS - 1) << 8);
/** VFIQEn is one: group 0 is always FIQ. */
const MASKS = { hcr: 0xf800_7cff, vmcr: 0xfffc_0217, vmcrFixed: VMCR.VFIQEn } as const;
const LR_MASK = 0xf0ff_07ff_ffff_ffffn;

/**
 * The virtual CPU interface of one CPU (GIC architecture 8.2): list registers that a hypervisor fills, and the ICV_*
 * registers in which EL1 sees them as interrupts of a GIC.
 */
export class Gicv3VirtualInterface extends GicVirtualInterface {
  constructor(fabric: VirtualFabric, lines: VirtualLines) {
    super(fabric, lines, MASKS);
  }

  /** ICH_VTR_EL2: five bits of priority and of preemption, 16 id bits, the number of list registers. */
  get vtr(): number {
    const bits = VIRTUAL_PRIORITY_BITS - 1;
    return ((bits << 29) | (bits << 26) | (1 << 23) | (1 << 21) | (LIST_REGISTERS - 1)) >>> 0;
  }
  /** ICH_LR<n>_EL2. */
  list(n: number): bigint {
    return this.lists[n] ?? 0n;
  }
  setList(n: number, value: bigint): void {
    this.setList64(n, value & LR_MASK);
  }

  /** ICV_IAR0_EL1, ICV_IAR1_EL1. */
  acknowledge(group: 0 | 1): number {
    const n = this.highest();
    return n < 0 || this.groupOf(n) !== group || !this.canPreempt(n) ? SPURIOUS : this.begin(n, group);
  }
  /** ICV_EOIR0_EL1, ICV_EOIR1_EL1. */
  endOfInterrupt(group: 0 | 1, id: number): void {
    if (id < FIRST_SPECIAL)
      this.finish(id, (n, running) => this.groupOf(n) === group && this.groupPriorityOf(n) === running);
  }
  /** ICV_DIR_EL1. */
  deactivate(id: number): void {
    if (id < FIRST_SPECIAL) this.finishSplit(id);
  }
  /** ICV_HPPIR0_EL1, ICV_HPPIR1_EL1. */
  highestPending(group: 0 | 1): number {
    const n = this.highest();
    return n >= 0 && this.groupOf(n) === group ? this.idOf(n) : SPURIOUS;
  }
  /** ICV_BPR0_EL1, ICV_BPR1_EL1. */
  readBinaryPoint(group: 0 | 1): number {
    const common = group === 1 && (this.machineControl & VMCR.VCBPR) !== 0;
    return common ? Math.min(this.binaryPoint(0) + 1, 7) : this.binaryPoint(group);
  }
  writeBinaryPoint(group: 0 | 1, value: number): void {
    if (group === 0 || (this.machineControl & VMCR.VCBPR) === 0) this.setBinaryPoint(group, value);
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
    return this.enabled(group) ? 1 : 0;
  }
  writeGroupEnable(group: 0 | 1, value: number): void {
    this.setMachine(group, 1, value & 1);
  }

  /** A group that is not enabled does not stand in the way of the other. */
  protected override competes(n: number): boolean {
    return this.enabled(this.groupOf(n));
  }
}
