import { describe, expect, it } from 'vitest';
import '../../src/a64/index.js';
import { type DecodeEnv, Decoder, ExceptionClass } from '../../src/a64/spec/index.js';
import { slotOf } from '../../src/cpu/sysreg-slots.js';
import { CELL, STATE, sysregAddress, vAddress, xAddress } from '../../src/engine/state.js';
import { evaluate } from '../../src/eval/evaluator.js';

const TPIDR_EL0 = 0xde82;
const VBAR_EL1 = 0xc600;
const RNDR = 0xd920;
const SPSEL = 0xc210;
const [AT_TPIDR, AT_VBAR] = [sysregAddress(slotOf('TPIDR_EL0')), sysregAddress(slotOf('VBAR_EL1'))];
const DATA = 0x1000n;

/** A CPU in exception level `el`, with X0 and X1 as given. */
function cpu(el: 0 | 1, x0 = 0n, x1 = 0n) {
  const env: DecodeEnv = {
    sysreg: key =>
      key === TPIDR_EL0
        ? { address: AT_TPIDR, minEl: 0 }
        : key === VBAR_EL1
          ? { address: AT_VBAR, minEl: 1 }
          : { minEl: 0 },
    sysregName: key => (key === VBAR_EL1 ? 'VBAR_EL1' : undefined),
  };
  const decoder = new Decoder(undefined, env);
  const view = new DataView(new ArrayBuffer(CELL.FP_ARGS + 64));
  const memory = new Uint8Array(4096).fill(0xff);
  const calls: string[] = [];
  view.setBigUint64(STATE.CURRENT_EL, BigInt(el) << 2n, true);
  view.setBigUint64(xAddress(0), x0, true);
  view.setBigUint64(xAddress(1), x1, true);
  const execute = (word: number) =>
    evaluate(decoder.decode(word)!, 0x4000n, {
      view,
      memory: (a, access) => memory.subarray(Number(a - DATA), Number(a - DATA) + access.size * access.count),
      sysRead: key => {
        calls.push(`read ${key.toString(16)}`);
        return 0x1234n;
      },
      sysWrite: (key, v) => {
        calls.push(`write ${key.toString(16)} ${v.toString(16)}`);
      },
      fp: () => {},
    });
  const get = (address: number): bigint => view.getBigUint64(address, true);
  return { view, memory, calls, execute, get, x0: () => get(xAddress(0)) };
}
const next = { kind: 'next', pc: 0x4004n };
const undefinedInstruction = { kind: 'exception', ec: ExceptionClass.unknown, iss: 0 };

describe('MRS and MSR', () => {
  it('reach a register with storage directly, at its exception level', () => {
    const c = cpu(1, 0xabcn);
    expect(c.execute(0xd518c000)).toEqual(next); // msr vbar_el1, x0
    expect(c.get(AT_VBAR)).toBe(0xabcn);
    expect(c.calls).toEqual([]);
    const user = cpu(0, 0xabcn);
    expect(user.execute(0xd518c000)).toEqual(undefinedInstruction);
    expect(user.get(AT_VBAR)).toBe(0n);
    expect(user.execute(0xd51bd040)).toEqual(next); // msr tpidr_el0, x0
    expect(user.get(AT_TPIDR)).toBe(0xabcn);
  });
  it('ask the CPU model for the others', () => {
    const c = cpu(1, 7n);
    c.execute(0xd5384240); // mrs x0, currentel
    expect(c.x0()).toBe(0x1234n);
    c.execute(0xd5181000); // msr sctlr_el1, x0
    expect(c.calls).toEqual(['read c212', 'write c080 1234']);
  });
  it('keep NZCV, FPCR and FPSR in their forms', () => {
    const c = cpu(0, 0xffff_ffff_ffff_ffffn);
    c.execute(0xd51b4200); // msr nzcv, x0
    c.execute(0xd51b4400); // msr fpcr, x0
    c.execute(0xd51b4420); // msr fpsr, x0
    c.execute(0xd53b4200); // mrs x0, nzcv
    expect(c.x0()).toBe(0xf0000000n);
    // No trap enables.
    expect(c.get(STATE.FPCR) & 0x9f00n).toBe(0n);
    expect(c.get(STATE.FPSR)).toBe(0xf800009fn);
  });
  it('RNDR clears the flags', () => {
    const c = cpu(0);
    c.view.setInt32(STATE.NZCV, 15, true);
    c.execute(0xd53b2400); // mrs x0, rndr
    expect(c.calls).toEqual([`read ${RNDR.toString(16)}`]);
    expect(c.view.getInt32(STATE.NZCV, true)).toBe(0);
  });
});

describe('PSTATE by immediate', () => {
  it('DAIFSet and DAIFClr change the bits named', () => {
    const c = cpu(1);
    c.execute(0xd50342df); // msr daifset, #2
    expect(c.get(STATE.DAIF)).toBe(0x80n);
    c.execute(0xd50347df); // msr daifset, #7
    c.execute(0xd50342ff); // msr daifclr, #2
    expect(c.get(STATE.DAIF)).toBe(0x140n);
  });
  it('is trapped at EL0', () => {
    const c = cpu(0);
    expect(c.execute(0xd50342df)).toMatchObject({ kind: 'exception', ec: ExceptionClass.sysreg });
    expect(c.execute(0xd50040bf)).toEqual(undefinedInstruction); // msr spsel, #0
  });
  it('goes through the register for SPSel', () => {
    const c = cpu(1);
    c.execute(0xd50041bf); // msr spsel, #1
    expect(c.calls).toEqual([`write ${SPSEL.toString(16)} 1`]);
  });
});

describe('DC ZVA', () => {
  it('clears the aligned block', () => {
    const c = cpu(1, DATA + 0x95n);
    expect(c.execute(0xd50b7420)).toEqual(next); // dc zva, x0
    expect([0x7f, 0x80, 0xbf, 0xc0].map(i => c.memory[i])).toEqual([0xff, 0, 0, 0xff]);
  });
  it('is trapped at EL0 unless SCTLR_EL1.DZE allows it', () => {
    const c = cpu(0, DATA);
    expect(c.execute(0xd50b7420)).toMatchObject({ kind: 'exception', ec: ExceptionClass.sysreg });
    expect(c.memory[0]).toBe(0xff);
    c.view.setBigUint64(STATE.SCTLR, 1n << 14n, true);
    expect(c.execute(0xd50b7420)).toEqual(next);
    expect(c.memory[0]).toBe(0);
  });
});

describe('exceptions and events', () => {
  it.each([
    ['svc #5', 0xd40000a1, ExceptionClass.svc, 5],
    ['brk #0xf000', 0xd43e0000, ExceptionClass.brk, 0xf000],
    ['hvc #1', 0xd4000022, ExceptionClass.hvc, 1],
    ['smc #1', 0xd4000023, ExceptionClass.smc, 1],
    ['udf #0', 0x00000000, ExceptionClass.unknown, 0],
    ['hlt #0', 0xd4400000, ExceptionClass.unknown, 0],
  ])('%s at EL1', (_, word, ec, iss) => {
    expect(cpu(1).execute(word)).toEqual({ kind: 'exception', ec, iss });
  });
  it.each([
    ['hvc', 0xd4000022],
    ['smc', 0xd4000023],
    ['eret', 0xd69f03e0],
  ])('%s is UNDEFINED at EL0', (_, word) => {
    expect(cpu(0).execute(word)).toEqual(undefinedInstruction);
  });
  it.each([
    ['wfi', 0xd503207f],
    ['wfe', 0xd503205f],
    ['sev', 0xd503209f],
    ['eret', 0xd69f03e0],
  ])('%s is the CPU model’s', (event, word) => {
    expect(cpu(1).execute(word)).toMatchObject({ kind: 'event', event });
  });
});

describe('conditional effects', () => {
  it('CAS leaves memory alone when the value differs', () => {
    const c = cpu(1, 1n, DATA);
    c.execute(0xc8a07c22); // cas x0, x2, [x1]
    expect(c.x0()).toBe(0xffff_ffff_ffff_ffffn);
    expect(c.memory[0]).toBe(0xff);
    c.execute(0xc8a07c22);
    expect(c.memory[0]).toBe(0);
  });
  it('ST1 of a lane writes that lane only', () => {
    const c = cpu(1, DATA);
    c.view.setUint32(vAddress(3) + 8, 0x11223344, true);
    c.execute(0x4d008003); // st1 {v3.s}[2], [x0]
    expect([...c.memory.subarray(0, 5)]).toEqual([0x44, 0x33, 0x22, 0x11, 0xff]);
  });
});
