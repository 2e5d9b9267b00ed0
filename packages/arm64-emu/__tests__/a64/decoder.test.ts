import { describe, expect, it } from 'vitest';
import { Random } from '../../fuzz/random.js';
import '../../src/a64/index.js';
import { Decoder, definitions, Imm } from '../../src/a64/spec/index.js';
import { featureSet } from '../../src/cpu/features.js';

const decoder = new Decoder(undefined);

describe('the table of instructions', () => {
  it('has an encoding for every definition, whose shape and operands are in range', () => {
    const random = new Random(7);
    const missing: string[] = [];
    for (const insn of definitions()) {
      let found = false;
      for (let i = 0; i < 3000 && !found; i++) {
        const word = ((random.next() & ~insn.pattern.mask) | insn.pattern.bits) >>> 0;
        found = decoder.decode(word)?.insn === insn;
      }
      if (!found) missing.push(insn.name);
    }
    expect(missing).toEqual([]);
  });

  it('decodes any word or calls it UNDEFINED', () => {
    const random = new Random(8);
    let defined = 0;
    for (let i = 0; i < 50_000; i++) {
      const d = decoder.decode(random.next());
      if (!d) continue;
      defined++;
      for (const [name, count] of Object.entries(d.insn.shape)) expect(d.shape[name]).toBeLessThan(count);
      for (const o of Object.values(d.operands))
        if (o instanceof Imm && !o.wide) expect(o.k).toBe(BigInt.asIntN(32, o.k));
    }
    expect(defined).toBeGreaterThan(12_000);
  });

  it.each([
    ['a reserved shift of ADD', 0x0bc00000],
    ['an extension by more than 4', 0x0b201400],
    ['MOVZ of a W register with a high half', 0x52c00000],
    ['UBFM with N different from sf', 0x53400000],
    ['a logical immediate of all ones', 0x9240fc00],
    ['LDP with opc 3', 0xe9400000],
    ['an odd register of CASP', 0x08207c00 | (1 << 16)],
    ['FADD of the reserved type', 0x1ea02800],
    ['ADD of one doubleword as a vector', 0x0ee08400],
    ['SQDMULH of bytes', 0x0e20b400],
    ['LD4 of one doubleword each', 0x0c400c00],
  ])('calls %s UNDEFINED', (_, word) => {
    expect(decoder.decode(word)).toBeUndefined();
  });

  it.each([
    ['LSE', 0xb8200000],
    ['FP16', 0x1ee02800],
    ['DotProd', 0x0e809400],
    ['SHA512', 0xce608000],
    ['FlagM', 0xd500401f],
    ['CRC32', 0x1ac04000],
    ['RDM', 0x2e408400],
  ] as const)('knows an instruction of FEAT_%s only with it', (feature, word) => {
    expect(new Decoder(featureSet([feature])).decode(word)).toBeDefined();
    expect(new Decoder(featureSet([])).decode(word)).toBeUndefined();
  });
});
