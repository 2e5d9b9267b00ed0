// Reset and run: a function that writes 20 pages of 64 MiB, then back to the state before.
import { type BenchRow, compare } from '../../../tooling/bench-report.js';
import { Emulator } from '../src/embed/emulator.js';
import type { EngineMode } from '../src/engine/engine.js';

const MIB = 2 ** 20;
const CODE = 0x10000;
const DATA = 0x100000;
const SIZE = 62 * MIB;
const PAGES = 20;
/** Milliseconds of each measurement. */
const TIME = 300;

/** Writes X0 to a word of each of X1 pages from X2 on. */
const FILL = Uint32Array.of(0xaa0203e3, 0xf9000060, 0x91400463, 0xf1000421, 0x54ffffa1, 0xaa0303e0, 0xd65f03c0);

function perSecond(round: (n: number) => void): number {
  const begun = performance.now();
  let rounds = 0;
  while (performance.now() - begun < TIME) round(rounds++);
  return (rounds / (performance.now() - begun)) * 1000;
}

/** Resets per second with each engine mode, beside a copy of all 64 MiB. */
export async function resetRows(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const mode of ['interpreter', 'auto'] satisfies EngineMode[]) {
    const emu = new Emulator({ memory: 64 * MIB, mode });
    emu.map(CODE, 0x1000);
    emu.map(DATA, SIZE);
    emu.write(CODE, new Uint8Array(FILL.buffer));
    emu.write(DATA, new Uint8Array(SIZE).fill(1));
    const point = emu.checkpoint();
    const run = (n: number): void => {
      emu.call(CODE, n, PAGES, DATA + (n % 500) * 0x1e000);
    };
    const ours = (): number =>
      perSecond(n => {
        run(n);
        point.reset();
      });
    const memory = new Uint8Array(64 * MIB).fill(1);
    const copy = memory.slice();
    const whole = { name: 'copy of all memory', run: () => perSecond(() => memory.set(copy)) };
    rows.push(await compare(`reset and run, 20 dirty pages, ${mode}`, 'resets/s', 'higher', ours, whole));
  }
  return rows;
}
