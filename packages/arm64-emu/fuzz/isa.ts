/**
 * Random instructions in the emulator and under qemu-aarch64-static, full state compared.
 *
 *   npm run -s fuzz:isa -- --tests N [--seed S] [--engine interpreter|compiled|reference] [--jobs J] [--only REGEX]
 *                          [--words] [--streams] [--show K]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { CHUNK, type Options, type Report, Shard } from './shard.js';
import { ENGINES } from './subject.js';

const { values: args } = parseArgs({
  options: {
    tests: { type: 'string', default: '100000' },
    seed: { type: 'string' },
    engine: { type: 'string', default: 'interpreter' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    only: { type: 'string', default: '' },
    show: { type: 'string', default: '1' },
    words: { type: 'boolean', default: false },
    streams: { type: 'boolean', default: false },
    qemu: { type: 'string', default: 'qemu-aarch64-static' },
    /** Of a child process: which of the jobs it is. */
    shard: { type: 'string' },
  },
});

function options(): Options {
  const engine = ENGINES.find(e => e === args.engine);
  if (!engine) throw new Error(`no engine ${args.engine}: ${ENGINES.join(', ')}`);
  const { only, qemu, streams } = args;
  const seed = args.seed === undefined ? Date.now() >>> 0 : Number(args.seed);
  return { tests: Number(args.tests), seed, engine, only, draw: args.words ? 'words' : 'table', streams, qemu };
}

/** Every `jobs`th chunk from `first` on. */
async function runShard(o: Options, first: number, jobs: number): Promise<Report> {
  const shard = new Shard(o);
  try {
    for (let n = first; n * CHUNK < o.tests; n += jobs) await shard.chunk(n);
  } finally {
    shard.close();
  }
  return shard.report;
}
/** A shard in a process of its own. */
async function forkShard(o: Options, first: number, jobs: number): Promise<Report> {
  const own = process.argv.slice(2);
  const child = fork(process.argv[1]!, [...own, '--seed', `${o.seed}`, '--jobs', `${jobs}`, '--shard', `${first}`]);
  let report: Report | undefined;
  child.on('message', message => {
    report = message as Report;
  });
  await once(child, 'exit');
  if (!report) throw new Error(`job ${first} ended with ${child.exitCode ?? child.signalCode}`);
  return report;
}

async function main(): Promise<number> {
  const o = options();
  const jobs = Math.min(Number(args.jobs), Math.ceil(o.tests / CHUNK));
  if (args.shard !== undefined) {
    const report = await runShard(o, Number(args.shard), Number(args.jobs));
    process.send?.(report);
    return 0;
  }
  console.error(`seed ${o.seed}`);
  const reports = await Promise.all(
    Array.from({ length: jobs }, (_, n) => (jobs === 1 ? runShard(o, n, jobs) : forkShard(o, n, jobs))),
  );
  const byName = new Map<string, string[]>();
  for (const [name, text] of reports.flatMap(r => r.differences)) byName.set(name, [...(byName.get(name) ?? []), text]);
  for (const [name, list] of [...byName].sort((a, b) => b[1].length - a[1].length)) {
    console.log(`${name}: ${list.length}`);
    for (const line of list.slice(0, Number(args.show))) console.log(`    ${line}`);
  }
  const sum = (f: (r: Report) => number): number => reports.reduce((total, r) => total + f(r), 0);
  const bad = sum(r => r.differences.length);
  console.log(`${sum(r => r.tests)} tests, ${bad} differences`);
  return bad === 0 ? 0 : 1;
}
process.exitCode = await main();
