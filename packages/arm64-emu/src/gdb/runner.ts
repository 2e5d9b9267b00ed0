import type { ControlStop } from '../embed/control.js';
import type { RunOptions } from '../machine/options.js';
import type { Points } from './points.js';
import type { Session } from './session.js';

const SIGINT = '02';
const SIGTRAP = '05';
/** Instructions between states that are kept for going back. */
const KEEP = 20_000_000;

/** Runs the machine for a client, and says why it stopped. */
export class Runner {
  private running: Promise<ControlStop> | undefined;
  private interrupted = false;

  constructor(
    private readonly session: Session,
    private readonly points: Points,
    private readonly options: RunOptions | undefined,
  ) {}

  /** Runs until something happens. Its end is awaited by {@link halt} too. */
  async run(): Promise<ControlStop> {
    this.interrupted = false;
    this.running = this.untilStop();
    const stop = await this.running;
    this.running = undefined;
    return stop;
  }
  /** The client's interrupt. */
  interrupt(): void {
    if (this.running === undefined) return;
    this.interrupted = true;
    this.session.control.requestStop();
  }
  async halt(): Promise<void> {
    if (this.running === undefined) return;
    this.session.control.requestStop();
    await this.running;
  }

  /** One instruction of a CPU. */
  step(cpu: number): ControlStop {
    const { control, history } = this.session;
    const before = control.machine.executed;
    history?.mark();
    const stop = control.step(cpu, { interrupts: false });
    history?.executed(before, cpu);
    return stop;
  }
  /** `bs` and `bc`: the reply, empty when there is no going back. */
  back(kind: string): string {
    const { session } = this;
    const { history, control } = session;
    if (history === undefined || (kind !== 's' && kind !== 'c')) return '';
    const found = kind === 's' ? history.stepBack() : history.continueBack();
    session.selected = control.machine.current.index;
    return `T${SIGTRAP}${found ? '' : 'replaylog:begin;'}thread:${session.selected + 1};`;
  }

  private async untilStop(): Promise<ControlStop> {
    const { control, history } = this.session;
    const limit = history === undefined ? {} : { instructions: KEEP };
    for (;;) {
      const before = control.machine.executed;
      history?.mark();
      const stop = await control.run({ ...this.options, ...limit });
      history?.executed(before);
      if (history === undefined || stop.reason !== 'instructions' || this.interrupted) return stop;
    }
  }

  /** `?`: it stands still. */
  get standing(): string {
    return `T${SIGTRAP}thread:${this.session.selected + 1};`;
  }
  /** The reply when a run has stopped; its CPU is the selected one then. */
  reply(stop: ControlStop): string {
    const { session, points } = this;
    if (stop.reason === 'poweroff') return 'W00';
    session.selected = stop.cpu;
    const thread = `thread:${stop.cpu + 1};`;
    if (stop.reason === 'stopped') return `T${this.interrupted ? SIGINT : SIGTRAP}${thread}`;
    if (stop.reason === 'watchpoint') {
      const { range, address } = stop.hit;
      // GDB looks for the watchpoint that begins at, or covers, this address.
      const inside = address >= range.from;
      const data = inside ? address : range.from;
      return `T${SIGTRAP}${points.watchName(range)}:${data.toString(16)};${thread}`;
    }
    if (stop.reason !== 'breakpoint') return `T${SIGTRAP}${thread}`;
    const pc = session.within(cpu => cpu.pc);
    return `T${SIGTRAP}${points.isHardware(pc) ? 'hwbreak' : 'swbreak'}:;${thread}`;
  }
}
