/**
 * Random page tables and translation controls in the emulator and under qemu-system-aarch64: results of AT, of loads,
 * and syndromes compared.
 *
 *   npm run -s fuzz:translation -- --tests N [--seed S] [--show K]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createVirt } from '../src/virt/virt.js';
import { type TranslationCase, translationImage } from './translation-cases.js';
import { GUEST } from './translation-guest.js';

const { values: args } = parseArgs({
  options: {
    tests: { type: 'string', default: '20000' },
    seed: { type: 'string' },
    show: { type: 'string', default: '10' },
    qemu: { type: 'string', default: 'qemu-system-aarch64' },
  },
});
/** Cases of one image. */
const BATCH = 8000;
const MEMORY = 256;

type Result = readonly [bigint, bigint];
const parse = (text: string): Result[] =>
  text
    .trim()
    .split('\n')
    .map(
      line =>
        line
          .trim()
          .split(' ')
          .map(x => BigInt(`0x${x}`)) as [bigint, bigint],
    );

function underQemu(image: Uint8Array): Result[] {
  const folder = mkdtempSync(join(tmpdir(), 'translation-'));
  try {
    const file = join(folder, 'image');
    const serial = join(folder, 'serial');
    writeFileSync(file, image);
    const at = `0x${GUEST.code.toString(16)}`;
    const run = spawnSync(
      args.qemu,
      [
        ...['-M', 'virt,gic-version=3', '-cpu', 'max', '-m', String(MEMORY), '-display', 'none', '-monitor', 'none'],
        ...['-serial', `file:${serial}`, '-device', `loader,file=${file},addr=${at},force-raw=on`],
        ...['-device', `loader,cpu-num=0,addr=${at}`],
      ],
      { timeout: 120_000, encoding: 'utf8' },
    );
    if (run.status !== 0) throw new Error(`QEMU ended with ${run.status ?? run.signal}: ${run.stderr}`);
    return parse(readFileSync(serial, 'latin1'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function here(image: Uint8Array): Result[] {
  const { machine, serial, load } = createVirt({ memory: MEMORY << 20 });
  let text = '';
  serial.output = byte => {
    text += String.fromCharCode(byte);
  };
  load(GUEST.code, image);
  machine.start(BigInt(GUEST.code));
  const reason = machine.runSync({ deadline: performance.now() + 120_000 });
  if (reason !== 'poweroff') throw new Error(`the guest ended with ${reason}`);
  return parse(text);
}

const SH = 3n << 7n;
const CM = 1n << 8n;
const WNR = 1n << 6n;

/** Makes results comparable where the architecture leaves a choice, or QEMU 7.2 is known to differ. */
function normal([first, second]: Result, { operation }: TranslationCase): Result {
  if (!operation.startsWith('S1')) return [first, second];
  // A failed walk is an exception; QEMU leaves CM and WnR clear, the architecture sets them.
  if (second !== 0n) return [first & ~(CM | WNR), second];
  const attr = first >> 56n;
  // The shareability of Device and Non-cacheable memory may be reported as what it effectively is.
  const plain = (first & 1n) === 0n && ((attr & 0xf0n) === 0n || attr === 0x44n);
  return [plain ? first & ~SH : first, second];
}

/** A block at a level where only larger address spaces have them: QEMU 7.2 takes it. */
function reservedBlock([first, second]: Result, { operation, tcr }: TranslationCase): boolean {
  const at = operation.startsWith('S1');
  if (at && ((first & 1n) === 0n || second !== 0n)) return false;
  const status = at ? (first >> 1n) & 0x3fn : first & 0x3fn;
  const granule = (tcr >> 30n) & 3n;
  return status === 4n || (status === 5n && granule !== 2n);
}

const hex = (v: bigint): string => v.toString(16);

function main(): number {
  const total = Number(args.tests);
  const seed = args.seed === undefined ? Date.now() >>> 0 : Number(args.seed);
  console.error(`seed ${seed}`);
  let bad = 0;
  let skipped = 0;
  for (let done = 0; done < total; done += BATCH) {
    const count = Math.min(BATCH, total - done);
    const { image, cases } = translationImage(seed + done, count);
    const theirs = underQemu(image);
    const ours = here(image);
    cases.forEach((c, n) => {
      const [a, b] = [ours[n]!, theirs[n]!].map(x => normal(x, c)) as [Result, Result];
      if (a[0] === b[0] && a[1] === b[1]) return;
      if (reservedBlock(ours[n]!, c)) {
        skipped++;
        return;
      }
      if (bad++ >= Number(args.show)) return;
      console.log(
        `${c.operation} ${hex(c.va)} tcr ${hex(c.tcr)} ttbr1 ${hex(c.ttbr1)} pan ${c.pan}: ` +
          `${a.map(hex).join(' ')}, QEMU ${b.map(hex).join(' ')}`,
      );
    });
    console.error(`${done + count} of ${total}`);
  }
  console.log(`${total} tests, ${bad} differences (${skipped} with blocks at levels that QEMU 7.2 should refuse)`);
  return bad === 0 ? 0 : 1;
}
process.exitCode = main();
