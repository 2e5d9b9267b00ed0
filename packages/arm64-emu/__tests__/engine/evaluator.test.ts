import { describe, expect, it } from 'vitest';
import { Decoder, definitions, type Insn, PLAIN_ENV } from '../../src/a64/spec/index.js';
import { CELL, STATE, STATE_SIZE } from '../../src/engine/state.js';
import { type EvaluatorEnv, EvaluatorFault, evaluate } from '../../src/eval/evaluator.js';
import { fpOperation } from '../../src/fp/ops.js';
import { bench, RAM, RAM_SIZE } from './bare.js';

const CASES = 12;
const TRIES = 400;
/** Data in the middle of RAM, far from the code. */
const DATA = RAM + 0x8_0000;
const DATA_SIZE = 0x1_0000;

/** xorshift32 */
function random(seed: number): () => number {
  let x = seed | 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

const decoder = new Decoder(undefined, PLAIN_ENV);
function encodings(insn: Insn, next: () => number): number[] {
  const words: number[] = [];
  for (let i = 0; i < TRIES && words.length < CASES; i++) {
    const word = (insn.pattern.bits & insn.pattern.mask) | (next() & ~insn.pattern.mask) | 0;
    if (decoder.decode(word)?.insn === insn) words.push(word);
  }
  return words;
}

const machine = bench();
const view = machine.engine.view;
const state = new Uint8Array(view.buffer, 0, STATE_SIZE);
const ram = machine.engine.memory.view(RAM, RAM_SIZE)!;

/** The evaluator on a copy of state and RAM. */
function environment(): EvaluatorEnv & { readonly state: Uint8Array; readonly ram: Uint8Array } {
  const copy = new Uint8Array(CELL.FP_ARGS + 64);
  copy.set(state);
  const memory = ram.slice();
  return {
    view: new DataView(copy.buffer),
    state: copy.subarray(0, STATE_SIZE),
    ram: memory,
    fp: fpOperation,
    sysRead: () => 0x5555n,
    sysWrite: () => {},
    memory(address, access) {
      const offset = Number(address) - RAM;
      const bytes = access.size * access.count;
      if (address % BigInt(access.align) !== 0n || !(offset >= 0 && offset + bytes <= RAM_SIZE))
        throw new EvaluatorFault();
      return memory.subarray(offset, offset + bytes);
    },
  };
}

function prepare(next: () => number): void {
  const r64 = (): bigint => {
    const x = (BigInt(next()) << 32n) | BigInt(next());
    return [
      x,
      BigInt.asUintN(64, BigInt((next() % 5) - 2)),
      1n << BigInt(next() & 63),
      BigInt.asUintN(64, BigInt.asIntN(32, x)),
    ][next() & 3]!;
  };
  for (let n = 0; n < 32; n++) machine.setX(n, r64());
  for (let n = 0; n < 32; n++) machine.setV(n, r64(), r64());
  // Half of the registers are addresses, so that most memory accesses succeed.
  for (let n = 0; n < 32; n += 2) machine.setX(n, BigInt(DATA + (next() % DATA_SIZE)));
  for (let at = 0; at < DATA_SIZE; at += 4) view.setUint32(ram.byteOffset + DATA - RAM + at, next(), true);
  view.setInt32(STATE.NZCV, next() & 15, true);
  view.setInt32(STATE.BTYPE, 0, true);
  view.setBigUint64(STATE.FPCR, 0n, true);
  view.setBigUint64(STATE.FPSR, BigInt(next() & 0x10), true);
  view.setBigUint64(STATE.DAIF, 0x3c0n, true);
}

describe.each(definitions().map(i => [i.name, i] as const))('%s', (name, insn) => {
  it('does the same in interpreter and evaluator', () => {
    const seed = [...name].reduce((h, c) => Math.imul(h, 31) + c.charCodeAt(0), 7);
    const next = random(seed);
    const words = encodings(insn, next);
    expect(words.length).toBeGreaterThan(0);
    for (const word of words) {
      prepare(next);
      machine.host.log.length = 0;
      machine.code([word]);
      const env = environment();
      const outcome = evaluate(decoder.decode(word)!, BigInt(RAM), env);
      machine.run(1);
      const what = machine.engine.disassemble(word, BigInt(RAM));
      const happened = machine.host.log[0]?.split(' ')[0];
      // A jump to an address that cannot be fetched is done all the same.
      if (outcome.kind === 'next' && !fetchable(outcome.pc))
        expect([what, ['abort', 'external']]).toEqual([what, expect.arrayContaining([happened])]);
      else if (outcome.kind === 'next')
        expect([what, happened, machine.pc()]).toEqual([what, undefined, Number(BigInt.asIntN(53, outcome.pc))]);
      else if (outcome.kind === 'exception') expect([what, happened]).toEqual([what, 'exception']);
      else if (outcome.kind === 'event') expect([what, happened]).toEqual([what, outcome.event]);
      else expect([what, ['abort', 'alignment', 'external']]).toEqual([what, expect.arrayContaining([happened])]);
      // PC is not part of an instruction's state, and the sink holds what was written to XZR.
      for (const block of [state, env.state]) {
        block.fill(0, STATE.SINK, STATE.NZCV);
        // BTYPE is that of a branch whose target could not be fetched.
        block.fill(0, STATE.BTYPE, STATE.BTYPE + 4);
      }
      expect([what, ...registers(state)]).toEqual([what, ...registers(env.state)]);
      if (outcome.kind !== 'fault') expect([what, difference(ram, env.ram)]).toEqual([what, -1]);
    }
  });
});

const fetchable = (pc: bigint): boolean => pc % 4n === 0n && pc >= BigInt(RAM) && pc < BigInt(RAM + RAM_SIZE);
function registers(block: Uint8Array): bigint[] {
  return [...new BigUint64Array(block.slice(0, STATE.SYSREG).buffer)];
}
function difference(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b) === 0 ? -1 : a.findIndex((x, i) => x !== b[i]);
}
