import { createHash } from 'node:crypto';
import type { Cpu } from '../src/cpu/cpu.js';
import type { Bus } from '../src/devices/bus.js';
import type { Engine } from '../src/engine/engine.js';
import { MAX_CPUS, STATE, STATE_SIZE, TLB_START } from '../src/engine/state.js';
import type { Machine } from '../src/machine/machine.js';
import { blockTags, WALK } from '../src/walk/state.js';

/** A machine under attack. */
export interface Target {
  readonly machine: Machine;
  readonly engine: Engine;
  readonly bus: Bus;
}

const WORDS = 64;
const INSTRUCTIONS = 400;
/** Behind the cells of the walker, and behind its tags of blocks, nothing is kept. */
const UNUSED = [
  [WALK.HIGH + 0x40, blockTags(0)],
  [blockTags(MAX_CPUS), TLB_START],
] as const;

/** Deterministic 64-bit values, biased to corner cases. */
function generator(seed: number) {
  let state = BigInt(seed) * 0x9e37_79b9_7f4a_7c15n + 1n;
  const word = (): bigint => {
    state ^= BigInt.asUintN(64, state << 13n);
    state ^= state >> 7n;
    state = BigInt.asUintN(64, state ^ (state << 17n));
    return state;
  };
  const below = (n: number): number => Number(word() % BigInt(n));
  const value = (): bigint => {
    const v = word();
    return [0n, (1n << 64n) - 1n, 1n << (v % 64n), v & 0xffff_ffffn, v & 0xffn, v, v, v][below(8)]!;
  };
  return { word, below, value };
}
type Generator = ReturnType<typeof generator>;

/** Code that drives devices, system registers and tables, with anything else in between. */
function hostileCode(g: Generator, keys: readonly number[]): Uint8Array {
  const { below, word } = g;
  const device = (): number => 8 + below(8);
  const data = (): number => below(8);
  const makers: readonly (() => number)[] = [
    // loads and stores of devices: unsigned offset, pairs, atomics, exclusives
    () => ((below(4) << 30) | 0x3900_0000 | (below(2) << 22) | (below(64) << 10) | (device() << 5) | data()) >>> 0,
    () => ((below(4) << 30) | 0x3900_0000 | (below(2) << 22) | (below(64) << 10) | (device() << 5) | data()) >>> 0,
    () => (0xa900_0000 | (below(2) << 22) | (below(64) << 15) | (data() << 10) | (device() << 5) | data()) >>> 0,
    () => ((below(4) << 30) | 0x3820_0000 | (data() << 16) | (below(8) << 12) | (device() << 5) | data()) >>> 0,
    () => ((below(4) << 30) | 0x0840_7c00 | (below(2) << 15) | (device() << 5) | data()) >>> 0,
    // system registers and instructions that are there, or not
    () => (0xd500_0000 | (below(2) << 21) | (keys[below(keys.length)]! << 5) | data()) >>> 0,
    () => (0xd500_0000 | (below(2) << 21) | (keys[below(keys.length)]! << 5) | data()) >>> 0,
    () => (0xd510_0000 | (below(2) << 21) | (below(0x1_0000) << 5) | data()) >>> 0,
    // tables, and addresses of any kind
    () => (0xf900_0000 | (below(512) << 10) | (16 << 5) | data()) >>> 0,
    () => (0xf900_0000 | (below(2) << 22) | (below(4096) << 10) | ((17 + below(4)) << 5) | data()) >>> 0,
    // calls, returns, waits, barriers, DC ZVA
    () => [0xd69f03e0, 0xd4000001, 0xd4000002, 0xd4000003, 0xd503207f, 0xd503205f, 0xd5033fdf, 0xd50b7430][below(8)]!,
    () => Number(word() & 0xffff_ffffn),
  ];
  const code = new Uint32Array(WORDS);
  for (let i = 0; i < WORDS; i++) code[i] = makers[below(makers.length)]!();
  return new Uint8Array(code.buffer);
}

function digest(...parts: readonly Uint8Array[]): string {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/**
 * Lets a guest do its worst, on machines that were made alike and execute differently. Each must end every run, keep to
 * its memory, and come to the same state as the others; what they come to is returned.
 */
export function assault(targets: readonly Target[], options: { seed: number; rounds: number; ram: number }): string {
  const { rounds, ram } = options;
  const g = generator(options.seed);
  const [first] = targets as [Target, ...Target[]];
  const size = first.engine.memory.find(ram)!.size;
  const devices = first.bus.regions.filter(region => region.device !== undefined);
  const keys = [...first.machine.cpus[0]!.registers].map(r => r.key);
  const code = ram + 0x8000;
  const tables = ram + 0x1_0000;
  let last = '';
  for (let round = 0; round < rounds; round++) {
    const program = hostileCode(g, keys);
    const fresh = g.below(4) > 0;
    const values = Array.from({ length: 8 }, (_, n) =>
      n < 2 ? BigInt(ram + g.below(size)) : n === 2 ? BigInt(tables | 0x703 | (g.below(4) << 6)) : g.value(),
    );
    const addresses = Array.from({ length: 8 }, () => {
      const region = devices[g.below(devices.length)]!;
      const within = g.below(2) ? g.below(0x400) : g.below(Math.min(region.size, 2 ** 30));
      return BigInt(region.base + within - (g.below(4) ? within % 8 : 0));
    });
    const wild = Array.from({ length: 5 }, () => (g.below(2) ? g.value() : BigInt(ram + size - g.below(64))));
    const daif = g.below(16) << 6;
    for (const { machine, bus } of targets) {
      bus.write(code, program);
      machine.within(0, (cpu: Cpu) => {
        if (fresh) cpu.reset();
        cpu.wait = 'running';
        [...values, ...addresses, BigInt(tables), ...wild].forEach((v, n) => {
          cpu.setX(n, v);
        });
        cpu.setX(31, BigInt(ram + 0x4000));
        cpu.setPstate(BigInt(((fresh ? cpu.el : Math.min(cpu.el, 1)) << 2) | (cpu.el > 0 ? 1 : 0) | daif));
        cpu.pc = BigInt(code);
      });
      machine.runSync({ instructions: INSTRUCTIONS });
    }
    const states = targets.map(({ machine, engine }) => {
      const { bytes } = engine.memory;
      const zero = new DataView(engine.buffer).getBigUint64(STATE.ZR, true);
      if (zero !== 0n) throw new Error(`round ${round}: the zero register was written`);
      if (UNUSED.some(([from, to]) => bytes.subarray(from, to).some(byte => byte !== 0)))
        throw new Error(`round ${round}: unused memory was written`);
      const cpus = machine.cpus.map(({ index }) => engine.stateBlock(index));
      // Memory is compared now and then, flash at the end.
      const most = round === rounds - 1 ? Number.POSITIVE_INFINITY : round % 32 === 31 ? 2 ** 24 : 0;
      const regions = engine.memory.regions.filter(r => r.size < most);
      const memory = regions.map(r => bytes.subarray(r.host, r.host + r.size));
      return digest(bytes.subarray(0, STATE_SIZE), ...cpus, ...memory) + String(machine.executed);
    });
    if (states.some(s => s !== states[0])) throw new Error(`round ${round}: the machines differ`);
    last = states[0]!;
  }
  return last;
}
