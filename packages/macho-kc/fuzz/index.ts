// Coverage-guided fuzzing: npx tsx packages/macho-kc/fuzz/index.ts [INPUTS] [SEED] [FILES...]
// V8's block coverage says which inputs reach new code; those join the corpus. Every input must end within a second,
// in bounded memory, with success or an error of the package.
import { readFileSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { exercise, Mutator } from './exercise.js';
import { tinyCollection, tinyKernel } from './seeds.js';

const [inputs = '100000', seed = '1', ...files] = process.argv.slice(2);
const limit = Number(inputs);
const BATCH = 512;
const SLOW = 1000;
const MEMORY = 512 << 20;

const session = new Session();
session.connect();
const post = <T>(method: string, params: object = {}): T => {
  let value: unknown;
  session.post(method, params, (error, result) => {
    if (error) throw error;
    value = result;
  });
  return value as T;
};
post('Profiler.enable');
post('Profiler.startPreciseCoverage', { callCount: false, detailed: true });

interface Coverage {
  result: { url: string; functions: { ranges: { startOffset: number; endOffset: number; count: number }[] }[] }[];
}
const seen = new Set<string>();
/** Blocks reached since the last call that were never reached before. */
function fresh(): number {
  let found = 0;
  for (const script of post<Coverage>('Profiler.takePreciseCoverage').result) {
    if (!script.url.includes('/macho-kc/src/') && !script.url.includes('/internal/')) continue;
    for (const { ranges } of script.functions)
      for (const { startOffset, endOffset, count } of ranges) {
        if (count === 0) continue;
        const key = `${script.url}:${startOffset}:${endOffset}`;
        if (seen.has(key)) continue;
        seen.add(key);
        found++;
      }
  }
  return found;
}

const corpus = [tinyCollection(), tinyKernel(), ...files.map(file => new Uint8Array(readFileSync(file)))];
for (const input of corpus) exercise(input);
fresh();
const mutator = new Mutator(Number(seed));
Error.stackTraceLimit = 0;
const started = performance.now();
let slowest = 0;
let peak = 0;
for (let done = 0; done < limit; ) {
  const batch = Array.from({ length: BATCH }, () => mutator.mutate(corpus[mutator.next(corpus.length)]!));
  for (const input of batch) {
    const begin = process.cpuUsage();
    try {
      exercise(input, mutator.next(16) === 0);
    } catch (error) {
      writeFileSync('crash.bin', input);
      throw error;
    }
    // Processor time: the machine may be busy with something else.
    const { user, system } = process.cpuUsage(begin);
    const took = (user + system) / 1000;
    slowest = Math.max(slowest, took);
    if (took > SLOW) {
      writeFileSync('slow.bin', input);
      throw new Error(`an input took ${took.toFixed(0)} ms`);
    }
  }
  done += BATCH;
  // Only a batch that reached something new is looked at input by input.
  if (fresh() > 0) {
    corpus.push(...batch.slice(0, 8));
    if (corpus.length > 400) corpus.splice(2 + files.length, 100);
  }
  if (done % (BATCH * 8) === 0) {
    peak = Math.max(peak, process.memoryUsage().rss);
    if (peak > MEMORY + corpus.reduce((sum, c) => sum + c.length, 0) * 8)
      throw new Error(`memory grew to ${peak} bytes`);
    if (process.stderr.isTTY) process.stderr.write(`\r${done} inputs, ${seen.size} blocks, ${corpus.length} seeds`);
  }
}
const seconds = (performance.now() - started) / 1000;
console.log(
  `${limit} inputs in ${seconds.toFixed(0)} s, ${seen.size} blocks reached, slowest ${slowest.toFixed(0)} ms, memory ${(peak / 1048576).toFixed(0)} MiB`,
);
