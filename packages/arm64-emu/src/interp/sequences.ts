/**
 * Sequences: instructions that often follow each other, and are executed by one handler. Only the record of the first
 * says so; the others keep their own handlers, for those who branch there. A sequence reads all of its records, so that
 * it stands only as long as these hold what it was made for.
 */
import { BASE_NUMBERS, HOOK_NUMBER } from '../engine/state.js';
import { RECORD_SIZE } from './record.js';

/** Instructions of a sequence. */
const LONGEST = 4;

/** Handlers that may follow; `sequence`: the number of the sequence that ends here, or 0. */
interface Step {
  sequence: number;
  readonly next: Map<number, Step>;
}
const step = (): Step => ({ sequence: 0, next: new Map() });

/** The sequences of one engine. */
export class Sequences {
  private readonly root = step();
  /** Whether a handler is part of any sequence; instructions of each sequence; by number. */
  private readonly parts = new Set<number>();
  private readonly lengths = new Map<number, number>();
  private readonly view: DataView;

  constructor(buffer: ArrayBufferLike) {
    this.view = new DataView(buffer);
  }

  /** Adds a sequence of handlers; its own number is `sequence`. */
  add(handlers: readonly number[], sequence: number): void {
    let at = this.root;
    for (const number of handlers) {
      this.parts.add(number);
      const next = at.next.get(number) ?? step();
      at.next.set(number, next);
      at = next;
    }
    at.sequence = sequence;
    this.lengths.set(sequence, handlers.length);
    this.view.setUint16(BASE_NUMBERS + sequence * 2, handlers[0]!, true);
  }
  /** The handler of a record's instruction alone. */
  base(ip: number): number {
    return this.view.getUint16(BASE_NUMBERS + this.view.getUint16(ip, true) * 2, true);
  }
  /** The record at `ip` has been written: it may complete sequences. */
  written(ip: number): void {
    if (!this.parts.has(this.view.getUint16(ip, true))) return;
    for (let first = ip - (LONGEST - 1) * RECORD_SIZE; first <= ip; first += RECORD_SIZE) this.look(first);
  }
  /** Begins the longest sequence that there is at `ip`. */
  private look(ip: number): void {
    let found = 0;
    let at: Step | undefined = this.root;
    for (let record = ip; at; record += RECORD_SIZE) {
      const number = this.view.getUint16(record, true);
      // Regions and hooks are no part of a sequence.
      if (number >= HOOK_NUMBER) break;
      at = at.next.get(this.base(record));
      if (at && at.sequence !== 0) found = at.sequence;
    }
    if (found !== 0) this.view.setUint16(ip, found, true);
  }
  /** The record at `ip` is, or is going to be, another: sequences that reach it end. */
  ended(ip: number): void {
    for (let i = 1; i < LONGEST; i++) {
      const first = ip - i * RECORD_SIZE;
      const length = this.lengths.get(this.view.getUint16(first, true));
      if (length !== undefined && length > i) this.view.setUint16(first, this.base(first), true);
    }
  }
}
