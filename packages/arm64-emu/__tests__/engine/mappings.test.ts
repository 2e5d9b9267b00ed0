import { describe, expect, it } from 'vitest';
import { STATE } from '../../src/engine/state.js';
import { bench, EXECUTIONS, RAM } from './bare.js';

const SVC_0 = 0xd4000001;
const RET = 0xd65f03c0;
const BLR_X5 = 0xd63f00a0;
const ADD_X1_1 = 0x91000421; // add x1, x1, #1
const ADD_X1_16 = 0x91004021; // add x1, x1, #16
const STR_W2_X3 = 0xb9000062; // str w2, [x3]
const SUBS_X4 = 0xf1000484; // subs x4, x4, #1
const B_NE_BACK_8 = 0x54ffffc1; // b.ne .-8
const ALIAS = 0x7000_0000;
const FUNCTION = RAM + 0x3000;

/** `x4` calls of the function at `x5`. */
const LOOP = [BLR_X5, SUBS_X4, B_NE_BACK_8, SVC_0];

function machineOf(execution: (typeof EXECUTIONS)[number]) {
  const b = bench(execution);
  b.host.mapped.set(ALIAS >>> 12, FUNCTION >>> 12);
  const call = (at: number, times = 3000n): bigint => {
    b.code(LOOP);
    b.setX(1, 0n);
    b.setX(4, times);
    b.setX(5, BigInt(at));
    b.host.log.length = 0;
    b.run(100_000);
    return b.x(1);
  };
  const write = (words: number[]): void => {
    b.engine.memory.write(FUNCTION, new Uint8Array(Uint32Array.from(words).buffer));
  };
  write([ADD_X1_1, RET]);
  return { ...b, call, write };
}

describe.each(EXECUTIONS)('mappings, $mode', execution => {
  const machine = () => machineOf(execution);
  it('see a store through another address of the same page', () => {
    const { call, code, run, setX } = machine();
    expect(call(FUNCTION)).toBe(3000n);
    code([STR_W2_X3, SVC_0], RAM + 0x1000);
    setX(2, BigInt(ADD_X1_16));
    setX(3, BigInt(ALIAS));
    run(10);
    expect(call(FUNCTION)).toBe(48_000n);
    expect(call(ALIAS)).toBe(48_000n);
  });
  it('let one page of code run at two addresses', () => {
    const { call, write } = machine();
    write([0x10000001, RET]); // adr x1, .
    expect([call(FUNCTION), call(ALIAS), call(FUNCTION)]).toEqual([BigInt(FUNCTION), BigInt(ALIAS), BigInt(FUNCTION)]);
  });
  it('may change: the old code does not run again', () => {
    const { engine, host, call } = machine();
    expect(call(ALIAS)).toBe(3000n);
    engine.memory.write(RAM + 0x5000, new Uint8Array(Uint32Array.of(ADD_X1_16, RET).buffer));
    host.mapped.set(ALIAS >>> 12, (RAM + 0x5000) >>> 12);
    engine.tlb(0).flushPage(ALIAS, 0);
    expect(call(ALIAS)).toBe(48_000n);
    expect(call(FUNCTION)).toBe(3000n);
  });
  it.each([false, true])('take an access in two pages to two places (pages known: %s)', known => {
    const { engine, host, code, run, setX, x } = machine();
    const [first, second] = [RAM + 0x5000, RAM + 0x8000];
    host.mapped.set(ALIAS >>> 12, first >>> 12);
    host.mapped.set((ALIAS + 0x1000) >>> 12, second >>> 12);
    // strb and ldrb of x5 and x7
    const touch = known ? [0x390000a6, 0x390000e6, 0x394000a8, 0x394000e8] : [];
    code([...touch, 0xf9000062, 0xf9400061, SVC_0], RAM + 0x1000); // str x2, [x3]; ldr x1, [x3]
    setX(2, 0x8877_6655_4433_2211n);
    setX(3, BigInt(ALIAS + 0xffb));
    setX(5, BigInt(ALIAS));
    setX(7, BigInt(ALIAS + 0x1800));
    const before = host.translations;
    run(20);
    expect(x(1)).toBe(0x8877_6655_4433_2211n);
    expect([...engine.memory.view(first + 0xff9, 7)!]).toEqual([0, 0, 0x11, 0x22, 0x33, 0x44, 0x55]);
    expect([...engine.memory.view(second, 4)!]).toEqual([0x66, 0x77, 0x88, 0]);
    // One for the fetch; known pages were translated once for each kind of access, the others for each access.
    expect(host.translations - before).toBe(5);
  });
  it('may go away: the fetch aborts at its address, with the call done', () => {
    const { engine, host, call, x } = machine();
    call(ALIAS);
    host.missing.add(ALIAS >>> 12);
    engine.tlb(0).flushPage(ALIAS, 0);
    call(ALIAS);
    expect(host.log).toEqual([`abort fetch ${ALIAS.toString(16)} at ${ALIAS.toString(16)}`]);
    expect(x(30)).toBe(BigInt(RAM) + 4n);
  });
  it('may become read-only for data while code runs from them', () => {
    const { engine, host, code, run, setX, call } = machine();
    host.readOnly.add(FUNCTION >>> 12);
    engine.tlb(0).flushPage(FUNCTION, 0);
    expect(call(FUNCTION)).toBe(3000n);
    code([STR_W2_X3, SVC_0], RAM + 0x1000);
    setX(3, BigInt(FUNCTION));
    host.log.length = 0;
    run(10);
    expect(host.log).toEqual([`abort write ${FUNCTION.toString(16)} at ${(RAM + 0x1000).toString(16)}`]);
  });
  it('carry an instruction stream over a page end into whatever page follows', () => {
    const { engine, host, run, x } = machine();
    // the last word of the alias; behind it comes a page that is mapped far away
    engine.memory.write(FUNCTION + 0xffc, new Uint8Array(Uint32Array.of(ADD_X1_1).buffer));
    engine.memory.write(RAM + 0x9000, new Uint8Array(Uint32Array.of(ADD_X1_16, SVC_0).buffer));
    host.mapped.set((ALIAS >>> 12) + 1, (RAM + 0x9000) >>> 12);
    engine.view.setBigUint64(STATE.PC, BigInt(ALIAS + 0xffc), true);
    run(10);
    expect(x(1)).toBe(17n);
    expect(host.log).toEqual([`exception 15 0 at ${(ALIAS + 0x1004).toString(16)}`]);
  });
});
