import { fixturePath } from '@internal/binary/testing';
import { describe, expect, it } from 'vitest';
import {
  AddressIndex,
  exportForDisassembler,
  exportSymbolList,
  importSymbolList,
  kernelClasses,
  MachO,
  openCollection,
  Pointers,
  readSymbols,
  readVtable,
  routineTables,
} from '../src/index.js';
import { FileSource, loadDemangler } from '../src/node.js';
import { compileKernel, haveClang } from './clang-kernel.js';
import { fixture } from './support.js';

describe.each(['arm64', 'arm64e'])('sample.%s.kc', arch => {
  const collection = openCollection(fixture(`macho-kc/samples/sample.${arch}.kc`));
  const index = new AddressIndex(collection);

  it('names addresses', async () => {
    const demangle = await loadDemangler();
    const symbol = index.named('__ZN8OSObjectD2Ev')[0]!;
    expect(index.describe(symbol.value)).toBe('com.apple.kernel:__ZN8OSObjectD2Ev');
    expect(index.describe(symbol.value + 4n, demangle)).toMatch(/^com\.apple\.kernel:OSObject::~OSObject\(\)(\+0x4)?$/);
    expect(index.describe(1n)).toBe('0x1');
    expect(demangle('__ZTV8OSObject')).toBe('vtable for OSObject');
    expect(demangle('_kprintf')).toBe('_kprintf');
  });

  it('gives classes, superclasses and instance sizes', () => {
    const classes = new Map(kernelClasses(collection, index).map(c => [c.name, c]));
    expect(classes.get('AFoo')).toMatchObject({ image: 'org.example.afoo', superclass: 'OSObject' });
    expect(classes.get('BBar')).toMatchObject({ image: 'org.example.bbar', superclass: 'OSObject' });
    expect(classes.get('OSObject')!.image).toBe('com.apple.kernel');
    expect(classes.get('AFoo')!.size).toBeGreaterThan(0);
    const metaclass = index.named('__ZN4AFoo10gMetaClassE')[0]!.value;
    expect(classes.get('AFoo')!.metaclass).toBe(metaclass);
  });

  it('reads vtables', () => {
    const vtable = index.named('__ZTV4AFoo')[0]!.value;
    const names = readVtable(collection, index, vtable).map(e => e.name);
    expect(names.slice(0, 2)).toEqual(['__ZN4AFooD1Ev', '__ZN4AFooD0Ev']);
    expect(names).toContain('__ZNK4AFoo12getMetaClassEv');
    // A slot that the child does not override points into the kernel.
    expect(names).toContain('__ZN8OSObject18_RESERVEDOSObject1Ev');
  });

  it('is exported with pointers and symbols in place', () => {
    const { bytes, pointers, unresolved, symbols } = exportForDisassembler(collection);
    expect([pointers, unresolved]).toEqual([collection.pointers.table.length, 0]);
    const macho = new MachO(bytes);
    expect(macho.command('LC_DYLD_CHAINED_FIXUPS')).toBeUndefined();
    const view = new DataView(bytes.buffer);
    for (const fixup of collection.pointers) expect(view.getBigUint64(fixup.offset, true)).toBe(fixup.target);
    const table = [...readSymbols(macho)];
    expect(table.length).toBe(symbols);
    expect(table.map(s => [s.name, s.value])).toEqual([...index].map(s => [s.name, s.value]));
    expect(macho.filesetEntries).toEqual(collection.macho.filesetEntries);
    expect([...new Pointers(macho)].length).toBe(0);
    expect(exportForDisassembler(collection, { ghidra: true }).bytes.length).toBe(bytes.length);
    const slid = exportForDisassembler(collection, { slide: 0x8000n, symbols: false });
    const first = [...collection.pointers][0]!;
    expect(new DataView(slid.bytes.buffer).getBigUint64(first.offset, true)).toBe(first.target! + 0x8000n);
  });

  it('symbol lists go out and come in', () => {
    const text = exportSymbolList(index);
    const back = importSymbolList(text, 'x');
    expect(back.map(s => [s.name, s.value])).toEqual([...index].map(s => [s.name, s.value]));
    expect(importSymbolList('fffffe0007004000 T _start\n\n# no\n', 'x')).toMatchObject([
      { name: '_start', value: 0xfffffe0007004000n },
    ]);
    const bare = new AddressIndex(
      collection,
      importSymbolList('0xfffffe0007018180 _imported_name', 'org.example.bbar'),
    );
    expect(bare.at(0xfffffe0007018180n).map(s => s.name)).toContain('_imported_name');
  });
});

describe.skipIf(!haveClang)('tables of a kernel', () => {
  // The shapes of bsd/sys/sysent.h, osfmk/kern/syscall_sw.h and mach/mig.h.
  const SOURCE = `
typedef unsigned u32; typedef unsigned short u16; typedef unsigned char u8;
void nosys(void) {} void exit_(void) { for (;;) ; } void fork_(void) { nosys(); }
struct sysent { void (*call)(void); void (*munge)(void); int ret; u16 narg, bytes; };
struct sysent sysent[4] = { { nosys, nosys, 0, 0, 0 }, { exit_, nosys, 0, 1, 4 }, { fork_, nosys, 0, 0, 0 }, { nosys, nosys, 0, 3, 12 } };
struct trap { u8 count, words; void (*call)(void); void (*munge)(void); };
struct trap mach_trap_table[3] = { { 0, 0, nosys, 0 }, { 4, 5, fork_, nosys }, { 1, 1, exit_, 0 } };
struct routine { void (*impl)(void); void (*stub)(void); u32 argc, descr; void *arg; u32 max; };
struct { void (*server)(void); u32 start, end, max; void *reserved; struct routine r[3]; } test_subsystem = { nosys, 3000, 3003, 64, 0, { { 0, exit_, 2, 0, 0, 32 }, { 0, 0, 0, 0, 0, 0 }, { 0, fork_, 1, 0, 0, 16 } } };
void start(void) { sysent[1].call(); mach_trap_table[1].call(); test_subsystem.r[0].stub(); }
`;
  it('are found by symbol and named', () => {
    const collection = openCollection(compileKernel(SOURCE));
    const tables = routineTables(collection, new AddressIndex(collection));
    const shown = Object.fromEntries(
      tables.map(t => [t.kind, t.entries.map(e => [e.number, e.name, e.argumentCount])]),
    );
    expect(shown.syscalls).toEqual([
      [0, '_nosys', 0],
      [1, '_exit_', 1],
      [2, '_fork_', 0],
      [3, '_nosys', 3],
    ]);
    expect(shown['mach-traps']).toEqual([
      [0, '_nosys', 0],
      [1, '_fork_', 4],
      [2, '_exit_', 1],
    ]);
    expect(shown.mig).toEqual([
      [3000, '_exit_', undefined],
      [3002, '_fork_', undefined],
    ]);
  });
});

describe('files read piece by piece', () => {
  it('give what the whole file gives', () => {
    const path = 'macho-kc/samples/sample.arm64e.kc';
    using source = new FileSource(fixturePath(path));
    const collection = openCollection(source);
    const whole = openCollection(fixture(path));
    expect(collection.kexts).toEqual(whole.kexts);
    expect([...collection.pointers].map(f => f.target)).toEqual([...whole.pointers].map(f => f.target));
    expect(Buffer.from(source.slice(0, source.byteLength)).equals(fixture(path))).toBe(true);
  });
});
