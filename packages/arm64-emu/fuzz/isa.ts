/**
 * Random instructions in the emulator and under qemu-aarch64-static, full state compared.
 *
 *   npm run -s fuzz:isa -- --tests N [--seed S] [--engine interpreter|reference] [--only REGEX] [--show K] [--streams]
 */
import { parseArgs } from 'node:util';
import { Decoder, disassemble } from '../src/a64/spec/index.js';
import { type Batch, Cases } from './cases.js';
import { difference, expected } from './compare.js';
import { OUTCOME_EXCLUSIONS } from './exclusions.js';
import { Oracle } from './oracle.js';
import * as p from './protocol.js';
import { Random } from './random.js';
import { Subject } from './subject.js';

const { values: args } = parseArgs({
  options: {
    tests: { type: 'string', default: '100000' },
    seed: { type: 'string' },
    engine: { type: 'string', default: 'interpreter' },
    only: { type: 'string' },
    show: { type: 'string', default: '1' },
    streams: { type: 'boolean', default: false },
    qemu: { type: 'string', default: 'qemu-aarch64-static' },
  },
});

/** Instructions that a request runs. */
const lengthOf = (kind: number, view: DataView, request: number): number =>
  kind & p.Kind.STREAM ? view.getUint32(request + 12, true) : kind & p.Kind.PREFIX ? 2 : 1;

async function main(): Promise<number> {
  const total = Number(args.tests);
  const seed = args.seed === undefined ? Date.now() >>> 0 : Number(args.seed);
  const engine = args.engine;
  if (engine !== 'interpreter' && engine !== 'reference') throw new Error(`no engine ${engine}`);
  console.error(`seed ${seed}`);
  const subject = new Subject(engine);
  const decoder = new Decoder(undefined);
  const only = new RegExp(args.only ?? '');
  const cases = new Cases(decoder, new Random(seed), name => only.test(name));
  const oracle = new Oracle(args.qemu);
  const differences = new Map<string, string[]>();
  let done = 0;
  let bad = 0;
  const state = new Uint8Array(p.STATE_BYTES);

  const check = (batch: Batch, answer: Buffer): void => {
    const result = new DataView(answer.buffer, answer.byteOffset, answer.length);
    const addresses = subject.load(batch.view, batch.count);
    for (let i = 0; i < batch.count; i++) {
      const request = i * p.REQUEST_BYTES;
      const at = i * p.RESULT_BYTES;
      const word = batch.view.getUint32(request + 4, true);
      const pc = addresses[i]!;
      const kind = batch.view.getUint32(request, true);
      let text: string | undefined;
      try {
        const ours = subject.run(batch.bytes, request + 16, pc, kind, lengthOf(kind, batch.view, request));
        subject.read(state);
        // In a stream, any of its instructions may be the one that faults.
        const wanted = expected(result, at, kind & p.Kind.STREAM ? Number(result.getBigUint64(at + 8, true)) : pc);
        const name = decoder.decode(word)?.insn.name;
        if (OUTCOME_EXCLUSIONS.some(e => e.matches(name, ours, wanted))) continue;
        const theirs = answer.subarray(at + p.RESULT_STATE, at + p.RESULT_BYTES);
        text = difference(ours, wanted, state, theirs);
      } catch (e) {
        text = e instanceof Error ? `${e.message} ${e.stack?.split('\n')[1]?.trim()}` : String(e);
      }
      if (text === undefined) continue;
      bad++;
      const name = decoder.decode(word)?.insn.name ?? 'UNDEFINED';
      const fpcr = batch.view.getUint32(request + 16 + p.FPCR, true);
      const fpsr = batch.view.getUint32(request + 16 + p.FPSR, true);
      if (kind & p.Kind.STREAM) {
        const words = Array.from({ length: lengthOf(kind, batch.view, request) }, (_, k) =>
          disassemble(decoder, batch.view.getUint32(request + p.REQUEST_WORDS + k * 4, true)),
        );
        differences.set(`stream ${i} at ${pc.toString(16)}`, [`${words.join('; ')}: ${text}`]);
        continue;
      }
      const list = differences.get(name) ?? [];
      list.push(
        `${word.toString(16).padStart(8, '0')} ${disassemble(decoder, word, BigInt(pc))}: ${text} (fpcr ${fpcr.toString(16)} fpsr ${fpsr.toString(16)})`,
      );
      differences.set(name, list);
    }
    done += batch.count;
  };

  const next = (n: number): Batch => (args.streams ? cases.streams(n) : cases.batch(n));
  let current = next(Math.min(total, p.SLOTS));
  let answer = oracle.run(current);
  for (let asked = current.count; ; ) {
    const results = await answer;
    const finished = current;
    if (asked < total) {
      current = next(Math.min(total - asked, p.SLOTS));
      asked += current.count;
      answer = oracle.run(current);
      check(finished, results);
    } else {
      check(finished, results);
      break;
    }
  }
  oracle.close();
  for (const [name, list] of [...differences].sort((a, b) => b[1].length - a[1].length)) {
    console.log(`${name}: ${list.length}`);
    for (const line of list.slice(0, Number(args.show))) console.log(`    ${line}`);
  }
  console.log(`${done} tests, ${bad} differences`);
  return bad === 0 ? 0 : 1;
}
process.exitCode = await main();
