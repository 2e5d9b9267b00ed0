import type { AccessSize } from './device.js';
import { lowestBit } from './gic-bank.js';
import { GicCpuInterface, type GicCpuLines, IDLE, SPURIOUS } from './gic-cpu.js';

/** The pending interrupt is of the other group. */
export const OTHER_GROUP = 1022;
const ACK_CTL = 4;
const FIQ_EN = 8;
const CBPR = 0x10;
const EOI_MODE = 0x200;
const CONTROL_BITS = 0x21f;

/** What the CPU interface asks of the rest of the GIC. */
export interface Gicv2Fabric {
  readonly lines: number;
  /** Makes an interrupt active; returns the source CPU of an SGI, 0 for others. */
  activate(cpu: number, id: number): number;
  deactivate(cpu: number, id: number): void;
  update(): void;
}

/** GICv2 CPU interface of one CPU (GIC architecture 2.0, 4.4): GICC_*, without the security extensions. */
export class Gicv2CpuInterface extends GicCpuInterface {
  /** GICC_APR0-3 of group 0, GICC_NSAPR0-3 of group 1: a bit for each of 128 group priorities. */
  readonly activePriorities = [new Uint32Array(4), new Uint32Array(4)] as const;

  constructor(
    index: number,
    private readonly fabric: Gicv2Fabric,
    lines: GicCpuLines,
  ) {
    super(index, lines, 0, CBPR);
  }

  override reset(): void {
    super.reset();
    for (const registers of this.activePriorities) registers.fill(0);
  }

  /** Drives the CPU's inputs: everything is IRQ, unless FIQEn makes group 0 FIQ. */
  signal(): void {
    const ready = this.canPreempt();
    const fiq = this.pendingGroup === 0 && (this.control & FIQ_EN) !== 0;
    this.lines.fiq.set(ready && fiq);
    this.lines.irq.set(ready && !fiq);
  }

  read(offset: number): number {
    if (offset >= 0xd0 && offset < 0xe0) return this.activePriorities[0][(offset - 0xd0) >> 2]!;
    if (offset >= 0xe0 && offset < 0xf0) return this.activePriorities[1][(offset - 0xe0) >> 2]!;
    switch (offset) {
      case 0x00:
        return this.control;
      case 0x04:
        return this.priorityMask;
      case 0x08:
        return this.binaryPoint[0]!;
      case 0x0c: // GICC_IAR
        return this.acknowledge(this.visible());
      case 0x14: // GICC_RPR
        return this.runningPriority();
      case 0x18: // GICC_HPPIR
        return this.visible();
      case 0x1c:
        return this.binaryPoint[1]!;
      case 0x20: // GICC_AIAR
        return this.acknowledge(this.pendingGroup === 1 ? this.pendingId : SPURIOUS);
      case 0x28: // GICC_AHPPIR
        return this.pendingGroup === 1 ? this.pendingId : SPURIOUS;
      case 0xfc: // GICC_IIDR: GICv2, implementer ARM
        return 0x2043b;
      default:
        return 0;
    }
  }

  write(offset: number, _size: AccessSize, value: number): void {
    if (offset >= 0xd0 && offset < 0xe0) this.activePriorities[0][(offset - 0xd0) >> 2] = value;
    else if (offset >= 0xe0 && offset < 0xf0) this.activePriorities[1][(offset - 0xe0) >> 2] = value;
    else
      switch (offset) {
        case 0x00:
          this.control = value & CONTROL_BITS;
          break;
        case 0x04:
          this.priorityMask = value & 0xff;
          break;
        case 0x08:
          this.binaryPoint[0] = value & 7;
          break;
        case 0x1c:
          this.binaryPoint[1] = Math.max(1, value & 7);
          break;
        case 0x10: // GICC_EOIR
        case 0x24: // GICC_AEOIR
          this.endOfInterrupt(value & 0x3ff);
          break;
        case 0x1000: // GICC_DIR
          if ((value & 0x3ff) < this.fabric.lines && this.control & EOI_MODE)
            this.fabric.deactivate(this.index, value & 0x3ff);
          break;
        default:
          return;
      }
    this.fabric.update();
  }

  private visible(): number {
    if (this.pendingId === SPURIOUS) return SPURIOUS;
    return this.pendingGroup === 0 || this.control & ACK_CTL ? this.pendingId : OTHER_GROUP;
  }

  private acknowledge(id: number): number {
    if (id >= OTHER_GROUP) return id;
    if (!this.canPreempt()) return SPURIOUS;
    const level = (this.pendingPriority & this.groupPriorityMask(this.pendingGroup)) >> 1;
    this.activePriorities[this.pendingGroup][level >> 5]! |= 1 << (level & 31);
    return id | (this.fabric.activate(this.index, id) << 10);
  }

  private endOfInterrupt(id: number): void {
    if (id >= this.fabric.lines) return;
    const [first, second] = [this.lowestActive(0), this.lowestActive(1)];
    if (first === 128 && second === 128) return;
    const group = first <= second ? 0 : 1;
    const level = Math.min(first, second);
    this.activePriorities[group][level >> 5]! &= ~(1 << (level & 31));
    if (!(this.control & EOI_MODE)) this.fabric.deactivate(this.index, id);
  }

  /** The highest active group priority of a group as a number of 7 bits; 128 for none. */
  private lowestActive(group: 0 | 1): number {
    const registers = this.activePriorities[group];
    for (let i = 0; i < 4; i++) if (registers[i] !== 0) return 32 * i + lowestBit(registers[i]!);
    return 128;
  }

  override runningPriority(): number {
    const level = Math.min(this.lowestActive(0), this.lowestActive(1));
    return level === 128 ? IDLE : level << 1;
  }

  protected override groupEnabled(group: 0 | 1): boolean {
    return ((this.control >> group) & 1) === 1;
  }
}
