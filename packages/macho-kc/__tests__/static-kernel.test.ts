import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  buildKernelFromElf,
  buildStaticKernel,
  entryPoint,
  loadPlan,
  localRelocations,
  MachO,
  readSymbols,
  relocationBase,
  uuidOf,
} from '../src/index.js';
import { haveTool, run } from './support.js';

const BASE = 0xfffffe0007004000n;

describe('buildStaticKernel', () => {
  const options = {
    segments: [
      {
        name: '__TEXT_EXEC',
        address: BASE + 0x4000n,
        bytes: new Uint8Array(0x5000).fill(0x1f),
        protection: 'r-x',
        sections: [{ name: '__text', address: BASE + 0x4000n, size: 0x5000, align: 2, flags: 0x80000400 }],
      },
      {
        name: '__DATA',
        address: BASE + 0xc000n,
        bytes: new Uint8Array(16).fill(1),
        memorySize: 0x9000,
        protection: 'rw-',
        sections: [
          { name: '__data', address: BASE + 0xc000n, size: 16 },
          { name: '__bss', address: BASE + 0xc010n, size: 0x8000 },
        ],
      },
    ],
    entry: BASE + 0x4010n,
    symbols: [
      { name: '_start', address: BASE + 0x4010n, external: true },
      { name: '_counter', address: BASE + 0xc008n, external: false },
    ],
    pointers: [BASE + 0xc008n, BASE + 0xc000n],
  };

  it('lays segments, entry, symbols and relocations out', () => {
    const macho = new MachO(buildStaticKernel(options));
    expect(macho.fileType).toBe('MH_EXECUTE');
    expect(macho.segments.map(s => [s.name, s.vmaddr, s.vmsize, s.fileoff, s.filesize])).toEqual([
      ['__TEXT', BASE, 0x4000n, 0, 0x4000],
      ['__TEXT_EXEC', BASE + 0x4000n, 0x8000n, 0x4000, 0x8000],
      ['__DATA', BASE + 0xc000n, 0xc000n, 0xc000, 0x4000],
      ['__LINKEDIT', BASE + 0x18000n, 0x4000n, 0x10000, expect.any(Number)],
    ]);
    expect(entryPoint(macho)).toBe(BASE + 0x4010n);
    expect(macho.baseAddress).toBe(BASE);
    expect(readSymbols(macho).at(1)).toMatchObject({ name: '_start', value: BASE + 0x4010n, section: 1 });
    expect(readSymbols(macho).at(0)).toMatchObject({ name: '_counter', section: 2 });
    expect(localRelocations(macho).map(r => relocationBase(macho) + BigInt(r.address))).toEqual([
      BASE + 0xc000n,
      BASE + 0xc008n,
    ]);
    expect(macho.section('__DATA', '__bss')?.zeroFill).toBe(true);
    const plan = loadPlan(macho);
    expect(plan.kind).toBe('kernel');
    expect(plan.segments.find(s => s.name === '__TEXT_EXEC')!.bytes[0x4fff]).toBe(0x1f);
    expect(uuidOf(macho)).toBe(uuidOf(new MachO(buildStaticKernel(options))));
  });

  it.each([
    [
      'an unaligned address',
      { segments: [{ ...options.segments[0]!, address: BASE + 0x1000n }] },
      /no multiple of 16 KiB/,
    ],
    [
      'an overlap',
      { segments: [options.segments[0]!, { ...options.segments[1]!, address: BASE + 0x8000n }] },
      /overlaps/,
    ],
    ['an entry in data', { entry: BASE + 0xc000n }, /no executable segment/],
    ['no segment', { segments: [] }, /needs a segment/],
  ])('refuses %s', (_what, change, message) => {
    expect(() => buildStaticKernel({ ...options, ...change })).toThrow(message);
  });
});

describe.skipIf(!haveTool('clang-19') || !haveTool('ld.lld-19'))('buildKernelFromElf', () => {
  it('packs what clang and ld.lld link', () => {
    const folder = mkdtempSync(join(tmpdir(), 'macho-kc-'));
    try {
      writeFileSync(
        join(folder, 'k.c'),
        'int value = 7; int *pointer = &value; char bss[99]; void start(void) { *pointer = bss[0]; for (;;) ; }',
      );
      writeFileSync(
        join(folder, 'k.ld'),
        'ENTRY(start) PHDRS { text PT_LOAD FLAGS(5); data PT_LOAD FLAGS(6); } SECTIONS { . = 0xfffffe0007008000; .text : { *(.text*) } :text . = ALIGN(0x4000); .data : { *(.data*) } :data .bss : { *(.bss*) } :data /DISCARD/ : { *(.comment) *(.eh_frame) } }',
      );
      run('clang-19', [
        '--target=aarch64-none-elf',
        '-ffreestanding',
        '-c',
        '-O1',
        join(folder, 'k.c'),
        '-o',
        join(folder, 'k.o'),
      ]);
      run('ld.lld-19', ['--emit-relocs', '-T', join(folder, 'k.ld'), join(folder, 'k.o'), '-o', join(folder, 'k')]);
      const macho = new MachO(buildKernelFromElf(new Uint8Array(readFileSync(join(folder, 'k')))));
      expect(macho.segments.map(s => s.name)).toEqual(['__TEXT', '__TEXT_EXEC', '__DATA', '__LINKEDIT']);
      expect(macho.baseAddress).toBe(BASE);
      const symbols = new Map([...readSymbols(macho)].map(s => [s.name, s.value]));
      expect(entryPoint(macho)).toBe(symbols.get('_start'));
      const [relocation] = localRelocations(macho);
      const slot = relocationBase(macho) + BigInt(relocation!.address);
      expect(slot).toBe(symbols.get('_pointer'));
      const bytes = macho.bytesAt(slot, 8);
      expect(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)).toBe(symbols.get('_value'));
      expect(macho.section('__DATA', '__bss')?.zeroFill).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
