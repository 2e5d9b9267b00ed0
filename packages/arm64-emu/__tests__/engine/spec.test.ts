import { describe, expect, it } from 'vitest';
import '../../src/a64/index.js';
import {
  type Ctx,
  Decoder,
  definitions,
  disassemble,
  type F64,
  type G,
  type I32,
  type I64,
  type Int,
  imm,
  insn,
  PLAIN_ENV,
  R,
  X,
} from '../../src/a64/spec/index.js';
import { parsePattern } from '../../src/a64/spec/pattern.js';
import { RecordLayout } from '../../src/interp/record.js';

describe('patterns', () => {
  it('give mask, bits and fields', () => {
    const p = parsePattern('sf op 011010100 Rm:5 cond:4 0 o2 Rn:5 Rd:5');
    expect((p.mask >>> 0).toString(16)).toBe('3fe00800');
    expect((p.bits >>> 0).toString(16)).toBe('1a800000');
    expect(p.fields.map(f => `${f.name}@${f.lsb}`).join(' ')).toBe('sf@31 op@30 Rm@16 cond@12 o2@10 Rn@5 Rd@0');
  });
  it('must have 32 bits', () => {
    expect(() => parsePattern('sf 010 Rd:5')).toThrow('has 9 bits');
  });
  it('do not encode the same word twice without one being more specific', () => {
    const decoder = new Decoder(undefined, PLAIN_ENV);
    for (const i of definitions()) {
      const word = i.pattern.bits;
      const other = decoder.decode(word)?.insn;
      if (other === undefined || other === i) continue;
      // Another definition took the word: it must fix more bits, or this one must exclude the word.
      const specific = (i.pattern.mask & ~other.pattern.mask) === 0;
      expect([i.name, other.name, specific || i.where !== undefined]).toEqual([i.name, other.name, true]);
    }
  });
});

describe('decoder', () => {
  it('knows only the instructions of the features that it is given', () => {
    const ldadd = 0xf8210062;
    expect(new Decoder(new Set()).decode(ldadd)).toBeUndefined();
    expect(new Decoder(new Set(['LSE'])).decode(ldadd)?.insn.name).toContain('LDADD');
  });
  it('refuses names that exist', () => {
    const again = { name: definitions()[0]!.name, pattern: '00000000000000000000000000000000', shape: {} } as const;
    expect(() => insn({ ...again, operands: () => ({}), asm: '', exec: () => {} })).toThrow('defined twice');
  });
});

describe('disassembler', () => {
  it.each([
    [0xd503201f, 'nop'],
    [0xd65f03c0, 'ret'],
    [0x14000001, 'b 0x1004'],
    [0x54ffffe0, 'b.eq 0xffc'],
    [0xf9400061, 'ldr x1, [x3]'],
    [0xa8c10861, 'ldp x1, x2, [x3], #16'],
    [0xffffffff, '.inst 0xffffffff'],
  ])('%s', (word, text) => {
    expect(disassemble(new Decoder(undefined), word, 0x1000n)).toBe(text);
  });
});

describe('records', () => {
  it('hold registers from the front and immediates from the back, and refuse what does not fit', () => {
    const layout = new RecordLayout();
    expect([layout.offset('n', 'source'), layout.offset('imm', 'imm32'), layout.offset('d', 'target')]).toEqual([
      2, 12, 4,
    ]);
    expect(layout.offset('imm', 'imm32')).toBe(12);
    expect(() => layout.offset('wide', 'imm64')).toThrow('no room in the record for wide');
    expect(new RecordLayout().offset('wide', 'imm64')).toBe(8);
  });
});

// What must not compile. Never called: the compiler is the test.
export function mistakes(c: Ctx<I64>, a32: I32, a64: I64, f: F64, g: G): void {
  // @ts-expect-error widths differ
  a64.add(a32);
  // @ts-expect-error a double is not an integer
  c.setX(g, f);
  // @ts-expect-error an address is 64 bits
  c.load(a32, 8);
  // @ts-expect-error no such access size
  c.load(a64, 3);
  // @ts-expect-error a register is not a value
  c.set(g, g);
  // @ts-expect-error no such operation
  c.fp.op('power', 3, 1, []);
}
export function generic<W extends Int<W>>(c: Ctx<W>, a64: I64, g: G): void {
  // @ts-expect-error the instruction's width is not known to be 64
  c.set(g, a64);
  c.set(g, c.get(g).add(c.at(a64)));
}
export function fields(): void {
  insn({
    name: 'x',
    pattern: 'sf op 0000000000000000000000000 Rd:5',
    shape: { sf: 2 },
    asm: '',
    // @ts-expect-error misspelt field
    operands: f => ({ d: X(f.Rdd), e: R(f.Rd), k: imm(1) }),
    exec: (_c, o, s) => {
      // @ts-expect-error an immediate is a value of the generated code, not a number
      if (o.k > 3) return;
      // @ts-expect-error op is not in the shape
      s.op;
    },
  });
}
