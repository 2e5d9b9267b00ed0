/** Chooses the sequences that are worth a handler of their own, for `profile.ts`. */

/** Instructions of a sequence at most; see `src/interp/sequences.ts`. */
const LONGEST = 4;
const MOST_SEQUENCES = 40;
/** Part of all handlers entered that a sequence must save. */
const LEAST_GAIN = 1 / 5000;
/** Candidates that are tried, as their gains overlap. */
const TRIED = 8;

/** A handler of a profile. */
export interface Part {
  readonly word: string;
  /** Can be in the interpreter's loop; goes on with the next instruction. */
  readonly inline: boolean;
  readonly straight: boolean;
}
/** Instructions that were executed one after the other, and how often. */
export interface Run {
  readonly parts: readonly Part[];
  readonly times: number;
}

/** Chosen sequences, by their words. */
class Choice {
  readonly words = new Set<string>();

  /** Instructions of the longest sequence at `i`. */
  length({ parts }: Run, i: number): number {
    let key = parts[i]!.word;
    let found = 1;
    for (let n = 2; n <= LONGEST && i + n <= parts.length; n++) {
      key += `-${parts[i + n - 1]!.word}`;
      if (this.words.has(key)) found = n;
    }
    return found;
  }
  /** How many handlers the runs enter. */
  entered(runs: readonly Run[]): number {
    let sum = 0;
    for (const run of runs) for (let i = 0; i < run.parts.length; i += this.length(run, i)) sum += run.times;
    return sum;
  }
  /** What each further sequence would save, if none overlapped. */
  gains(runs: readonly Run[]): [string, number][] {
    const gains = new Map<string, number>();
    for (const run of runs) {
      for (let i = 0; i < run.parts.length; i += this.length(run, i)) this.gainsAt(run, i, gains);
    }
    return [...gains].sort((a, b) => b[1] - a[1]);
  }
  private gainsAt(run: Run, i: number, gains: Map<string, number>): void {
    const now = this.length(run, i);
    let key = run.parts[i]!.word;
    for (let n = 2; n <= LONGEST && i + n <= run.parts.length; n++) {
      const last = run.parts[i + n - 1]!;
      if (!run.parts[i + n - 2]!.straight || !last.inline) return;
      key += `-${last.word}`;
      if (n > now) gains.set(key, (gains.get(key) ?? 0) + run.times * (n - now));
    }
  }
}

/** Sequences that save most, as words joined by hyphens. */
export function chooseSequences(runs: readonly Run[]): string[] {
  const choice = new Choice();
  const all = choice.entered(runs);
  let now = all;
  while (choice.words.size < MOST_SEQUENCES) {
    let best: string | undefined;
    let least = now - all * LEAST_GAIN;
    for (const [key] of choice.gains(runs).slice(0, TRIED)) {
      choice.words.add(key);
      const entered = choice.entered(runs);
      choice.words.delete(key);
      if (entered < least) [best, least] = [key, entered];
    }
    if (best === undefined) break;
    choice.words.add(best);
    now = least;
  }
  return [...choice.words];
}
