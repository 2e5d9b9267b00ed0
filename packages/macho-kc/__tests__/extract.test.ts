import { describe, expect, it } from 'vitest';
import {
  AddressIndex,
  extractImage,
  functionStarts,
  KERNEL_ID,
  MachO,
  openCollection,
  Pointers,
  parsePlist,
  readSymbols,
} from '../src/index.js';
import { fixture, haveTool, run } from './support.js';

const IDS = [KERNEL_ID, 'org.example.afoo', 'org.example.bbar'];

describe.each(['arm64', 'arm64e'])('extraction from sample.%s.kc', arch => {
  const collection = openCollection(fixture(`macho-kc/samples/sample.${arch}.kc`));
  const index = new AddressIndex(collection);
  const extracted = IDS.map(id => extractImage(collection, id, { indexes: [index] }));

  it.each(extracted)('$id keeps every pointer', ({ id, executable, lost }) => {
    expect(lost).toEqual([]);
    const old = collection.image(id)!;
    const own = new MachO(executable!);
    const delta = own.segment('__TEXT_EXEC')!.sections[0]!.address - old.segment('__TEXT_EXEC')!.sections[0]!.address;
    const pointers = new Pointers(own);
    const inside = (a: bigint) => old.segmentAt(a) !== undefined && old.segmentAt(a)!.name !== '__LINKEDIT';
    const before = [...collection.pointers].filter(f => inside(f.location));
    expect(before.length).toBeGreaterThan(5);
    expect(pointers.table.length).toBe(before.length);
    for (const fixup of before) {
      const now = pointers.at(fixup.location + delta)!;
      expect(now.auth).toEqual(fixup.auth);
      if (inside(fixup.target!)) expect(now.target).toBe(fixup.target! + delta);
      else {
        // What the collection resolved is again an import, of the name that stands there.
        expect(now.import).toBeDefined();
        expect(index.named(now.import!.name).map(s => s.value)).toContain(fixup.target);
      }
    }
  });

  it.each(extracted)('$id keeps symbols, sections and code', ({ id, executable }) => {
    const old = collection.image(id)!;
    const own = new MachO(executable!);
    expect(own.fileType).toBe(id === KERNEL_ID ? 'MH_EXECUTE' : 'MH_KEXT_BUNDLE');
    expect(own.issues).toEqual([]);
    expect(own.sections.map(s => `${s.segmentName},${s.name}`)).toEqual(
      old.sections.map(s => `${s.segmentName},${s.name}`),
    );
    const delta = own.sections[0]!.address - old.sections[0]!.address;
    old.sections.forEach((section, i) => {
      expect(own.sections[i]!.address).toBe(section.address + delta);
      if (section.segmentName === '__TEXT_EXEC')
        expect(own.sectionBytes(own.sections[i]!)).toEqual(old.sectionBytes(section));
    });
    const names = (macho: MachO) =>
      [...readSymbols(macho)]
        .filter(s => s.section > 0)
        .map(s => s.name)
        .sort();
    expect(names(own)).toEqual(names(old));
    expect(functionStarts(own).map(a => a - delta)).toEqual(functionStarts(old));
    expect(own.command('LC_SEGMENT_SPLIT_INFO')).toBeUndefined();
  });

  it.skipIf(!haveTool('llvm-objdump-19'))('opens in llvm tools without a warning', () => {
    for (const { executable } of extracted) {
      for (const args of [
        [
          'llvm-objdump-19',
          '--macho',
          '--private-headers',
          '--chained-fixups',
          '--function-starts',
          '--data-in-code',
          '--indirect-symbols',
          '-',
        ],
        ['llvm-nm-19', '-a', '-'],
        ['llvm-readobj-19', '--file-headers', '--sections', '--symbols', '--macho-segment', '-'],
      ]) {
        const text = run(args[0]!, args.slice(1), executable);
        expect(text.length).toBeGreaterThan(500);
      }
    }
  });

  it('gives the Info.plist and names dependencies', () => {
    const { infoPlist, dependencies } = extracted[1]!;
    const info = parsePlist(infoPlist!) as ReadonlyMap<string, unknown>;
    expect(info.get('CFBundleIdentifier')).toBe('org.example.afoo');
    expect([...info.keys()].some(key => key.startsWith('_Prelink'))).toBe(false);
    expect(dependencies).toEqual([{ id: KERNEL_ID, version: '99.0' }]);
  });
});

describe('extraction', () => {
  it('refuses an unknown kext', () => {
    expect(() => extractImage(openCollection(fixture('macho-kc/samples/sample.arm64.kc')), 'no.such')).toThrow(
      /no kext no\.such/,
    );
  });

  it('makes stubs for direct calls into another image', () => {
    const bytes = fixture('macho-kc/samples/sample.arm64e.kc').slice();
    const collection = openCollection(bytes);
    const image = collection.image('org.example.bbar')!;
    const helper = new AddressIndex(collection).named('_helper').find(s => s.image !== 'org.example.bbar')!;
    // Call _helper directly, as a collection without stubs does.
    const start = [...readSymbols(image)].find(s => s.name === '_my_start')!.value;
    const view = new DataView(bytes.buffer);
    view.setUint32(image.fileOffset(start)!, 0x94000000 | (Number((helper.value - start) >> 2n) & 0x3ffffff), true);
    const { executable, lost } = extractImage(openCollection(bytes), 'org.example.bbar');
    expect(lost).toEqual([]);
    const own = new MachO(executable!);
    const stubs = own.section('__KC_STUBS', '__auth_stubs')!;
    const got = own.section('__KC_GOT', '__auth_got')!;
    const call = [...readSymbols(own)].find(s => s.name === '_my_start')!.value;
    const word = new DataView(executable!.buffer).getUint32(own.fileOffset(call)!, true);
    expect(call + (BigInt.asIntN(26, BigInt(word & 0x3ffffff)) << 2n)).toBe(stubs.address);
    const pointer = new Pointers(own).at(got.address)!;
    expect(pointer.import!.name).toBe('_helper');
    expect(pointer.auth).toEqual({ key: 'IA', diversity: 0, addressDiversity: true });
  });
});
