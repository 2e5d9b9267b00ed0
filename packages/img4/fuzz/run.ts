import { isImg4Error } from '../src/error.js';
import { AllocationWatch } from './allocation.js';
import { startingCorpus } from './corpus.js';
import { Coverage } from './coverage.js';
import { Mutator } from './mutate.js';
import { MAX_SIZE, TARGETS, type Target } from './targets.js';

/** How long, from what seed, how big. */
export interface FuzzOptions {
  readonly inputs: number;
  readonly seed: number;
  /** Stop after so many milliseconds. */
  readonly time?: number;
  /** Use V8's coverage to keep inputs that reach new code. */
  readonly coverage?: boolean;
}

/** An input that broke a promise. */
export interface Finding {
  readonly target: string;
  readonly what: string;
  readonly input: Uint8Array;
}

export interface FuzzResult {
  readonly inputs: number;
  readonly findings: readonly Finding[];
  /** Inputs that were refused, by error code, and those that were accepted. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly blocks: number;
  readonly kept: number;
  /** Longest time for one input, in milliseconds, as measured once. */
  readonly slowest: number;
}

const BATCH = 64;
const MAX_INPUT = 8192;
/** 100 ms a MiB, and what a busy machine may add to a short run. */
const limit = (bytes: number): number => 100 * Math.max(1, bytes / 1048576);
/** What fixed tables and windows may take: the TypeScript decoder's window and tables. */
const FIXED = 1 << 20;

export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const corpus = startingCorpus();
  const mutator = new Mutator(options.seed);
  const findings: Finding[] = [];
  const outcomes: Record<string, number> = {};
  const watch = new AllocationWatch();
  const coverage = options.coverage ? new Coverage() : undefined;
  await coverage?.start();
  let [inputs, kept, slowest] = [0, 0, 0];

  const once = (target: Target, input: Uint8Array): void => {
    watch.bytes = 0;
    const start = performance.now();
    let declared = MAX_SIZE;
    let outcome = 'accepted';
    try {
      declared = target.run(input);
    } catch (error) {
      if (!isImg4Error(error)) findings.push({ target: target.name, what: `threw ${error}`, input });
      else if (error.offset === undefined && error.path === '')
        findings.push({ target: target.name, what: `no place: ${error.message}`, input });
      outcome = isImg4Error(error) ? error.code : 'crash';
    }
    const time = performance.now() - start;
    slowest = Math.max(slowest, time);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    const bytes = input.length + (outcome === 'accepted' ? declared : 0);
    if (time > limit(bytes)) {
      // Twice more, by processor time: the machine may have been busy.
      let best = time;
      for (let i = 0; i < 2; i++) {
        const again = process.cpuUsage();
        try {
          target.run(input);
        } catch {}
        const { user, system } = process.cpuUsage(again);
        best = Math.min(best, (user + system) / 1000);
      }
      if (best > limit(bytes)) findings.push({ target: target.name, what: `took ${best.toFixed(0)} ms`, input });
    }
    if (watch.bytes > 2 * input.length + declared * 2 + FIXED)
      findings.push({ target: target.name, what: `allocated ${watch.bytes} bytes`, input });
  };

  const end = performance.now() + (options.time ?? Number.POSITIVE_INFINITY);
  watch.start();
  try {
    while (inputs < options.inputs && performance.now() < end && findings.length < 20) {
      const target = mutator.pick(TARGETS);
      const pool = corpus[mutator.pick(target.corpus)];
      const batch = Array.from({ length: Math.min(BATCH, options.inputs - inputs) }, () =>
        mutator.mutate(mutator.pick(pool), mutator.pick(pool), MAX_INPUT),
      );
      for (const input of batch) once(target, input);
      inputs += batch.length;
      if (!coverage || (await coverage.take()) === 0) continue;
      // Something new in the batch: the shortest inputs of it are kept, as later batches tell which matter.
      for (const input of batch.sort((a, b) => a.length - b.length).slice(0, 4)) pool.push(input);
      kept += Math.min(4, batch.length);
    }
  } finally {
    watch.stop();
    await coverage?.stop();
  }
  return { inputs, findings, outcomes, blocks: coverage?.blocks ?? 0, kept, slowest };
}
