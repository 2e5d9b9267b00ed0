import { type HostInput, hostInputs, type InputGate } from '../devices/host-input.js';
import type { InputSchedule } from '../machine/input-schedule.js';
import type { Machine } from '../machine/machine.js';
import type { Saveable } from '../snapshot/contents.js';
import { RecordingError } from './error.js';
import { HostAccess } from './host-access.js';

/** A moment of a run: instructions of all CPUs, and virtual time in nanoseconds. */
export interface Moment {
  readonly executed: number;
  readonly ns: number;
}

/** In place of an input's number: time passed while the host slept, or the machine was reset. */
export const SLEPT = -1;
export const RESET = -2;

/** Something that came from outside, between two instructions. */
export interface Arrival extends Moment {
  /** Number of the input, {@link SLEPT} or {@link RESET}. */
  readonly source: number;
  readonly bytes: Uint8Array;
  /** For {@link SLEPT}: the time after. */
  readonly to: number;
}

/** What the host answered at once, to the instruction that came after so many others. */
export interface Answer {
  readonly executed: number;
  readonly bytes: Uint8Array;
}

/** A place in a journal. */
export interface JournalPlace {
  readonly arrivals: number;
  readonly answers: readonly number[];
}

/** Everything that came from outside during a run. */
export interface Input {
  readonly arrivals: readonly Arrival[];
  /** For each input. */
  readonly answers: readonly (readonly Answer[])[];
}

const NOTHING = new Uint8Array(0);

/**
 * The input of a machine, in order: what is in it comes again when the machine goes through the same moments, and what
 * comes behind its end is added. Input arrives between instructions, after everything that was due by then.
 */
export class Journal implements InputSchedule {
  readonly machine: Machine;
  readonly inputs: readonly HostInput[];
  private readonly arrivals: Arrival[];
  private readonly answers: Answer[][];
  private next = 0;
  private readonly nextAnswer: number[];
  /** What arrived while CPUs executed. */
  private waiting: { readonly source: number; readonly bytes: Uint8Array }[] = [];
  private entering = false;
  private fault: RecordingError | undefined;

  /** `end`: where a replay ends; without it, what comes from outside is heard and kept. */
  constructor(
    target: Saveable,
    input: Input = { arrivals: [], answers: [] },
    private readonly end?: Moment,
  ) {
    const { machine } = target;
    if (machine.schedule !== undefined)
      throw new RecordingError('busy', 'the input of this machine is recorded or replayed already');
    this.machine = machine;
    this.inputs = [...machine.devices.flatMap(hostInputs), HostAccess.of(target)];
    this.arrivals = [...input.arrivals];
    this.answers = this.inputs.map((_, i) => [...(input.answers[i] ?? [])]);
    this.nextAnswer = this.inputs.map(() => 0);
    machine.schedule = this;
    this.inputs.forEach((host, i) => {
      host.gate = this.gateOf(i);
    });
  }

  /** Lets go of the machine. */
  release(): void {
    this.machine.schedule = undefined;
    for (const input of this.inputs) input.gate = undefined;
  }

  get input(): Input {
    return { arrivals: this.arrivals, answers: this.answers };
  }
  get now(): Moment {
    return { executed: this.machine.executed, ns: this.machine.time.ns };
  }
  /** Whether a replay has come to its end. */
  get done(): boolean {
    return this.end !== undefined && this.next === this.arrivals.length && this.isNow(this.end);
  }

  /** Where it is, and back there; the machine's state has to follow. */
  get place(): JournalPlace {
    return { arrivals: this.next, answers: [...this.nextAnswer] };
  }
  goTo({ arrivals, answers }: JournalPlace): void {
    this.next = arrivals;
    answers.forEach((n, i) => {
      this.nextAnswer[i] = n;
    });
    this.waiting = [];
  }

  // ---- asked by the machine

  get until(): number {
    return this.arrivals[this.next]?.executed ?? this.end?.executed ?? Number.POSITIVE_INFINITY;
  }
  get leapLimit(): number | undefined {
    const next = this.arrivals[this.next] ?? this.end;
    if (next === undefined) return undefined;
    return next.executed === this.machine.executed ? next.ns : Number.POSITIVE_INFINITY;
  }
  enter(): void {
    if (this.entering) return;
    if (this.fault !== undefined) throw this.fault;
    for (let next = this.arrivals[this.next]; next !== undefined && this.isDue(next); next = this.arrivals[this.next]) {
      this.next++;
      this.apply(next);
    }
    while (this.waiting.length > 0) this.take(this.waiting.shift()!);
    if (this.end === undefined || this.next < this.arrivals.length) return;
    if (!this.isDue(this.end)) return;
    this.machine.settle();
    this.machine.endReplay();
  }
  /** What arrived with the last instruction enters, and what is due happens, as at the end of a replay. */
  close(): void {
    this.forgetFuture();
    this.checkOrder();
    this.machine.settle();
    this.enter();
  }
  slept(ns: number): void {
    if (this.end === undefined) this.take({ source: SLEPT, bytes: NOTHING }, ns);
  }
  resets(): boolean {
    if (this.entering) return false;
    if (this.end !== undefined) return true;
    this.forgetFuture();
    this.arrivals.push({ ...this.now, source: RESET, bytes: NOTHING, to: 0 });
    this.next++;
    return false;
  }
  stuck(): never {
    throw this.diverged('the machine executes where it waited');
  }

  // ---- what comes

  private gateOf(source: number): InputGate {
    return {
      deaf: this.end !== undefined,
      arrives: bytes => {
        if (this.end !== undefined) return true;
        const input = { source, bytes: bytes.slice() };
        if (this.machine.executing || this.entering) {
          this.waiting.push(input);
          this.machine.wake();
        } else this.take(input);
        return true;
      },
      answers: make => this.answer(source, make),
    };
  }

  /** Something new enters now; what would have come later does not come. */
  private take(input: { readonly source: number; readonly bytes: Uint8Array }, to = 0): void {
    this.forgetFuture();
    this.checkOrder();
    const arrival = { ...this.now, ...input, to };
    this.arrivals.push(arrival);
    this.next++;
    this.apply(arrival);
  }
  private apply({ source, bytes, to }: Arrival): void {
    this.entering = true;
    try {
      this.machine.settle();
      if (source === RESET) this.machine.reset();
      else if (source === SLEPT) this.machine.time.skipTo(to);
      else this.inputs[source]!.enter(bytes);
    } finally {
      this.entering = false;
    }
  }

  private answer(source: number, make: () => Uint8Array): Uint8Array {
    const answers = this.answers[source]!;
    const { executed } = this.machine;
    const known = answers[this.nextAnswer[source]!];
    if (known?.executed === executed) {
      this.nextAnswer[source]!++;
      return known.bytes;
    }
    if (this.end !== undefined) {
      // Thrown once the instruction is complete.
      this.fault = this.diverged(`${this.inputs[source]!.hostInput} is asked for something else`);
      this.machine.wake();
      return NOTHING;
    }
    this.forgetFuture();
    const bytes = make().slice();
    answers.push({ executed, bytes });
    this.nextAnswer[source]!++;
    return bytes;
  }
  /** What would come again does not, unless this is a replay. */
  forgetFuture(): void {
    if (this.end !== undefined) return;
    this.arrivals.length = this.next;
    this.answers.forEach((list, i) => {
      list.length = this.nextAnswer[i]!;
    });
  }

  /** Whoever goes back in time has to tell the journal, see {@link goTo}. */
  private checkOrder(): void {
    const last = this.arrivals[this.next - 1];
    const { executed, ns } = this.now;
    if (last !== undefined && (last.executed > executed || (last.executed === executed && last.ns > ns)))
      throw new RecordingError('mismatch', 'the machine was put into an earlier state while its input was recorded');
  }

  private isNow({ executed, ns }: Moment): boolean {
    return executed === this.machine.executed && ns === this.machine.time.ns;
  }
  private isDue(moment: Moment): boolean {
    const { executed, ns } = this.now;
    if (executed > moment.executed || (executed === moment.executed && ns > moment.ns))
      throw this.diverged('the machine is beyond what should have come');
    return this.isNow(moment);
  }
  private diverged(reason: string): RecordingError {
    const { executed, ns } = this.now;
    return new RecordingError('diverged', `after ${executed} instructions, at ${ns} ns: ${reason}`);
  }
}
