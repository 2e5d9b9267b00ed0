import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ALIASES } from '../../src/a64/aliases.js';
import '../../src/a64/index.js';
import { Decoder, definitions, disassemble } from '../../src/a64/spec/index.js';

/** Word, address, text; made by `fuzz/disassembly.ts` from GNU binutils. */
const TABLE = JSON.parse(readFileSync(new URL('./disassembly.json', import.meta.url), 'utf8')) as [
  string,
  number,
  string,
][];

describe('the disassembler', () => {
  it('agrees with GNU binutils on every definition', () => {
    const decoder = new Decoder(undefined);
    const wrong = TABLE.filter(
      ([word, at, text]) => disassemble(decoder, Number.parseInt(word, 16), BigInt(at)) !== text,
    ).map(([word, at, text]) => `${word} ${text}: ${disassemble(decoder, Number.parseInt(word, 16), BigInt(at))}`);
    expect(wrong).toEqual([]);
    expect(TABLE.length).toBeGreaterThan(1000);
  });
});

describe('the table of aliases', () => {
  it('names definitions only', () => {
    const names = new Set(definitions().map(i => i.name));
    expect(Object.keys(ALIASES).filter(name => !names.has(name))).toEqual([]);
  });
});
