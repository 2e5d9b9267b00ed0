import { describe, expect, it } from 'vitest';
import { encodeChainedFixups } from '../src/fixups/chain-writer.js';
import { decodePointer, encodePointer } from '../src/fixups/pointer.js';
import { MachO, POINTER_FORMATS, Pointers, type PointerValue, pointerFormat } from '../src/index.js';
import { fixture, fixturesUnder } from './support.js';

const lines = (path: string) => Buffer.from(fixture(path)).toString('latin1').trim().split('\n');

describe.skipIf(fixturesUnder('macho-kc').length === 0)('collections whose fixups XNU computed', () => {
  for (const arch of ['arm64', 'arm64e']) {
    it(`sample.${arch}.kc: walk`, () => {
      const pointers = new Pointers(new MachO(fixture(`macho-kc/samples/sample.${arch}.kc`)));
      const ours = [...pointers]
        .sort((a, b) => (a.location < b.location ? -1 : 1))
        .map(({ location, target, word, auth }) =>
          [
            `${location.toString(16)} -> ${target!.toString(16)} raw=${word.toString(16)}`,
            ...(auth === undefined ? [] : [auth.key]),
          ].join(' '),
        );
      expect(ours).toEqual(
        lines(`macho-kc/samples/fixups.${arch}.txt`).map(line => line.replace(/( (?:IA|IB|DA|DB)).*$/, '$1')),
      );
    });

    it(`sample.${arch}.kc: read and write at addresses`, () => {
      const bytes = fixture(`macho-kc/samples/sample.${arch}.kc`).slice();
      const pointers = new Pointers(new MachO(bytes));
      const all = [...pointers];
      for (const fixup of all) {
        expect(pointers.read(fixup.location)).toBe(fixup.target);
        expect(pointers.at(fixup.location)?.word).toBe(fixup.word);
        pointers.write(fixup.location, fixup.target! + 0x10n);
      }
      expect(pointers.at(all[0]!.location + 4n)).toBeUndefined();
      expect([...new Pointers(new MachO(bytes))].map(f => [f.location, f.target, f.auth])).toEqual(
        all.map(f => [f.location, f.target! + 0x10n, f.auth]),
      );
      const slid = new Pointers(new MachO(fixture(`macho-kc/samples/sample.${arch}.kc`))).apply(0x200000n);
      expect(new DataView(slid.buffer).getBigUint64(all[0]!.offset, true)).toBe(all[0]!.target! + 0x200000n);
    });
  }
});

describe('pointer formats', () => {
  const signed = { key: 'DB', diversity: 0xabcd, addressDiversity: true } as const;
  for (const format of POINTER_FORMATS) {
    const values: PointerValue[] = [{ kind: 'rebase', target: 0x1234n, next: 1 }];
    if (format.rebase.high8) values.push({ kind: 'rebase', target: 0x3ffffffffn, high8: 0x80, next: 3 });
    if (format.rebase.cacheLevel) values.push({ kind: 'rebase', target: 0x3fffffffn, cacheLevel: 3, next: 0xfff });
    if (format.authRebase)
      values.push({
        kind: 'rebase',
        target: 0xfffffffn,
        auth: format.authRebase.keyIsData ? { ...signed, key: 'DA' } : signed,
      });
    if (format.bind) values.push({ kind: 'bind', ordinal: 5, addend: 3, next: 2 });
    if (format.bind?.addend?.width === 19) values.push({ kind: 'bind', ordinal: 65535, addend: -4 });
    if (format.authBind) values.push({ kind: 'bind', ordinal: 7, auth: signed });
    it.each(values.map((value, i) => ({ i, value })))(`${format.name}: variant $i`, ({ value }) => {
      const word = encodePointer(format, value);
      const back = decodePointer(format, Number(word & 0xffffffffn), Number(word >> 32n));
      expect(back).toMatchObject({ next: 0, addend: 0, cacheLevel: 0, high8: 0, ...value });
      expect(encodePointer(format, back)).toBe(word);
    });
  }

  it('refuses what does not fit', () => {
    expect(() => encodePointer(pointerFormat(8)!, { kind: 'rebase', target: 0x40000000n })).toThrow(/30 bits/);
    expect(() => encodePointer(pointerFormat(8)!, { kind: 'bind', ordinal: 1 })).toThrow(/no bind/);
    expect(() => encodePointer(pointerFormat(6)!, { kind: 'rebase', target: 0n, auth: signed })).toThrow(
      /no authenticated/,
    );
  });

  // dyld's PointerFormat words as fixup-chains.h declares them, written by hand.
  it.each([
    [
      8,
      0x8010002a00018000n,
      { kind: 'rebase', target: 0x18000n, auth: { key: 'IA', diversity: 0x2a, addressDiversity: false }, next: 2 },
    ],
    [
      7,
      0xc009000100000002n,
      { kind: 'bind', ordinal: 2, auth: { key: 'IA', diversity: 1, addressDiversity: true }, next: 1 },
    ],
    [6, 0x8010000001000003n, { kind: 'bind', ordinal: 3, addend: 1, next: 2 }],
    [2, 0x0018008000001000n, { kind: 'rebase', target: 0x1000n, high8: 8, next: 3 }],
  ] as const)('format %i word %s', (id, word, expected) => {
    expect(decodePointer(pointerFormat(id)!, Number(word & 0xffffffffn), Number(word >> 32n))).toMatchObject(expected);
  });
});

describe('chain writer', () => {
  it('chains slots that a walk finds again', () => {
    const source = fixture('macho-kc/samples/sample.arm64e.kc').slice();
    const macho = new MachO(source);
    const pointers = new Pointers(macho);
    const before = [...pointers];
    const segments = macho.segments.map(segment => {
      const bytes = macho.segmentBytes(segment);
      const slots = before
        .filter(f => f.offset >= segment.fileoff && f.offset < segment.fileoff + segment.filesize)
        .map(f => ({ at: f.offset - segment.fileoff, value: { ...f.stored, next: 0 } }));
      return { bytes, offset: segment.vmaddr - macho.baseAddress, slots };
    });
    const blob = encodeChainedFixups({ format: pointerFormat(8)!, pageSize: 0x4000, segments });
    const command = macho.command('LC_DYLD_CHAINED_FIXUPS')!;
    expect(blob.length).toBeLessThanOrEqual(command.fields.datasize + 32);
    source.fill(0, command.fields.dataoff, command.fields.dataoff + command.fields.datasize);
    source.set(blob.subarray(0, command.fields.datasize), command.fields.dataoff);
    const after = [...new Pointers(new MachO(source))];
    expect(after.map(f => [f.location, f.target, f.auth])).toEqual(before.map(f => [f.location, f.target, f.auth]));
  });

  it('refuses slots that overlap or lie out of reach', () => {
    const slot = (at: number) => ({ at, value: { kind: 'rebase' as const, target: 1n } });
    const one = (id: number, slots: number[]) => () =>
      encodeChainedFixups({
        format: pointerFormat(id)!,
        pageSize: 0x4000,
        segments: [{ bytes: new Uint8Array(0x4000), offset: 0n, slots: slots.map(slot) }],
      });
    expect(one(8, [0, 4])).toThrow(/overlap/);
    expect(one(7, [0, 0x3000])).toThrow(/cannot be reached/);
    expect(one(8, [2, 12])).toThrow(/cannot be reached/);
    expect(one(8, [0x3ffc])).toThrow(/passes the segment/);
  });
});
