import { cpus } from 'node:os';

/** Seconds, or whatever the row's unit is, over the runs made. */
export interface Sample {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

/** One thing measured, perhaps beside a peer in the same run. */
export interface BenchRow {
  readonly name: string;
  readonly unit: string;
  readonly ours: Sample;
  readonly peer?: { readonly name: string; readonly sample: Sample };
  /** How many times better than the peer, above 1 is better; the median of the paired ratios. */
  readonly ratio?: number;
}

/** What a package's `bench/index.ts` returns. */
export interface BenchReport {
  readonly rows: readonly BenchRow[];
  /** What was left out and why, and what varies. */
  readonly notes: readonly string[];
}

/** What a package's `bench/index.ts` exports as default. */
export type Bench = (context: { readonly json: boolean; readonly args: readonly string[] }) => Promise<BenchReport>;

const middle = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
};

export const sampleOf = (values: readonly number[]): Sample => ({
  median: middle(values),
  min: Math.min(...values),
  max: Math.max(...values),
  runs: values.length,
});

/** Times `run` (one warm-up, then `runs` timed calls) and converts seconds by `unit`. */
export async function measure(
  run: () => unknown,
  { runs = 5, convert = (seconds: number) => seconds } = {},
): Promise<Sample> {
  await run();
  const values: number[] = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await run();
    values.push(convert((performance.now() - start) / 1000));
  }
  return sampleOf(values);
}

/**
 * Runs ours and a peer alternately, so that a change of the machine's speed meets both. Each function returns its own
 * figure; `better` says which direction is good.
 */
export async function compare(
  name: string,
  unit: string,
  better: 'higher' | 'lower',
  ours: () => number | Promise<number>,
  peer: { readonly name: string; run(): number | Promise<number> },
  runs = 5,
): Promise<BenchRow> {
  await ours();
  const mine: number[] = [];
  const theirs: number[] = [];
  for (let i = 0; i < runs; i++) {
    mine.push(await ours());
    theirs.push(await peer.run());
  }
  const ratios = mine.map((value, i) => (better === 'higher' ? value / theirs[i]! : theirs[i]! / value));
  return {
    name,
    unit,
    ours: sampleOf(mine),
    peer: { name: peer.name, sample: sampleOf(theirs) },
    ratio: middle(ratios),
  };
}

export const machine = () => ({ cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version });
