// How long after it is due a call of `stop()` ends a guest's loop: the worst of many.
import { type BenchRow, sampleOf } from '../../../tooling/bench-report.js';
import { max } from '../src/cpu/models.js';
import type { EngineMode } from '../src/engine/engine.js';
import { buildMachine } from '../src/machine/build.js';

const RAM = 0x4000_0000;
const STOPS = 30;
/** Milliseconds that a loop runs before it is stopped. */
const AFTER = 17;
const VECTORS = 0x800;
/** adr x1, vectors; msr vbar_el1, x1; b loop. */
const START = [0x10004001, 0xd518c001, 0x14000006];
const LOOP_AT = 0x20;
const ERET = 0xd69f03e0;
const LOOPS: readonly (readonly [name: string, words: readonly number[]])[] = [
  ['branch to itself', [0x14000000]],
  ['copying', [0xa94018e5, 0xa9001905, 0x39400ce9, 0x39001509, 0xf100054a, 0x54ffff61, 0x17fffffa]],
  ['WFI', [0xd503207f, 0x17ffffff]],
  ['system calls', [0xd4000001, 0x17ffffff]],
];

async function latencies(words: readonly number[], mode: EngineMode): Promise<number[]> {
  const { machine, engine } = buildMachine({
    model: max,
    mpidrs: [0x8000_0000n],
    ram: [{ base: RAM, size: 2 ** 20 }],
    mode,
  });
  const code = new Uint32Array(0x1000 / 4);
  code.set(START);
  code.set(words, LOOP_AT / 4);
  code[(VECTORS + 0x200) / 4] = ERET;
  engine.memory.write(RAM, new Uint8Array(code.buffer));
  machine.start(BigInt(RAM));
  machine.within(0, cpu => {
    cpu.setX(7, BigInt(RAM + 0x2000));
    cpu.setX(8, BigInt(RAM + 0x3000));
  });
  const list: number[] = [];
  for (let i = 0; i < STOPS; i++) {
    const due = performance.now() + AFTER;
    setTimeout(() => machine.stop(), AFTER);
    await machine.run({ pace: 'host' });
    list.push(performance.now() - due);
  }
  return list;
}

/** A row for each loop and mode, in milliseconds. */
export async function latencyRows(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const [name, words] of LOOPS)
    for (const mode of ['interpreter', 'auto'] as const)
      rows.push({ name: `stop, ${name}, ${mode}`, unit: 'ms late', ours: sampleOf(await latencies(words, mode)) });
  return rows;
}
