import { describe, expect, it } from 'vitest';
import { float, Random } from '../../fuzz/random.js';
import { FP_OPS, type FpOp } from '../../src/a64/spec/index.js';
import { STATE } from '../../src/engine/state.js';
import { hostOperation } from '../../src/fp/host.js';
import { fpOperation } from '../../src/fp/ops.js';

const AT = 0x1880;
const OPS: readonly FpOp[] = [
  'add',
  'sub',
  'abd',
  'mul',
  'mulx',
  'nmul',
  'div',
  'sqrt',
  'muladd',
  'mulsub',
  'nmuladd',
  'nmulsub',
];
/** A mode that is not the default but changes nothing: the general routines are taken. */
const SLOW = 1 << 20;

describe.each([
  ['double', 3, 52, 11],
  ['single', 2, 23, 8],
] as const)('host arithmetic in %s precision', (_, format, frac, exp) => {
  it.each(OPS)('%s agrees with the general routine, flags included', op => {
    const random = new Random(format * 100 + OPS.indexOf(op));
    const view = new DataView(new ArrayBuffer(0x2000));
    const put = (i: number, v: bigint): void => {
      view.setBigUint64(AT + 16 * i, 0n, true);
      view.setBigUint64(AT + 16 * i + 8, 0n, true);
      if (format === 3) view.setBigUint64(AT + 16 * i, v, true);
      else view.setUint32(AT + 16 * i, Number(v), true);
    };
    const words = new Uint32Array(2);
    let taken = 0;
    for (let n = 0; n < 4000; n++) {
      const args = Array.from({ length: FP_OPS[op] }, () => {
        float(random, [frac, exp], words);
        return format === 3 ? (BigInt(words[1]!) << 32n) | BigInt(words[0]!) : BigInt(words[0]!);
      });
      // Operands that nearly cancel.
      if (args.length === 3 && random.chance(3)) args[0] = args[1]! ^ BigInt(random.below(4));
      args.forEach((v, i) => {
        put(i, v);
      });
      const flags = hostOperation(view, AT, op, format, 1);
      if (flags < 0) continue;
      taken++;
      const host = [view.getBigUint64(AT, true), view.getBigUint64(AT + 8, true), flags];
      args.forEach((v, i) => {
        put(i, v);
      });
      view.setUint32(STATE.FPCR, SLOW, true);
      view.setUint32(STATE.FPSR, 0, true);
      fpOperation(view, AT, op, format, 1, 0);
      const general = [view.getBigUint64(AT, true), view.getBigUint64(AT + 8, true), view.getUint32(STATE.FPSR, true)];
      expect({ args, result: host }).toEqual({ args, result: general });
    }
    expect(taken).toBeGreaterThan(800);
  });
});
