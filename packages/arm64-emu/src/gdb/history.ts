import type { Control } from '../embed/control.js';
import { Journal, type JournalPlace } from '../record/journal.js';
import { type Checkpoint, checkpoint } from '../snapshot/checkpoint.js';

/** A stretch of execution: a run of the machine, or steps of one CPU. Ends are counts of instructions. */
interface Stretch {
  readonly from: number;
  to: number;
  readonly stepped: number | undefined;
}

/** A state that can be gone back to, and how many stretches were before it. */
interface Mark {
  readonly at: number;
  readonly stretches: number;
  readonly state: Checkpoint;
  readonly place: JournalPlace;
}

const MAX_MARKS = 24;

/**
 * Goes back in time by restoring a state and executing up to where it is wanted. What came from outside meanwhile comes
 * again, and also when the machine goes on from there, until something else comes.
 */
export class History {
  private marks: Mark[] = [];
  private stretches: Stretch[] = [];

  private readonly journal: Journal;
  /** Whether the machine's input was recorded or replayed by somebody else before. */
  private readonly shared: boolean;

  constructor(private readonly control: Control) {
    const { machine } = control;
    this.shared = machine.schedule instanceof Journal;
    this.journal = machine.schedule instanceof Journal ? machine.schedule : new Journal(control);
  }

  /** Lets go of the machine. */
  release(): void {
    if (!this.shared) this.journal.release();
  }

  /** The client changed something that is not recorded: the past leads elsewhere. */
  forget(): void {
    this.marks = [];
    this.stretches = [];
    this.journal.forgetFuture();
  }

  /** Keeps the present state; when there are too many, every other one is given up. */
  mark(): void {
    const at = this.now;
    if (this.marks[this.marks.length - 1]?.at === at) return;
    if (this.marks.length >= MAX_MARKS) this.marks = this.marks.filter((_, i) => i % 2 === 0);
    this.marks.push({
      at,
      stretches: this.stretches.length,
      state: checkpoint(this.control),
      place: this.journal.place,
    });
  }

  /** Notes what was executed since `from`: by the machine, or by one CPU in steps. */
  executed(from: number, stepped?: number): void {
    if (this.now > from) this.stretches.push({ from, to: this.now, stepped });
  }

  /** One instruction back; false at the beginning. */
  stepBack(): boolean {
    return this.goTo(this.now - 1);
  }

  /** Back to the last breakpoint or watchpoint before; false when there was none, at the beginning then. */
  continueBack(): boolean {
    let end = this.now;
    for (const mark of [...this.marks].reverse()) {
      if (mark.at >= end) continue;
      const stops: number[] = [];
      this.replay(mark, end, at => stops.push(at));
      const last = stops.filter(at => at < end).pop();
      if (last !== undefined) return this.goTo(last);
      end = mark.at;
    }
    if (this.marks[0] !== undefined) this.goTo(this.marks[0].at);
    return false;
  }

  private get now(): number {
    return this.control.machine.executed;
  }

  private goTo(target: number): boolean {
    const mark = [...this.marks].reverse().find(({ at }) => at <= target);
    if (mark === undefined) return false;
    this.replay(mark, target);
    this.marks = this.marks.filter(({ at }) => at <= target);
    this.stretches = this.stretches.filter(({ from }) => from < target);
    const last = this.stretches[this.stretches.length - 1];
    if (last !== undefined) last.to = Math.min(last.to, target);
    return true;
  }

  /** Restores a state and executes what followed, up to `target`; with `stopped`, tells where it would have stopped. */
  private replay(mark: Mark, target: number, stopped?: (at: number) => void): void {
    const { control } = this;
    mark.state.reset();
    this.journal.goTo(mark.place);
    control.forgetStop();
    for (const { to, stepped } of this.stretches.slice(mark.stretches)) {
      const end = Math.min(to, target);
      while (this.now < end && this.advance(end, stepped, stopped));
    }
    // What came then comes before anybody looks.
    this.journal.enter();
  }

  /** Executes up to `end`, or to the next stop; false when nothing can be executed. */
  private advance(end: number, stepped: number | undefined, stopped: ((at: number) => void) | undefined): boolean {
    const { control, now } = this;
    const limits = { instructions: end - now };
    if (stepped !== undefined) {
      if (stopped !== undefined && isStop(control.step(stepped, { interrupts: false, stops: true }).reason))
        stopped(now);
      if (this.now === now) control.step(stepped, { interrupts: false });
    } else if (stopped === undefined) control.withoutStops(() => control.runSync(limits));
    else if (isStop(control.runSync(limits).reason)) {
      stopped(this.now);
      return true;
    }
    return this.now > now;
  }
}

const isStop = (reason: string): boolean => reason === 'breakpoint' || reason === 'watchpoint';
