/** Tests in chunks, each with a seed of its own, so that what is tested does not depend on how the work is shared out. */
import { Decoder, disassemble } from '../src/a64/spec/index.js';
import { type Batch, Cases, type Draw } from './cases.js';
import { difference, expected } from './compare.js';
import { OUTCOME_EXCLUSIONS } from './exclusions.js';
import { Oracle, OracleEnded } from './oracle.js';
import * as p from './protocol.js';
import { Random } from './random.js';
import { type EngineName, Subject } from './subject.js';

/** Tests of a chunk. */
export const CHUNK = 32 * p.SLOTS;

export interface Options {
  readonly tests: number;
  readonly seed: number;
  readonly engine: EngineName;
  /** Definitions by name. */
  readonly only: string;
  readonly draw: Draw;
  readonly streams: boolean;
  readonly qemu: string;
}

/** What a shard found: tests done, and the text of each difference with the definition's name. */
export interface Report {
  tests: number;
  readonly differences: [name: string, text: string][];
}

/** Instructions that a request runs. */
const lengthOf = (kind: number, view: DataView, request: number): number =>
  kind & p.Kind.STREAM ? view.getUint32(request + 12, true) : kind & p.Kind.PREFIX ? 2 : 1;
const NOP = 0xd503201f;

/** An emulator and QEMU side by side. */
export class Shard {
  readonly report: Report = { tests: 0, differences: [] };
  private readonly decoder = new Decoder(undefined);
  private subject: Subject;
  private oracle: Oracle;

  constructor(private readonly options: Options) {
    this.subject = new Subject(options.engine);
    this.oracle = new Oracle(options.qemu);
  }

  /** Runs the tests of chunk `n`. */
  async chunk(n: number): Promise<void> {
    const { options } = this;
    const only = new RegExp(options.only);
    const random = new Random((options.seed + Math.imul(n, 0x85ebca6b)) >>> 0);
    const cases = new Cases(this.decoder, random, name => only.test(name), options.draw);
    let left = Math.min(CHUNK, options.tests - n * CHUNK);
    const next = (): Batch | undefined => {
      if (left === 0) return undefined;
      const batch = options.streams ? cases.streams(left) : cases.batch(left);
      left -= batch.count;
      return batch;
    };
    // While QEMU runs a batch, the one before is compared and the one after drawn.
    let batch = next();
    let answer = batch && this.oracle.run(batch);
    while (batch && answer) {
      const following = next();
      const results = await this.survive(batch, answer);
      answer = following && this.oracle.run(following);
      this.check(batch, results);
      batch = following;
    }
  }
  close(): void {
    this.oracle.close();
  }

  /** The results of a batch. Tests that end QEMU are reported and replaced with NOP. */
  private async survive(batch: Batch, answer: Promise<Buffer>): Promise<Buffer> {
    try {
      return await answer;
    } catch (e) {
      if (!(e instanceof OracleEnded)) throw e;
      for (let i = 0; i < batch.count; i++) {
        const request = i * p.REQUEST_BYTES;
        const one = batch.bytes.slice(request, request + p.REQUEST_BYTES);
        const alone = { bytes: one, view: new DataView(one.buffer), count: 1 };
        this.restart();
        const ended = await this.oracle.run(alone).then(
          () => false,
          () => true,
        );
        if (!ended) continue;
        this.differ(batch, i, p.CODE, e.message);
        batch.view.setUint32(request, batch.view.getUint32(request, true) & p.Kind.BRANCH, true);
        batch.view.setUint32(request + 4, NOP, true);
      }
      this.restart();
      return await this.oracle.run(batch);
    }
  }
  private restart(): void {
    this.oracle.close();
    this.oracle = new Oracle(this.options.qemu);
    this.subject = new Subject(this.options.engine);
  }

  private check(batch: Batch, answer: Buffer): void {
    const { subject, decoder } = this;
    const result = new DataView(answer.buffer, answer.byteOffset, answer.length);
    const state = new Uint8Array(p.STATE_BYTES);
    const addresses = subject.load(batch.view, batch.count);
    for (let i = 0; i < batch.count; i++) {
      const request = i * p.REQUEST_BYTES;
      const at = i * p.RESULT_BYTES;
      const pc = addresses[i]!;
      const kind = batch.view.getUint32(request, true);
      let text: string | undefined;
      try {
        const ours = subject.run(batch.bytes, request + 16, pc, kind, lengthOf(kind, batch.view, request));
        subject.read(state);
        // In a stream, any of its instructions may be the one that faults.
        const wanted = expected(result, at, kind & p.Kind.STREAM ? Number(result.getBigUint64(at + 8, true)) : pc);
        const name = decoder.decode(batch.view.getUint32(request + 4, true))?.insn.name;
        if (OUTCOME_EXCLUSIONS.some(e => e.matches(name, ours, wanted))) continue;
        text = difference(ours, wanted, state, answer.subarray(at + p.RESULT_STATE, at + p.RESULT_BYTES));
      } catch (e) {
        text = e instanceof Error ? `${e.message} ${e.stack?.split('\n')[1]?.trim()}` : String(e);
      }
      if (text !== undefined) this.differ(batch, i, pc, text);
    }
    this.report.tests += batch.count;
  }

  private differ(batch: Batch, i: number, pc: number, what: string): void {
    const { decoder } = this;
    const { view } = batch;
    const request = i * p.REQUEST_BYTES;
    const kind = view.getUint32(request, true);
    const control = [p.FPCR, p.FPSR].map(at => view.getUint32(request + 16 + at, true).toString(16));
    const text = `${what} (fpcr ${control[0]} fpsr ${control[1]})`;
    if (kind & p.Kind.STREAM) {
      const words = Array.from({ length: lengthOf(kind, view, request) }, (_, k) =>
        disassemble(decoder, view.getUint32(request + p.REQUEST_WORDS + k * 4, true)),
      );
      this.report.differences.push(['streams', `${words.join('; ')}: ${text}`]);
      return;
    }
    const word = view.getUint32(request + 4, true);
    const code = word.toString(16).padStart(8, '0');
    const name = decoder.decode(word)?.insn.name ?? 'UNDEFINED';
    this.report.differences.push([name, `${code} ${disassemble(decoder, word, BigInt(pc))}: ${text}`]);
  }
}
