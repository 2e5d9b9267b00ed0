// The kernels of bench/kernels, interpreted and compiled, and under qemu-system-aarch64 when it is installed.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Bench, type BenchRow, compare, measure } from '../../../tooling/bench-report.js';
import type { EngineMode } from '../src/engine/engine.js';
import { createVirt } from '../src/virt/virt.js';
import { bootRows } from './boot.js';
import { hookRows } from './hooks.js';
import { latencyRows } from './latency.js';
import { resetRows } from './resets.js';

const file = fileURLToPath(new URL('./kernels/kernels.elf', import.meta.url));
const image = readFileSync(file);
/** Two words: which kernel, and how many rounds. */
const REQUEST = 0x47f00000;
const ENTRY = 0x4020_0000n;
const MILLION = 1e6;

/** Rounds for `auto`, which V8's compiler has to warm up to. */
const KERNELS: readonly (readonly [name: string, rounds: number])[] = [
  ['heap sort', 3000],
  ['CRC-32', 15_000],
  ['integer matrix', 1500],
  ['pointer chase, 1 MiB', 1500],
  ['n-body, double', 6000],
  ['NEON, single', 60_000],
  ['copy and strlen', 12_000],
  ['branches and calls', 20_000],
  ['SHA-256', 60_000],
  ['lists, matrices, states', 15_000],
  ['records and strings', 45_000],
];

/** The interpreter is as fast from the beginning, and slower: part of the rounds is enough. */
const INTERPRETED = 1 / 10;

/** Seconds between the lines `start` and `end`, instructions in between, and the checksum. */
interface Run {
  readonly seconds: number;
  readonly instructions: number;
  readonly result: string;
}

async function ours(kernel: number, rounds: number, mode: EngineMode): Promise<Run> {
  const { machine, engine, serial, load } = createVirt({ memory: 0x2000_0000, mode });
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const headers = Number(view.getBigUint64(32, true));
  for (let i = 0; i < view.getUint16(56, true); i++) {
    const at = headers + i * 56;
    if (view.getUint32(at, true) !== 1) continue;
    const [offset, address, size] = [8, 24, 32].map(o => Number(view.getBigUint64(at + o, true)));
    load(address!, image.subarray(offset!, offset! + size!));
  }
  load(REQUEST, new Uint8Array(new BigUint64Array([BigInt(kernel), BigInt(rounds)]).buffer));
  let text = '';
  let start = { time: 0, executed: 0 };
  let end = start;
  serial.output = byte => {
    text += String.fromCharCode(byte);
    if (byte !== 0x0a) return;
    const now = { time: performance.now(), executed: engine.executed(0) };
    if (text.endsWith('start\n')) start = now;
    else end = now;
  };
  machine.start(ENTRY);
  await machine.run();
  const result = /end (\w+)/.exec(text)?.[1] ?? text;
  return { seconds: (end.time - start.time) / 1000, instructions: end.executed - start.executed, result };
}

function qemu(kernel: number, rounds: number): Promise<Run | undefined> {
  const word = (address: number, data: number) => ['-device', `loader,addr=${address},data=${data},data-len=8`];
  const args = [
    '-M',
    'virt',
    '-cpu',
    'cortex-a72',
    '-accel',
    'tcg,thread=single',
    '-m',
    '512',
    '-nographic',
    '-kernel',
    file,
  ];
  const child = spawn('qemu-system-aarch64', [...args, ...word(REQUEST, kernel), ...word(REQUEST + 8, rounds)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  let start = 0;
  let end = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    if (start === 0 && text.includes('start')) start = performance.now();
    if (end === 0 && /end \w{16}/.test(text)) end = performance.now();
  });
  return new Promise(resolve => {
    child.on('error', () => resolve(undefined));
    child.on('close', () =>
      resolve({ seconds: (end - start) / 1000, instructions: 0, result: /end (\w+)/.exec(text)?.[1] ?? text }),
    );
  });
}

const bench: Bench = async ({ args }) => {
  const rows: BenchRow[] = [];
  const notes = [
    'MIPS by wall time between the first and the last line of the guest; the kernels run with the MMU on.',
  ];
  const peer = (await qemu(0, 1)) !== undefined;
  if (!peer) notes.push('qemu-system-aarch64 is not installed: no peer.');
  for (const [k, [name, warm]] of KERNELS.entries()) {
    if (args.length > 0 && !args.some(a => name.includes(a))) continue;
    for (const mode of ['interpreter', 'auto'] as const) {
      const rounds = mode === 'auto' ? warm : Math.ceil(warm * INTERPRETED);
      const mips = async () => {
        const run = await ours(k, rounds, mode);
        instructions = run.instructions;
        result = run.result;
        return run.instructions / run.seconds / MILLION;
      };
      let instructions = 0;
      let result = '';
      const theirs = async () => {
        const run = await qemu(k, rounds);
        if (run?.result !== result) notes.push(`${name}: ${mode} gives ${result}, QEMU ${run?.result}`);
        return instructions / run!.seconds / MILLION;
      };
      const label = `${name}, ${mode}`;
      if (peer) rows.push(await compare(label, 'MIPS', 'higher', mips, { name: 'QEMU', run: theirs }, 3));
      else {
        const seconds = await measure(async () => mips(), { runs: 3 });
        const rate = (s: number) => instructions / s / MILLION;
        rows.push({
          name: label,
          unit: 'MIPS',
          ours: { median: rate(seconds.median), min: rate(seconds.max), max: rate(seconds.min), runs: seconds.runs },
        });
      }
    }
  }
  if (args.length === 0 || args.some(a => 'reset and run'.includes(a))) rows.push(...(await resetRows()));
  if (args.length === 0 || args.some(a => 'hooks'.includes(a))) rows.push(...(await hookRows()));
  if (args.length === 0 || args.some(a => 'Debian boot'.includes(a))) {
    const boot = await bootRows();
    rows.push(...boot.rows);
    notes.push(...boot.notes);
  }
  if (args.length === 0 || args.some(a => 'stop'.includes(a))) rows.push(...(await latencyRows()));
  return { rows, notes };
};

export default bench;
