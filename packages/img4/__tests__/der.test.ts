import { describe, expect, it } from 'vitest';
import { fromHex } from '../src/bytes.js';
import { DerElement, der, fourccToNumber } from '../src/der/index.js';
import { isImg4Error } from '../src/error.js';

const hex = (text: string) => fromHex(text)!;
const read = (text: string, mode: 'strict' | 'lenient' = 'strict') => DerElement.at(hex(text), 0, { mode });
const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (isImg4Error(error)) return error.code;
    throw error;
  }
  return 'none';
};

describe('integers', () => {
  const table: [bigint, string][] = [
    [0n, '020100'],
    [127n, '02017f'],
    [128n, '02020080'],
    [256n, '02020100'],
    [-1n, '0201ff'],
    [-128n, '020180'],
    [-129n, '0202ff7f'],
    [0xdeadbabedeadbaben, '020900deadbabedeadbabe'],
  ];
  for (const [value, bytes] of table)
    it(`${value}`, () => {
      expect(der.integer(value)).toEqual(hex(bytes));
      expect(read(bytes).integer('')).toBe(value);
    });
});

describe('private tags', () => {
  it('are a four-character code in base 128', () => {
    expect(der.fourccTag('MANP')).toEqual(hex('ff84ea859c5000'));
    expect(read('ff84ea859c5000').tag).toBe(fourccToNumber('MANP'));
    expect(read('ff84ea859c5000').name).toBe('[PRIVATE MANP]');
  });
});

describe('object identifiers', () => {
  it('are read in dotted form', () =>
    expect(read('060a2a864886f7636406010f').oid('')).toBe('1.2.840.113635.100.6.1.15'));
  it('that are cut off are refused', () => expect(codeOf(() => read('06022a86').oid(''))).toBe('bad-value'));
});

describe('what DER forbids', () => {
  const table: [string, string, (e: DerElement) => unknown, string][] = [
    ['long length for a short one', '04810101', e => e.octets(''), 'not-der'],
    ['length with leading zeros', `0482008101${'00'.repeat(0x80)}`, e => e.octets(''), 'not-der'],
    ['indefinite length', '30800201010000', e => e.children(''), 'not-der'],
    ['non-minimal integer', '02020001', e => e.integer(''), 'not-der'],
    ['non-minimal negative integer', '0202ff80', e => e.integer(''), 'not-der'],
    ['boolean that is neither 00 nor ff', '010101', e => e.boolean(''), 'not-der'],
    ['high tag form for a low tag', '1f0400', e => e.tag, 'not-der'],
    ['tag with leading zeros', 'ff80ea859c5000', e => e.tag, 'not-der'],
    ['constructed octet string', '24030401aa', e => e.octets(''), 'not-der'],
    ['constructed bit string', '23020400', e => e.tag, 'not-der'],
    ['primitive sequence', '1000', e => e.tag, 'not-der'],
    ['set out of order', '310eff84ea859c5000ff84ea859c4200', e => e.set(''), 'not-der'],
  ];
  for (const [name, bytes, use, code] of table)
    it(`${name}: refused strictly, taken leniently`, () => {
      expect(codeOf(() => use(read(bytes)))).toBe(code);
      expect(codeOf(() => use(read(bytes, 'lenient')))).toBe('none');
    });
});

describe('what BER forbids too', () => {
  const table: [string, string, string][] = [
    ['nothing', '', 'truncated'],
    ['a tag without length', '30', 'truncated'],
    ['a tag that does not end', 'ff84ea', 'truncated'],
    ['a tag over 32 bits', 'ff9fffffff7f00', 'out-of-range'],
    ['content past the end', '0405aabb', 'truncated'],
    ['a length over 32 bits', '04850100000000', 'out-of-range'],
    ['an indefinite primitive', '0480aa0000', 'bad-value'],
    ['an indefinite length without end', '3080020101', 'truncated'],
    ['indefinite lengths nested deep', '3080'.repeat(64), 'out-of-range'],
  ];
  for (const [name, bytes, code] of table) it(name, () => expect(codeOf(() => read(bytes, 'lenient'))).toBe(code));

  it('limits how many elements are read', () => {
    const element = DerElement.at(der.sequence(...new Array(50).fill(der.nullElement())), 0, { maxElements: 40 });
    expect(codeOf(() => element.children(''))).toBe('out-of-range');
  });
  it('names path and offset', () => {
    const element = DerElement.at(hex('30060201010404aabb'), 0);
    try {
      element.children('IM4P.data');
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'truncated', offset: 5, path: 'IM4P.data' });
    }
  });
});
