import { type InterruptLine, unconnected } from '../devices/device.js';
import type { CpuPort } from './cpu-port.js';
import { DebugState } from './debug-state.js';
import { slotOf } from './sysreg-slots.js';
import { GenericTimer, type SystemCounter } from './timer.js';

const CNTKCTL = slotOf('CNTKCTL_EL1');
const CNTHCTL = slotOf('CNTHCTL_EL2');
const CNTVOFF = slotOf('CNTVOFF_EL2');

/** The generic timer of a CPU: its view of the system counter, its timers, the event stream. */
export abstract class TimerState extends DebugState {
  readonly counter: SystemCounter;
  readonly virtualTimer: GenericTimer;
  readonly physicalTimer: GenericTimer;
  /** CNTHP and CNTHV, which EL2 has. */
  readonly hypervisorTimer: GenericTimer;
  readonly hypervisorVirtualTimer: GenericTimer;
  /** The timers that this CPU has. */
  readonly timers: GenericTimer[];
  /** A timer was programmed, or all came from a snapshot, since the machine looked. */
  timersChanged = true;
  /** Whether the state block in place is this CPU's. */
  current = false;
  /** CNTVOFF_EL2, also while another CPU's state block is in place. */
  protected virtualOffset = 0n;

  constructor(port: CpuPort) {
    super(port);
    this.counter = port.counter;
    const { cntv, cntp, cnthp = unconnected, cnthv = unconnected } = port.lines;
    const physical = (): bigint => port.counter.physical();
    this.virtualTimer = this.timer(() => this.offsetCount(), cntv);
    this.physicalTimer = this.timer(physical, cntp);
    this.hypervisorTimer = this.timer(physical, cnthp);
    this.hypervisorVirtualTimer = this.timer(physical, cnthv);
    this.timers = [this.virtualTimer, this.physicalTimer];
    if (this.hasEl2) this.timers.push(this.hypervisorTimer, this.hypervisorVirtualTimer);
  }

  /** CNTVCT_EL0: the physical count less CNTVOFF_EL2, which a host with E2H does not see. */
  virtualCount(): bigint {
    return this.hasEl2 && this.hostContext ? this.counter.physical() : this.offsetCount();
  }
  private offsetCount(): bigint {
    const count = this.counter.virtual();
    return this.hasEl2 ? BigInt.asUintN(64, count - this.virtualOffset) : count;
  }

  /** Count of the virtual counter at which the event stream next wakes WFE; undefined when it is off. */
  eventStreamDeadline(): bigint | undefined {
    const cntkctl = this.slot(this.hostContext ? CNTHCTL : CNTKCTL);
    if ((cntkctl & 4n) === 0n) return undefined;
    const bit = ((cntkctl >> 4n) & 15n) + ((cntkctl & (1n << 17n)) === 0n ? 0n : 8n);
    const count = this.virtualCount();
    return ((count >> bit) + 1n) << bit;
  }

  /** Drives the timers' outputs from the present count. */
  updateTimers(): void {
    if (this.current && this.hasEl2) this.virtualOffset = this.slot(CNTVOFF);
    this.timersChanged = true;
    const { cntv, cntp, cnthp, cnthv } = this.port.lines;
    cntv.set(this.virtualTimer.output);
    cntp.set(this.physicalTimer.output);
    cnthp?.set(this.hypervisorTimer.output);
    cnthv?.set(this.hypervisorVirtualTimer.output);
  }

  /** CNTVOFF_EL2 was written. */
  virtualOffsetChanged(): void {
    this.updateTimers();
    this.attentionWanted = true;
  }

  protected resetTimers(): void {
    this.virtualOffset = 0n;
    for (const timer of this.timers) timer.reset();
  }

  private timer(count: () => bigint, line: InterruptLine): GenericTimer {
    const timer: GenericTimer = new GenericTimer({
      count,
      changed: () => {
        line.set(timer.output);
        this.timersChanged = true;
        this.attentionWanted = true;
      },
    });
    return timer;
  }
}
