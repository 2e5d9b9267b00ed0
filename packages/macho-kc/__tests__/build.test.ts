import { readdirSync } from 'node:fs';
import { fixturePath } from '@internal/binary/testing';
import { describe, expect, it } from 'vitest';
import { Mutator } from '../fuzz/exercise.js';
import { runCases } from '../scripts/run-cases.js';
import {
  AddressIndex,
  buildCollection,
  CodeImage,
  compareVersions,
  elided,
  excludeKexts,
  extractImage,
  isCompatible,
  KERNEL_ID,
  type KernelCollection,
  type KextInput,
  loadPlan,
  MachO,
  needsAcpi,
  newestKexts,
  openCollection,
  type PlistValue,
  Pointers,
  parsePlist,
  readSymbols,
  readVtable,
  rebuildCollection,
  SPLIT_SEG_KINDS,
  selectKexts,
  splitSegReferences,
} from '../src/index.js';
import { discoverKexts } from '../src/node.js';
import type { PlistDict } from '../src/plist/value.js';
import { compileKernel, compileKext, haveClang, haveLd64 } from './clang-kernel.js';
import { fixture, fixturesUnder, haveTool, run } from './support.js';

const CASES = 'macho-kc/kc-cases';
const have = fixturesUnder('macho-kc').length > 0;

/** Boot collection of a case, with all of its kexts. */
function bootOf(name: string, arch: string) {
  const kernel = fixture(`${CASES}/${name}/main.kernel`);
  const kexts = discoverKexts(fixturePath(`${CASES}/${name}/extensions`), arch).kexts;
  const result = buildCollection({ kind: 'boot', kernel, kexts });
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return { kernel, kexts, bytes: result.bytes, binds: result.binds };
}

describe.skipIf(!have)('cases of Apple-compiled kernels and kexts', () => {
  const results = have ? runCases(fixturePath(CASES)) : [];
  it.each(results)('$name: every fact holds', ({ failures, hold }) => {
    expect(failures).toEqual([]);
    expect(hold).toBeGreaterThan(0);
  });
  it.skipIf(!haveTool('llvm-objdump-19'))('every collection is read by llvm without an error', () => {
    // Only one is past 16 MiB, of zeros.
    const outputs = results.flatMap(r => r.outputs).filter(bytes => bytes.length < 1 << 24);
    expect(outputs.length).toBeGreaterThan(70);
    for (const bytes of outputs) {
      const macho = new MachO(bytes);
      expect(macho.issues).toEqual([]);
      const text = run('llvm-objdump-19', ['--macho', '--private-headers', '-'], bytes);
      expect(text.match(/^Load command/gm)!.length).toBe(macho.commands.length);
      run('llvm-nm-19', ['-a', '-'], bytes);
    }
  });
  it('are all there', () => {
    expect(results.length).toBe(
      readdirSync(fixturePath(CASES), { withFileTypes: true }).filter(e => e.isDirectory()).length,
    );
    expect(results.reduce((sum, r) => sum + r.hold, 0)).toBeGreaterThan(1000);
  });
});

const BOOTS: [string, string][] = [
  ['stubs-arm64e', 'arm64e'],
  ['kext-bind-to-kext', 'arm64'],
  ['kext-bind-to-kext-arm64-chains', 'arm64'],
  ['kernel-vtable-patching-arm64e', 'arm64e'],
  ['kernel-vtable-patching', 'x86_64'],
  ['fixups-x86_64', 'x86_64'],
  ['text-fixups-x86_64', 'x86_64'],
  ['function-starts-arm64e', 'arm64e'],
];

describe.skipIf(!have)('collections that were built', () => {
  it.each(BOOTS)('%s: same input, same bytes; read again by the package and by llvm', (name, arch) => {
    const { bytes } = bootOf(name, arch);
    expect(Buffer.from(bootOf(name, arch).bytes).equals(bytes)).toBe(true);
    const macho = new MachO(bytes);
    expect(macho.issues).toEqual([]);
    expect(Buffer.from(macho.encode()).equals(bytes)).toBe(true);
    if (!haveTool('llvm-objdump-19')) return;
    for (const args of [
      ['llvm-objdump-19', '--macho', '--private-headers', '-'],
      ['llvm-nm-19', '-a', '-'],
      ['llvm-readobj-19', '--file-headers', '--macho-segment', '-'],
    ])
      expect(run(args[0]!, args.slice(1), bytes).length).toBeGreaterThan(200);
  });

  it.each(BOOTS)('%s: built again from the kexts that were extracted, every pointer means the same', (name, arch) => {
    const { kernel, bytes } = bootOf(name, arch);
    const collection = openCollection(bytes);
    const indexes = [new AddressIndex(collection)];
    const kexts = collection.kexts.map((kext): KextInput => {
      const { executable, infoPlist, lost } = extractImage(collection, kext.id, { indexes });
      expect(lost).toEqual([]);
      return {
        info: parsePlist(infoPlist!) as PlistDict,
        executable,
        bundlePath: kext.bundlePath!,
        executablePath: kext.executablePath,
      };
    });
    const again = buildCollection({ kind: 'boot', kernel, kexts, allowRigid: true });
    if (!again.ok) throw new Error(JSON.stringify(again.errors));
    const rebuilt = openCollection(again.bytes);
    expect(rebuilt.imageIds).toEqual(collection.imageIds);
    expect(meaning(rebuilt)).toEqual(meaning(collection));
  });

  it('is built again from an extracted kernel, too', () => {
    const collection = openCollection(fixture('macho-kc/samples/sample.arm64e.kc'));
    const kernel = extractImage(collection, 'com.apple.kernel').executable!;
    const kexts = collection.kexts.map((kext): KextInput => {
      const { executable, infoPlist } = extractImage(collection, kext.id);
      return {
        info: parsePlist(infoPlist!) as PlistDict,
        executable,
        bundlePath: kext.bundlePath!,
        executablePath: kext.executablePath,
      };
    });
    const again = buildCollection({ kind: 'boot', kernel, kexts, allowRigid: true });
    if (!again.ok) throw new Error(JSON.stringify(again.errors));
    expect(meaning(openCollection(again.bytes))).toEqual(meaning(collection));
  });
});

/** Every pointer as image, segment-relative place, and what it points at, with signature. */
function meaning(collection: KernelCollection): string[] {
  // Only what the kexts brought: stubs that extraction adds have pointers of their own.
  const sections = collection.imageIds.flatMap(id =>
    collection
      .image(id)!
      .sections.filter(s => s.segmentName !== '__LINKINFO')
      .map(section => ({ id, section })),
  );
  const name = (address: bigint): string => {
    const holder = ({ section: s }: (typeof sections)[0]) => address >= s.address && address < s.address + s.size;
    const found = sections.find(holder) ?? sections.find(({ section: s }) => address === s.address + s.size);
    return found === undefined
      ? 'header'
      : `${found.id} ${found.section.segmentName},${found.section.name}+${(address - found.section.address).toString(16)}`;
  };
  return Array.from(
    new Pointers(collection.macho),
    f => `${name(f.location)} -> ${name(f.target!)} ${JSON.stringify(f.auth)}`,
  )
    .filter(line => !line.includes('__KC_'))
    .sort();
}

describe.skipIf(!have)('errors of inputs', () => {
  const inputs = () => {
    const kernel = fixture(`${CASES}/kext-bind-to-kext/main.kernel`);
    return { kernel, kexts: discoverKexts(fixturePath(`${CASES}/kext-bind-to-kext/extensions`), 'arm64').kexts };
  };

  it('are collected with bundle ids', () => {
    const { kernel, kexts } = inputs();
    const truncated = kexts.map(kext => ({ ...kext, executable: kext.executable!.slice(0, 0x4100) }));
    const result = buildCollection({ kind: 'boot', kernel, kexts: truncated });
    expect(result.ok).toBe(false);
    expect(result.ok ? [] : result.errors.map(e => e.id)).toEqual(['com.apple.bar', 'com.apple.foo']);
  });

  it('wrong architecture, missing library, garbage', () => {
    const { kernel, kexts } = inputs();
    const other = discoverKexts(fixturePath(`${CASES}/kext-vtable-patching/extensions`), 'x86_64').kexts[0]!;
    const errors = (list: readonly KextInput[]) => {
      const result = buildCollection({ kind: 'boot', kernel, kexts: list });
      return result.ok ? [] : result.errors.map(e => `${e.id}: ${e.message}`);
    };
    expect(errors([other])[0]).toMatch(/architecture x86_64 is not arm64/);
    expect(errors(kexts.filter(k => !k.bundlePath.includes('foo')))[0]).toMatch(
      /com\.apple\.bar: Failed to bind '_foo' as could not find a kext with 'com\.apple\.foo' bundle-id/,
    );
    expect(errors([{ ...kexts[0]!, executable: new Uint8Array(64) }])[0]).toMatch(/no Mach-O magic/);
    expect(errors([])).toEqual([]);
  });

  it('selection follows dependencies and leaves out what is excluded', () => {
    const { kexts } = inputs();
    const ids = (list: readonly KextInput[]) => list.map(k => k.info.get('CFBundleIdentifier'));
    expect(ids(selectKexts(kexts, ['com.apple.bar'], { architecture: 'arm64' }))).toEqual([
      'com.apple.bar',
      'com.apple.foo',
    ]);
    expect(
      ids(selectKexts(kexts, ['com.apple.bar'], { architecture: 'arm64', exclude: new Set(['com.apple.foo']) })),
    ).toEqual(['com.apple.bar']);
  });
});

describe('discovery and exclusion', () => {
  const kext = (id: string, version: string, libraries: string[], required?: string): KextInput => ({
    info: new Map<string, PlistValue>([
      ['CFBundleIdentifier', id],
      ['CFBundleVersion', version],
      ['OSBundleCompatibleVersion', '1.0'],
      ['OSBundleLibraries', new Map(libraries.map(l => [l, '1.0']))],
      ...(required === undefined ? [] : ([['OSBundleRequired', required]] as const)),
    ]),
    bundlePath: `/${id}-${version}.kext`,
  });

  it('leaves out what needs ACPI and then what depends on it, with reasons', () => {
    const all = [
      kext('a', '1', ['com.apple.iokit.IOACPIFamily'], 'Root'),
      kext('b', '1', ['a']),
      kext('c', '1', ['b'], 'Console'),
      kext('d', '1', ['com.apple.iokit.IOACPIFamily'], 'Safe Boot'),
      kext('e', '1', []),
    ];
    const { kexts, excluded } = excludeKexts(all, [needsAcpi('arm64e')], 'arm64e');
    expect(kexts.map(k => k.bundlePath)).toEqual(['/d-1.kext', '/e-1.kext']);
    expect(excluded).toEqual([
      { id: 'a', reason: 'depends on com.apple.iokit.IOACPIFamily' },
      { id: 'b', reason: 'depends on a, which is left out' },
      { id: 'c', reason: 'depends on b, which is left out' },
    ]);
    expect(excludeKexts(all, [elided(new Set(['e']))], 'arm64e').excluded).toEqual([
      { id: 'e', reason: 'excluded by name' },
    ]);
  });

  it('orders versions and takes the newest of a bundle id', () => {
    const sorted = ['1.0d1', '1.0a2', '1.0b1', '1.0b10', '1.0', '1.0.1', '1.2', '1.10', '10'];
    expect([...sorted].reverse().sort(compareVersions)).toEqual(sorted);
    const { kexts, displaced } = newestKexts([kext('a', '1.9', []), kext('a', '1.10', []), kext('b', '2', [])]);
    expect(kexts.map(k => k.bundlePath)).toEqual(['/a-1.10.kext', '/b-2.kext']);
    expect(displaced.map(k => k.bundlePath)).toEqual(['/a-1.9.kext']);
    expect(isCompatible(kext('a', '2.0', []), '1.5')).toBe(true);
    expect(isCompatible(kext('a', '2.0', []), '2.1')).toBe(false);
    expect(isCompatible(kext('a', '2.0', []), '0.9')).toBe(false);
  });
});

describe.skipIf(!have)('changes of a collection', () => {
  it('adds and removes kexts', () => {
    const { kernel, kexts, bytes } = bootOf('stubs-arm64e', 'arm64e');
    const [bar, foo] = ['com.apple.bar', 'com.apple.foo'];
    const without = rebuildCollection(openCollection(bytes), { kernel, remove: [bar] });
    if (!without.ok) throw new Error(JSON.stringify(without.errors));
    expect(openCollection(without.bytes).imageIds).toEqual([KERNEL_ID, foo]);
    const added = kexts.filter(k => k.info.get('CFBundleIdentifier') === bar);
    const whole = rebuildCollection(openCollection(without.bytes), { kernel, add: added });
    if (!whole.ok) throw new Error(JSON.stringify(whole.errors));
    expect(meaning(openCollection(whole.bytes))).toEqual(meaning(openCollection(bytes)));
    const broken = rebuildCollection(openCollection(bytes), { kernel, remove: [foo] });
    expect(broken.ok ? [] : broken.errors.map(e => e.id)).toEqual([bar]);
    expect(() => rebuildCollection(openCollection(bytes), { remove: ['no.such'] })).toThrow(/no kext no\.such/);
  });
});

describe.skipIf(!haveClang)('a kernel of our own', () => {
  // Code and data that refer to each other across segments, by every kind of relocation that clang makes of C.
  const SOURCE = `
const char text[] = "constant"; int counter = 3; char bytes[64]; long long wide[8]; short half = 2;
int *pointer = &counter; const char *const table[2] = { text, text + 4 };
__attribute__((noinline)) int add(int n) { counter += n; half++; return counter + bytes[n & 63] + (int)wide[n & 7]; }
__attribute__((noinline)) const char *pick(int n) { return table[n & 1]; }
void start(void) { for (;;) { add(*pointer); *(volatile char *)&bytes[1] = *pick(counter); } }
`;
  it('becomes a collection in which everything refers to what it did', () => {
    const kernel = compileKernel(SOURCE, [], { movable: true });
    const result = buildCollection({ kind: 'boot', kernel, kexts: [] });
    if (!result.ok) throw new Error(JSON.stringify(result.errors));
    const collection = openCollection(result.bytes);
    const place = (macho: MachO) => {
      const named = [...readSymbols(macho)].sort((a, b) => (a.value < b.value ? -1 : 1));
      return (address: bigint) => {
        const symbol = named.findLast(s => s.value <= address);
        return symbol === undefined ? '?' : `${symbol.name}+${address - symbol.value}`;
      };
    };
    const references = (macho: MachO) => {
      const name = place(macho);
      const image = new CodeImage(macho);
      const symbols = new Set([...image.symbols.values()]);
      const data = image
        .references(target => macho.segmentAt(target)?.name !== '__LINKEDIT')
        .map(r => `${name(r.address)} -> ${name(r.target)}`);
      const calls = [...symbols].flatMap(target =>
        image.calls(target).map(from => `${name(from)} calls ${name(target)}`),
      );
      return [...data, ...calls].sort();
    };
    const before = references(new MachO(kernel));
    expect(before.length).toBeGreaterThanOrEqual(12);
    expect(references(collection.image(KERNEL_ID)!)).toEqual(before);
    const image = collection.image(KERNEL_ID)!;
    const name = place(image);
    const pointers = Array.from(collection.pointers, f => `${name(f.location)} -> ${name(f.target!)}`).sort();
    expect(pointers).toEqual(['_pointer+0 -> _counter+0', '_table+0 -> _text+0', '_table+8 -> _text+4']);
    // The segments did move against each other.
    const distance = (macho: MachO) => macho.segment('__DATA_CONST')!.vmaddr - macho.segment('__TEXT_EXEC')!.vmaddr;
    expect(distance(image)).not.toBe(distance(new MachO(kernel)));
    expect(loadPlan(collection.macho).entry).toBe([...readSymbols(image)].find(s => s.name === '_start')!.value);
  });

  it('has the kinds of reference that code makes', () => {
    const movable = haveClang
      ? compileKernel('int v; void start(void) { v++; for (;;) ; }', [], { movable: true })
      : undefined;
    expect(
      splitSegReferences(new MachO(movable!))
        .map(r => r.kind)
        .sort(),
    ).toEqual(expect.arrayContaining([SPLIT_SEG_KINDS.ARM64_ADRP, SPLIT_SEG_KINDS.ARM64_OFF12]));
  });
});

describe.skipIf(!have)('damaged inputs', () => {
  it('give errors or a collection, never an exception', () => {
    const mutator = new Mutator(41);
    const inputs = BOOTS.map(([name, arch]) => ({
      kernel: fixture(`${CASES}/${name}/main.kernel`),
      kexts: discoverKexts(fixturePath(`${CASES}/${name}/extensions`), arch).kexts,
    }));
    let [built, refused] = [0, 0];
    for (let i = 0; i < 800; i++) {
      const { kernel, kexts } = inputs[i % inputs.length]!;
      const victim = mutator.next(kexts.length + 1);
      const result = buildCollection({
        kind: 'boot',
        allowRigid: true,
        kernel: victim === kexts.length ? mutator.mutate(kernel) : kernel,
        kexts: kexts.map((kext, k) =>
          k === victim ? { ...kext, executable: mutator.mutate(kext.executable!) } : kext,
        ),
      });
      if (result.ok) built++;
      else {
        refused++;
        expect(result.errors.length).toBeGreaterThan(0);
      }
    }
    expect(Math.min(built, refused)).toBeGreaterThan(100);
  });
});

describe.skipIf(!haveLd64)('kexts of our own', () => {
  const KERNEL =
    'int kernel_data = 7; __attribute__((noinline)) int kernel_function(int n) { return n + kernel_data; } void start(void) { for (;;) kernel_function(1); }';
  const BASE = `class Base { public: virtual int one(); virtual int two(); };`;
  const FIRST = `${BASE} extern "C" { int kernel_function(int); extern int kernel_data;
    int kext_start(void *, void *) { return kernel_function(kernel_data); } int kext_stop(void *, void *) { return 0; } int first_export(int n) { return kernel_function(n); } }
    int Base::one() { return 1; } int Base::two() { return kernel_data; }`;
  const SECOND = `${BASE} class Derived : public Base { public: int one() override; }; int Derived::one() { return two() + 1; }
    extern "C" { int first_export(int); Derived object; Base *pointer = &object;
    int kext_start(void *, void *) { return first_export(pointer->one()); } int kext_stop(void *, void *) { return 0; } }`;
  const input = (id: string, libraries: string[], executable: Uint8Array): KextInput => ({
    info: new Map<string, PlistValue>([
      ['CFBundleIdentifier', id],
      ['CFBundleVersion', '1.0'],
      ['OSBundleLibraries', new Map(libraries.map(l => [l, '1.0']))],
    ]),
    executable,
    bundlePath: `/Library/Extensions/${id}.kext`,
    executablePath: `Contents/MacOS/${id}`,
  });

  it('are linked to the kernel and to each other, classes across both', () => {
    const kernel = compileKernel(KERNEL, [], { movable: true, architecture: 'arm64' });
    const kexts = [
      input('org.example.first', [KERNEL_ID], compileKext('org.example.first', FIRST)),
      input('org.example.second', ['org.example.first', KERNEL_ID], compileKext('org.example.second', SECOND)),
    ];
    const result = buildCollection({ kind: 'boot', kernel, kexts, allowRigid: true });
    if (!result.ok) throw new Error(JSON.stringify(result.errors));
    const links = result.binds.map(b => `${b.image} ${b.symbol} ${b.from}`);
    expect(links).toContain('org.example.first _kernel_function com.apple.kernel');
    expect(links).toContain('org.example.second _first_export org.example.first');
    expect(links).toContain('org.example.second __ZN4Base3twoEv org.example.first');
    const collection = openCollection(result.bytes);
    const index = new AddressIndex(collection);
    // The derived class's vtable: its own method, then the base class's in the other kext.
    const vtable = index.named('__ZTV7Derived')[0]!.value;
    const entries = readVtable(collection, index, vtable);
    expect(entries.map(e => e.name)).toEqual(['__ZN7Derived3oneEv', '__ZN4Base3twoEv']);
    expect(collection.imageAt(entries[1]!.target!)).toBe('org.example.first');
    for (const kext of collection.kexts) {
      const info = collection.kmodInfo(kext)!;
      expect([info.name, info.address]).toEqual([kext.id, collection.image(kext.id)!.baseAddress]);
      expect(collection.readPointer(kext.kmodInfoAddress! + 180n)).toBe(
        index.named('_kext_start').find(s => s.image === kext.id)!.value,
      );
    }
    expect(loadPlan(collection.macho).entry).toBe(index.named('_start')[0]!.value);
  });
});
