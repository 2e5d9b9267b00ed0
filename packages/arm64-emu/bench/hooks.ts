// What hooks cost: a loop beside the same loop with a hook elsewhere, with a budget, and with hooks that are called.
import { type BenchRow, compare, measure } from '../../../tooling/bench-report.js';
import { Emulator } from '../src/embed/emulator.js';
import type { EngineMode } from '../src/engine/engine.js';

const CODE = 0x10000;
const OTHER = 0x12000;
const DATA = 0x100000;
const ROUNDS = 10_000_000;
const CALLS = 200_000;
const MILLION = 1e6;

/** 1: add x0, x0, x2; eor x3, x3, x0; str x3, [x1]; ldr x4, [x1, #8]; subs x2, x2, #1; b.ne 1b; ret; then one that nobody calls */
const LOOP = Uint32Array.of(
  ...[0x8b020000, 0xca000063, 0xf9000023, 0xf9400424, 0xf1000442, 0x54ffff61, 0xd65f03c0, 0xd65f03c0],
);
const UNUSED = CODE + 28;

function loaded(mode: EngineMode): Emulator {
  const emu = new Emulator({ memory: 0x200000, mode });
  emu.map(CODE, 0x3000);
  emu.map(DATA, 0x2000);
  emu.write(CODE, new Uint8Array(LOOP.buffer));
  return emu;
}
/** MIPS of `rounds` of the loop. */
function loop(emu: Emulator, rounds: number, run: () => void = () => emu.run({ until: CODE + 24 })): number {
  emu.set({ pc: CODE, x0: 0, x1: DATA, x2: rounds });
  const begun = performance.now();
  run();
  return (rounds * 6) / (performance.now() - begun) / 1000;
}

/** Rows of {@link ../index}. */
export async function hookRows(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const mode of ['interpreter', 'auto'] satisfies EngineMode[]) {
    const plain = loaded(mode);
    const without = { name: 'none', run: () => loop(plain, ROUNDS) };
    const hooked = loaded(mode);
    hooked.onCode(OTHER, () => {});
    hooked.onCode(UNUSED, () => {});
    hooked.onAccess(DATA + 0x1000, 8, 'access', () => {});
    for (const emu of [plain, hooked]) loop(emu, ROUNDS);
    rows.push(await compare(`hooks elsewhere, ${mode}`, 'MIPS', 'higher', () => loop(hooked, ROUNDS), without, 9));
    const counted = loaded(mode);
    const count = (): number => loop(counted, ROUNDS, () => counted.run({ instructions: ROUNDS * 6 }));
    count();
    rows.push(await compare(`instructions counted, ${mode}`, 'MIPS', 'higher', count, without, 9));
    const kinds: readonly (readonly [name: string, hook: (emu: Emulator) => void])[] = [
      ['one instruction', emu => emu.onCode(CODE + 4, () => {})],
      ['blocks', emu => emu.onBlock(() => {})],
      ['accesses', emu => emu.onAccess(DATA, 8, 'write', () => {})],
    ];
    for (const [name, hook] of kinds) {
      const emu = loaded(mode);
      hook(emu);
      const { median, min, max, runs } = await measure(async () => loop(emu, CALLS), { runs: 5 });
      const rate = (seconds: number): number => CALLS / seconds / MILLION;
      const ours = { median: rate(median), min: rate(max), max: rate(min), runs };
      rows.push({ name: `hook of ${name}, ${mode}`, unit: 'M calls/s', ours });
    }
  }
  return rows;
}
