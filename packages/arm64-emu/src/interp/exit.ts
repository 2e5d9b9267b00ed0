/** Why the generated code returns to the engine. */
export const Exit = {
  /** Not an exit: go on. */
  CONTINUE: -1,
  /** Not an exit either: a region cannot do the instruction, which its own handler does. */
  ORIGINAL: -2,
  /** The budget is used up. */
  BUDGET: 0,
  /** The host has recorded an abort or trap; the instruction had no effect. */
  ABORT: 1,
  /** The instruction raises the exception in `CELL.EXCEPTION_CLASS`; it had no effect. */
  EXCEPTION: 2,
  /** The instruction is done and ends with the event in `CELL.EVENT`. */
  EVENT: 3,
  /** The instruction is done; the run loop must look at interrupts and translation. */
  SYNC: 4,
  /** A device access asks for attention: the instruction must be repeated, its device accesses replayed. */
  REPLAY: 5,
  /** The jump to `CELL.JUMP` is done, but its target cannot be fetched from; the host has recorded the abort. */
  FETCH: 6,
  /** A branch went to the record in `CELL.IP` often enough that compiling is worth while. */
  HOT: 7,
  /** Compiled code was dropped from under the instruction, which had no effect: it must be repeated. */
  RETRY: 8,
  /** An observer is to be asked about the current instruction's access, which then is repeated. */
  ASK: 9,
  /** An observer was asked about an instruction, which was not executed: it goes on at `STATE.PC`. */
  MOVED: 10,
  /** An observer did what the instruction at IP does: it goes on behind it. */
  SKIPPED: 11,
} as const;
