import { describe, expect, it } from 'vitest';
import { instructionSet } from '../../src/a64/index.js';
import { type Decoded, type DecodeEnv, Decoder, Disp } from '../../src/a64/spec/index.js';
import { STATE } from '../../src/engine/state.js';
import { singleModule } from '../../src/interp/module.js';
import { encodeRecord, RECORD_SIZE } from '../../src/interp/record.js';

const WORDS = 1500;
/** Handlers that the table has room for. */
const MOST = 16384;

/** Some system registers are storage, some are not. */
const env: DecodeEnv = {
  sysreg: key => (key & 1 ? { minEl: key & 1 } : { minEl: 1, address: STATE.SYSREG + (key & 0xff) * 8 }),
  sysregName: () => undefined,
};

/** One instruction of every shape that random encodings of the definitions have. */
function shapes(): Map<string, Decoded> {
  const decoder = new Decoder(undefined, env, instructionSet());
  const found = new Map<string, Decoded>();
  let x = 2463534242;
  for (const { pattern } of instructionSet()) {
    for (let i = 0; i < WORDS; i++) {
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      const d = decoder.decode((pattern.bits & pattern.mask) | (x & ~pattern.mask));
      if (d !== undefined) found.set(`${d.insn.name}|${d.shapeKey}`, d);
    }
  }
  return found;
}

describe('handlers', () => {
  const all = [...shapes()];
  it('are fewer than the table has room for', () => {
    expect(all.length).toBeGreaterThan(2000);
    expect(all.length).toBeLessThan(MOST / 2);
  });
  it('are valid WebAssembly, and their operands fit a record', () => {
    const view = new DataView(new ArrayBuffer(2 * RECORD_SIZE));
    for (const [name, decoded] of all) {
      const isBranch = Object.values(decoded.operands).some(o => o instanceof Disp);
      for (const far of isBranch ? [false, true] : [false]) {
        const { bytes, layouts } = singleModule({ decoded, far }, false);
        expect([name, WebAssembly.validate(bytes)]).toEqual([name, true]);
        encodeRecord(view, 0, 1, layouts[0]!, decoded.operands);
        expect([name, view.getBigUint64(RECORD_SIZE, true)]).toEqual([name, 0n]);
      }
    }
  });
});
