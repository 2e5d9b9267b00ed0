import type { InterruptLine } from './device.js';

/** Id of "nothing pending". */
export const SPURIOUS = 1023;
/** Priority of an idle CPU, and of no interrupt. */
export const IDLE = 0xff;

/** Interrupt inputs of a CPU. */
export interface GicCpuLines {
  readonly irq: InterruptLine;
  readonly fiq: InterruptLine;
  /** Virtual interrupts, for a CPU with EL2. */
  readonly virtualIrq?: InterruptLine;
  readonly virtualFiq?: InterruptLine;
}

/** A CPU as the GIC sees it. */
export interface GicCpu extends GicCpuLines {
  /** MPIDR's affinity fields, Aff3.Aff2.Aff1.Aff0 packed in 32 bits. */
  readonly affinity: number;
}

/** Fields that both versions' CPU interfaces have. */
export const GIC_CPU_STATE = [
  'control',
  'priorityMask',
  'binaryPoint',
  'activePriorities',
  'pendingId',
  'pendingPriority',
  'pendingGroup',
] as const;

/** What the CPU interfaces of GICv2 and GICv3 have in common: masks, and what may interrupt what. */
export abstract class GicCpuInterface {
  /** See {@link Stateful}. */
  readonly stateFields: readonly string[] = GIC_CPU_STATE;
  control = 0;
  priorityMask = 0;
  /** Of group 0 and of group 1. */
  readonly binaryPoint: number[];
  /** Highest priority pending interrupt: set by the GIC's update. */
  pendingId = SPURIOUS;
  pendingPriority = IDLE;
  pendingGroup: 0 | 1 = 0;

  /**
   * @param leastPoint smallest binary point of group 0; that of group 1 is one more
   * @param commonPoint bit of `control` that lets the binary point of group 0 count for group 1
   */
  constructor(
    readonly index: number,
    protected readonly lines: GicCpuLines,
    private readonly leastPoint: number,
    private readonly commonPoint: number,
  ) {
    this.binaryPoint = [leastPoint, leastPoint + 1];
  }

  reset(): void {
    this.control = this.priorityMask = 0;
    this.binaryPoint[0] = this.leastPoint;
    this.binaryPoint[1] = this.leastPoint + 1;
  }

  /** Priority of what is being handled. */
  abstract runningPriority(): number;
  protected abstract groupEnabled(group: 0 | 1): boolean;

  /** The bits of a priority that decide about preemption. */
  protected groupPriorityMask(group: 0 | 1): number {
    const common = group === 0 || (this.control & this.commonPoint) !== 0;
    return IDLE << (common ? this.binaryPoint[0]! + 1 : this.binaryPoint[1]!);
  }

  /** Whether the pending interrupt is to be signalled. */
  protected canPreempt(): boolean {
    const { pendingPriority: priority, pendingGroup: group } = this;
    if (!this.groupEnabled(group) || priority >= this.priorityMask) return false;
    const running = this.runningPriority();
    const mask = this.groupPriorityMask(group);
    return running === IDLE || (priority & mask) < (running & mask);
  }
}
