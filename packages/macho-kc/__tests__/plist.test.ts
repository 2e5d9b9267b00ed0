import { describe, expect, it } from 'vitest';
import { formatPlist, isMachOError, type PlistValue, parsePlist } from '../src/index.js';

const parse = (text: string) => parsePlist(new TextEncoder().encode(text));

describe('XML property lists', () => {
  it('reads the IOKit dialect with references', () => {
    const value = parse(
      '<dict ID="0"><key>a</key><string ID="1">x &amp; y</string><key>b</key><string IDREF="1"/>' +
        '<key>n</key><integer size="64" ID="2">0xfffffff007004000</integer><key>m</key><integer size="64" IDREF="2"/>' +
        '<key>l</key><array ID="3"><true/><false/><data ID="4">AQID</data></array><key>k</key><array IDREF="3"/></dict>\0\0',
    ) as ReadonlyMap<string, PlistValue>;
    expect(value.get('a')).toBe('x & y');
    expect(value.get('b')).toBe('x & y');
    expect(value.get('m')).toBe(0xfffffff007004000n);
    expect(value.get('k')).toEqual([true, false, new Uint8Array([1, 2, 3])]);
    expect(value.get('k')).toBe(value.get('l'));
  });

  it('writes and reads CoreFoundation text', () => {
    const value = new Map<string, PlistValue>([
      ['text', 'a < b & "c" > d'],
      ['number', 0x7fffffffffffffffn],
      ['negative', -5n],
      ['real', 1.5],
      ['yes', true],
      ['data', Uint8Array.from({ length: 300 }, (_, i) => i)],
      ['date', new Date('2020-11-12T01:02:03Z')],
      ['list', [new Map(), [], 'x']],
    ]);
    const text = formatPlist(value);
    expect(text).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>\n<!DOCTYPE plist PUBLIC/);
    expect(parse(text)).toEqual(value);
  });

  it('reads comments, CDATA, character references and sets', () => {
    expect(
      parse('<?xml?><!-- c --><plist><set><string><![CDATA[a<&b]]></string><string>&#x41;&#66;</string></set></plist>'),
    ).toEqual(['a<&b', 'AB']);
  });

  it.each([
    ['<dict><key>a</key></dict>', /key "a" has no value/],
    ['<dict><string>a</string></dict>', /<key> is expected/],
    ['<string IDREF="9"/>', /IDREF 9 names nothing/],
    ['<array><integer>x</integer></array>', /is no integer/],
    ['<data>A</data>', /bad base-64/],
    ['<array>', /ends early/],
    ['<string>a', /no <\/string>/],
    ['<string>&what;</string>', /unknown entity/],
    ['<what/>', /unexpected <what>/],
  ])('%s is refused', (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  it('refuses bottomless nesting, in bounded time', () => {
    try {
      parse('<array>'.repeat(100_000));
      expect.unreachable();
    } catch (error) {
      expect(isMachOError(error, 'limit')).toBe(true);
    }
  });

  it('does not expand shared references', () => {
    let text = '<array ID="0"><string>x</string></array>';
    for (let i = 1; i < 60; i++) text += `<array ID="${i}"><array IDREF="${i - 1}"/><array IDREF="${i - 1}"/></array>`;
    expect((parse(`<array>${text}</array>`) as unknown[]).length).toBe(60);
  });

  it('reads binary property lists', () => {
    // Made by Python's plistlib.
    const bytes = Buffer.from(
      '62706c6973743030d3010203040c0e51615261325162a705060708090a0b100109517842010213fffffffffffffff92340040000000000006100e9d10d07516b130000010000000000080f1114161e202123262f383b3e400000000000000101000000000000000f00000000000000000000000000000049',
      'hex',
    );
    expect(parsePlist(bytes)).toEqual(
      new Map<string, PlistValue>([
        ['a', [1n, true, 'x', new Uint8Array([1, 2]), -7n, 2.5, '\u00e9']],
        ['a2', new Map([['k', 'x']])],
        ['b', 1n << 40n],
      ]),
    );
    for (let cut = 40; cut < bytes.length; cut++) expect(() => parsePlist(bytes.subarray(0, cut))).toThrow();
  });
});
