import { describe, expect, it } from 'vitest';
import { BASE_NUMBERS, HOOK_NUMBER } from '../../src/engine/state.js';
import { parseProfile } from '../../src/interp/profile.js';
import { RECORD_SIZE } from '../../src/interp/record.js';
import { Sequences } from '../../src/interp/sequences.js';
import { type Bench, bench, EXECUTIONS, RAM } from './bare.js';

const ADD_X1_1 = 0x91000421; // add x1, x1, #1
const ADD_X5_1 = 0x910004a5; // add x5, x5, #1
const LDR_X0_X4 = 0xf9400080; // ldr x0, [x4]
const STR_W2_X3 = 0xb9000062; // str w2, [x3]
const CMP_X1_X6 = 0xeb06003f; // cmp x1, x6
const B_NE_BACK_2 = 0x54ffffc1; // b.ne .-8
const SVC_0 = 0xd4000001;
const DATA = RAM + 0x8000;

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
const HANDLERS = [ADD_X1_1, LDR_X0_X4, STR_W2_X3, CMP_X1_X6, B_NE_BACK_2, SVC_0];
const SEQUENCES = [
  [ADD_X1_1, ADD_X1_1, ADD_X1_1],
  [ADD_X1_1, LDR_X0_X4],
  [STR_W2_X3, ADD_X1_1],
  [CMP_X1_X6, B_NE_BACK_2],
  [ADD_X1_1, CMP_X1_X6, B_NE_BACK_2],
];
const listed = HANDLERS.map(hex).join(' ');
const joined = SEQUENCES.map(s => s.map(hex).join('-')).join(' ');
const fused = parseProfile(listed, HANDLERS.length, joined);
const single = parseProfile(listed, HANDLERS.length);

const state = (b: Bench): unknown => [b.pc(), b.x(0), b.x(1), b.x(5), b.host.log.splice(0)];

describe.each(EXECUTIONS)('sequences, $mode', execution => {
  const make = (profile = fused): Bench => {
    const b = bench({ ...execution, profile });
    b.setX(4, BigInt(DATA));
    return b;
  };
  it('stop at any instruction that the count says', () => {
    const words = [ADD_X1_1, ADD_X5_1, ADD_X1_1, ADD_X1_1, ADD_X1_1, LDR_X0_X4, CMP_X1_X6, 0x54ffff41]; // b.ne .-24
    for (const far of [0, 6000]) {
      for (let n = 1; n <= 10; n++) {
        const [mine, theirs] = [make(), make(single)].map(b => {
          b.code(words);
          b.setX(6, 1_000_000n);
          if (far > 0) b.run(far);
          b.run(n);
          return state(b);
        });
        expect([far, n, mine]).toEqual([far, n, theirs]);
      }
    }
  });
  it('are entered in their middle', () => {
    const b = make();
    b.code([ADD_X1_1, ADD_X1_1, ADD_X1_1, SVC_0]);
    b.run(10);
    b.engine.view.setBigUint64(0x110, BigInt(RAM + 4), true);
    b.run(10);
    expect(b.x(1)).toBe(5n);
    expect(b.host.log).toHaveLength(2);
  });
  it('execute what their first instruction stores over the second', () => {
    const b = make();
    b.code([STR_W2_X3, ADD_X1_1, SVC_0]);
    b.setX(3, BigInt(DATA));
    b.run(5000);
    expect(b.x(1)).toBe(1n);
    b.setX(2, BigInt(SVC_0));
    b.setX(3, BigInt(RAM + 4));
    b.engine.view.setBigUint64(0x110, BigInt(RAM), true);
    b.run(5000);
    expect(b.x(1)).toBe(1n);
    expect(b.host.log.at(-1)).toBe(`exception 15 0 at ${(RAM + 4).toString(16)}`);
  });
  it.each([1, 2])('end when their instruction %i changes', at => {
    const b = make();
    b.code([ADD_X1_1, ADD_X1_1, ADD_X1_1, SVC_0]);
    b.run(5000);
    b.engine.memory.write(RAM + at * 4, new Uint8Array(Uint32Array.of(ADD_X5_1).buffer));
    b.engine.view.setBigUint64(0x110, BigInt(RAM), true);
    b.run(5000);
    expect([b.x(1), b.x(5)]).toEqual([5n, 1n]);
  });
  it('fault in their second instruction as it does alone, and go on behind the first', () => {
    const b = make();
    b.code([ADD_X1_1, LDR_X0_X4, SVC_0]);
    b.run(5000);
    b.engine.tlb(0).flushAll();
    b.host.missing.add(DATA >>> 12);
    b.engine.view.setBigUint64(0x110, BigInt(RAM), true);
    b.run(5000);
    expect(b.host.log.at(-1)).toBe(`abort read ${DATA.toString(16)} at ${(RAM + 4).toString(16)}`);
    expect(b.x(1)).toBe(2n);
    b.host.missing.clear();
    b.run(5000);
    expect(b.x(1)).toBe(2n);
    expect(b.host.log.at(-1)).toBe(`exception 15 0 at ${(RAM + 8).toString(16)}`);
  });
});

describe('records of sequences', () => {
  const START = BASE_NUMBERS + 0x20000;
  const A = 5;
  const B = 6;
  const [AB, ABA, AA] = [20, 21, 22];
  const make = (...numbers: number[]) => {
    const view = new DataView(new ArrayBuffer(START + 0x1000));
    for (let i = 0; i < HOOK_NUMBER; i++) view.setUint16(BASE_NUMBERS + i * 2, i, true);
    const sequences = new Sequences(view.buffer);
    sequences.add([A, B], AB);
    sequences.add([A, B, A], ABA);
    sequences.add([A, A], AA);
    const ip = (i: number): number => START + 0x100 + i * RECORD_SIZE;
    numbers.forEach((number, i) => {
      view.setUint16(ip(i), number, true);
      sequences.written(ip(i));
    });
    return { sequences, ip, now: () => numbers.map((_, i) => view.getUint16(ip(i), true)) };
  };
  it('have the number of the longest that begins there', () => {
    expect(make(A, B, A, A, B).now()).toEqual([ABA, B, AA, AB, B]);
    expect(make(B, A, 0, A, A).now()).toEqual([B, A, 0, AA, A]);
  });
  it('do not reach over records of others', () => {
    expect(make(A, HOOK_NUMBER, A, B).now()).toEqual([A, HOOK_NUMBER, AB, B]);
  });
  it('have their own again when a record of theirs changes', () => {
    const { sequences, ip, now } = make(A, B, A, A, B);
    sequences.ended(ip(2));
    expect(now()).toEqual([A, B, AA, AB, B]);
    sequences.ended(ip(4));
    expect(now()).toEqual([A, B, AA, A, B]);
    expect(sequences.base(ip(2))).toBe(A);
  });
});
