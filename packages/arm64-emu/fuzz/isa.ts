/**
 * Random instructions in the emulator and under qemu-aarch64-static, full state compared.
 *
 *   npm run -s fuzz:isa -- --tests N [--seed S] [--engine interpreter] [--only REGEX] [--show K]
 */
import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { Decoder, disassemble } from '../src/a64/spec/index.js';
import { type Batch, Cases } from './cases.js';
import { OUTCOME_EXCLUSIONS } from './exclusions.js';
import * as p from './protocol.js';
import { Random } from './random.js';
import { type Outcome, Subject } from './subject.js';

const { values: args } = parseArgs({
  options: {
    tests: { type: 'string', default: '100000' },
    seed: { type: 'string' },
    engine: { type: 'string', default: 'interpreter' },
    only: { type: 'string' },
    show: { type: 'string', default: '1' },
    qemu: { type: 'string', default: 'qemu-aarch64-static' },
  },
});

/** QEMU as a child process that answers one batch after the other. */
class Oracle {
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private readonly folder = mkdtempSync(join(tmpdir(), 'fuzz-isa-'));
  private received: Buffer[] = [];
  private size = 0;
  private wake: (() => void) | undefined;
  private ended = false;

  constructor(qemu: string) {
    const runner = join(this.folder, 'runner');
    const source = new URL('./runner.c', import.meta.url).pathname;
    execFileSync('aarch64-linux-gnu-gcc', ['-O2', '-static', '-march=armv8-a', '-o', runner, source]);
    this.child = spawn(qemu, ['-cpu', 'max,sve=off,sme=off', runner], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdout.on('data', (chunk: Buffer) => {
      this.received.push(chunk);
      this.size += chunk.length;
      this.wake?.();
    });
    this.child.on('close', () => {
      this.ended = true;
      this.wake?.();
    });
  }
  async run(batch: Batch): Promise<Buffer> {
    const head = Buffer.alloc(4);
    head.writeUInt32LE(batch.count, 0);
    this.child.stdin.write(head);
    this.child.stdin.write(batch.bytes.subarray(0, batch.count * p.REQUEST_BYTES));
    const wanted = batch.count * p.RESULT_BYTES;
    while (this.size < wanted) {
      if (this.ended) throw new Error('QEMU ended early');
      await new Promise<void>(resolve => (this.wake = resolve));
    }
    const all = Buffer.concat(this.received);
    this.received = [all.subarray(wanted)];
    this.size = all.length - wanted;
    return all.subarray(0, wanted);
  }
  close(): void {
    this.child.stdin.end();
    rmSync(this.folder, { recursive: true });
  }
}

/** What QEMU says about a test, with the ways in which a branch can arrive taken as success. */
function expected(result: DataView, at: number, pc: number): Outcome {
  const signal = result.getUint32(at, true);
  const where = result.getBigUint64(at + 8, true);
  const memory = result.getUint32(at + 4, true);
  if (signal !== 0 && where !== BigInt(pc)) return { signal: 0, address: 0n, pc: where, memory };
  const address = signal === p.Signal.SEGV || signal === p.Signal.BUS ? result.getBigUint64(at + 16, true) : 0n;
  return { signal, address, pc: where, memory };
}

const FPSR_MASK = 0x0800009f;
/** A Linux process has TBI: the top byte of an address does not count. */
const untagged = (a: bigint): bigint => BigInt.asUintN(56, a);
/** The host's kernel gives no address for accesses to non-canonical ones, and Linux keeps 47 bits. */
const unreported = (ours: Outcome, theirs: Outcome): boolean =>
  theirs.address === 0n && ours.address >= 1n << 47n && ours.address < 1n << 64n;
/** The first difference, or nothing. */
function difference(ours: Outcome, theirs: Outcome, a: Uint8Array, b: Uint8Array): string | undefined {
  const hex = (v: bigint | number): string => `0x${v.toString(16)}`;
  if (ours.signal !== theirs.signal) return `signal ${ours.signal}, QEMU ${theirs.signal}`;
  if (untagged(ours.pc) !== untagged(theirs.pc)) return `pc ${hex(ours.pc)}, QEMU ${hex(theirs.pc)}`;
  if (untagged(ours.address) !== untagged(theirs.address) && !unreported(ours, theirs))
    return `fault address ${hex(ours.address)}, QEMU ${hex(theirs.address)}`;
  if (ours.memory !== theirs.memory) return `memory ${hex(ours.memory)}, QEMU ${hex(theirs.memory)}`;
  if (Buffer.compare(a.subarray(0, p.FPSR), b.subarray(0, p.FPSR)) === 0) {
    const [x, y] = [a, b].map(s => new DataView(s.buffer, s.byteOffset).getUint32(p.FPSR, true) & FPSR_MASK);
    return x === y ? undefined : `fpsr ${hex(x!)}, QEMU ${hex(y!)}`;
  }
  const [x, y] = [a, b].map(s => new DataView(s.buffer, s.byteOffset, p.STATE_BYTES)) as [DataView, DataView];
  for (let i = 0; i < 32; i++) {
    const [k, q] = [x.getBigUint64(p.X + i * 8, true), y.getBigUint64(p.X + i * 8, true)];
    if (k !== q) return `x${i} ${hex(k)}, QEMU ${hex(q)}`;
  }
  for (let i = 0; i < 64; i++) {
    const [k, q] = [x.getBigUint64(p.V + i * 8, true), y.getBigUint64(p.V + i * 8, true)];
    if (k !== q) return `v${i >> 1}.d[${i & 1}] ${hex(k)}, QEMU ${hex(q)}`;
  }
  if (x.getUint32(p.NZCV, true) !== y.getUint32(p.NZCV, true))
    return `nzcv ${x.getUint32(p.NZCV, true)}, QEMU ${y.getUint32(p.NZCV, true)}`;
  return `fpcr ${hex(x.getUint32(p.FPCR, true))}, QEMU ${hex(y.getUint32(p.FPCR, true))}`;
}

async function main(): Promise<number> {
  const total = Number(args.tests);
  const seed = args.seed === undefined ? Date.now() >>> 0 : Number(args.seed);
  if (args.engine !== 'interpreter') throw new Error(`no engine ${args.engine}`);
  console.error(`seed ${seed}`);
  const subject = new Subject();
  const decoder = new Decoder(undefined);
  const cases = new Cases(decoder, new Random(seed), args.only === undefined ? undefined : new RegExp(args.only));
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
      const memory = (batch.view.getUint32(request, true) & p.Kind.MEMORY) !== 0;
      let text: string | undefined;
      try {
        const ours = subject.run(batch.bytes, request + 16, pc, memory);
        subject.read(state);
        const wanted = expected(result, at, pc);
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
      const list = differences.get(name) ?? [];
      list.push(
        `${word.toString(16).padStart(8, '0')} ${disassemble(decoder, word, BigInt(pc))}: ${text} (fpcr ${fpcr.toString(16)} fpsr ${fpsr.toString(16)})`,
      );
      differences.set(name, list);
    }
    done += batch.count;
  };

  let current = cases.batch(Math.min(total, p.SLOTS));
  let answer = oracle.run(current);
  for (let asked = current.count; ; ) {
    const results = await answer;
    const finished = current;
    if (asked < total) {
      current = cases.batch(Math.min(total - asked, p.SLOTS));
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
