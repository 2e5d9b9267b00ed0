import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { EngineOptions } from '../../src/engine/engine.js';
import { STATE, STATE_SIZE } from '../../src/engine/state.js';
import { createVirt } from '../../src/virt/virt.js';
import { guest, words } from '../machine-support.js';

type Execution = Pick<EngineOptions, 'mode' | 'compiler'>;
const MODES: readonly Execution[] = [
  { mode: 'interpreter' },
  { mode: 'auto', compiler: { threshold: 500 } },
  { mode: 'compiled' },
];
/** Of all guest state; what was written to XZR is none. */
function stateHash(buffer: ArrayBuffer): string {
  const state = new Uint8Array(buffer, 0, STATE_SIZE).slice();
  state.fill(0, STATE.SINK, STATE.SINK + 8);
  return createHash('sha256').update(state).digest('hex');
}

/** The ELF of bench/kernels; a virtual timer is not needed by it. */
const image = readFileSync(new URL('../../bench/kernels/kernels.elf', import.meta.url));
const REQUEST = 0x47f00000;

function kernel(number: number, rounds: number, execution: Execution) {
  const virt = createVirt({ memory: 0x1000_0000, ...execution });
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const headers = Number(view.getBigUint64(32, true));
  for (let i = 0; i < view.getUint16(56, true); i++) {
    const at = headers + i * 56;
    if (view.getUint32(at, true) !== 1) continue;
    const [offset, , address, size] = [8, 16, 24, 32].map(o => Number(view.getBigUint64(at + o, true)));
    virt.load(address!, image.subarray(offset!, offset! + size!));
  }
  virt.load(REQUEST, new Uint8Array(new BigUint64Array([BigInt(number), BigInt(rounds)]).buffer));
  let text = '';
  virt.serial.output = byte => {
    text += String.fromCharCode(byte);
  };
  virt.machine.start(0x4020_0000n, 0n);
  return { ...virt, text: () => text };
}

// Rounds and results as qemu-system-aarch64 7.2 -M virt -cpu cortex-a72 prints them for the same image.
const KERNELS: readonly (readonly [name: string, number: number, rounds: number, result: string])[] = [
  ['heap sort', 0, 4, '8da5ade2803da6fb'],
  ['CRC-32', 1, 60, '0000000029d98ba6'],
  ['matrix', 2, 2, '0000000e203df348'],
  ['pointer chase', 3, 4, '000000000000ce6c'],
  ['n-body', 4, 4, '40151b4940fa4b89'],
  ['NEON', 5, 500, '41a8c6661e2b0b6f'],
  ['copy and strlen', 6, 60, 'c7963906a864c9e6'],
  ['branches and calls', 7, 40, '4995b6783d8aac72'],
  ['SHA-256', 8, 40, 'd6f2aeed6fdfa38e'],
  ['lists, matrices, states', 9, 40, '000000000000a0a0'],
  ['records and strings', 10, 40, '000000000b817fda'],
];

describe('compiled regions', () => {
  it.each(KERNELS)('%s: the same state as interpreted, at every stop', (_name, number, rounds, result) => {
    const machines = MODES.map(execution => kernel(number, rounds, execution));
    // A step that is no multiple of anything, so that stops fall inside regions.
    for (let stopped = false; !stopped; ) {
      const reasons: unknown[] = [];
      for (const { machine } of machines) reasons.push(machine.runSync({ instructions: 1_234_567 }));
      const [interpreted, ...compiled] = machines.map(m => ({
        state: stateHash(m.engine.buffer),
        executed: m.engine.executed(0),
        text: m.text(),
      }));
      for (const other of compiled) expect(other).toEqual(interpreted);
      for (const reason of reasons) expect(reason).toEqual(reasons[0]);
      stopped = reasons[0] === 'poweroff';
    }
    expect(machines[1]!.text()).toBe(`start\nend ${result}\n`);
    expect(machines[0]!.engine.compiled.regions).toBe(0);
    for (const { engine } of machines.slice(1)) expect(engine.compiled.regions).toBeGreaterThan(0);
  });

  // Calls f 3000 times, replaces its instruction with cache maintenance, calls it 3000 times more; then a loop stores
  // into its own page.
  const PATCHES_ITSELF = words(
    0x100003b3, 0xd2800000, 0x94000015, 0xaa0003f4, 0x18000361, 0xb9000261, 0xd50b7b33, 0xd5033b9f, 0xd50b7533,
    0xd5033b9f, 0xd5033fdf, 0xd2800000, 0x9400000b, 0xaa0003f5, 0x10000283, 0xd2817704, 0xf9000064, 0xf9400065,
    0x8b0502d6, 0xf1000484, 0x54ffff81, 0x58000160, 0xd4000002, 0xaa1e03fd, 0xd2817709, 0x94000004, 0xf1000529,
    0x54ffffc1, 0xd65f03a0, 0x91000400, 0xd65f03c0, 0x91001400, 0x84000008, 0, 0, 0,
  ); // biome-ignore format: code
  it('see code that changes under them', () => {
    const results = MODES.map(execution => {
      const { machine, engine, x } = guest(PATCHES_ITSELF, execution);
      for (let i = 0; i < 200 && machine.runSync({ instructions: 50_000 }) !== 'poweroff'; i++);
      return { x20: x(20), x21: x(21), x22: x(22), executed: engine.executed(0) };
    });
    for (const result of results) expect(result).toEqual(results[0]);
    expect(results[1]).toMatchObject({ x20: 3000n, x21: 15_000n, x22: (3000n * 3001n) / 2n });
  });

  it('go, oldest first, when there are more than may be kept', () => {
    const capacity = 12_000;
    const [interpreted, compiled] = [
      kernel(9, 40, { mode: 'interpreter' }),
      kernel(9, 40, { mode: 'auto', compiler: { threshold: 20, capacity } }),
    ];
    for (const { machine } of [interpreted, compiled]) expect(machine.runSync()).toBe('poweroff');
    expect(stateHash(compiled.engine.buffer)).toBe(stateHash(interpreted.engine.buffer));
    const { dropped, bytes, liveBytes, modules } = compiled.engine.compiled;
    expect(dropped).toBeGreaterThan(0);
    expect(bytes).toBeGreaterThan(capacity);
    // One module may exceed the limit, until the next is made.
    expect(liveBytes).toBeLessThan(capacity + (3 * bytes) / modules);
  });

  it('are made in pieces while the guest runs, and the host does other things', async () => {
    // mov x1, #0x300000; msr cpacr_el1, x1; isb; 1: add x0, x0, #1; b 1b
    const program = words(0xd2a00601, 0xd5181041, 0xd5033fdf, 0x91000400, 0x17ffffff);
    const { machine, engine, x } = guest(program, { mode: 'auto', compiler: { threshold: 50 } });
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    expect(await machine.run({ slice: 1, until: () => engine.compiled.executed > 0 })).toBe('until');
    expect(await machine.run({ slice: 1, instructions: 1_000_001 })).toBe('instructions');
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
    expect(x(0)).toBe(BigInt(Math.ceil((engine.executed(0) - 3) / 2)));
  });

  it('are not made of code that changed meanwhile', async () => {
    const results = [];
    for (const threshold of [50, 500, 1500, 2500]) {
      const { machine, engine, x } = guest(PATCHES_ITSELF, { mode: 'auto', compiler: { threshold } });
      for (let i = 0; i < 200 && (await machine.run({ instructions: 2000 })) !== 'poweroff'; i++);
      results.push({ x20: x(20), x21: x(21), x22: x(22), executed: engine.executed(0) });
    }
    const { x, machine, engine } = guest(PATCHES_ITSELF, { mode: 'interpreter' });
    machine.runSync();
    for (const result of results)
      expect(result).toEqual({ x20: x(20), x21: x(21), x22: x(22), executed: engine.executed(0) });
  });

  it('stop exactly where the budget ends', () => {
    // 1: add x0, x0, #1; b 1b
    const { machine, engine, x } = guest(words(0x91000400, 0x17ffffff), { mode: 'auto' });
    let total = 0;
    for (const n of [10_000_000, 1, 2, 3, 999, 2047, 2048, 2049, 100_001]) {
      machine.runSync({ instructions: n });
      total += n;
      expect(engine.executed(0)).toBe(total);
      expect(x(0)).toBe(BigInt(Math.ceil(total / 2)));
    }
    expect(engine.compiled.regions).toBeGreaterThan(0);
    expect(engine.view.getBigUint64(STATE.PC, true)).toBe(BigInt(0x4000_0000 + (total % 2) * 4));
  });
});
