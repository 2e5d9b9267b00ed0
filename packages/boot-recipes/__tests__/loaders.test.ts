import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  type ElfHeader,
  ElfHeaderSize,
  type ElfProgramHeader,
  ElfProgramHeaderSize,
  writeElfHeader,
  writeElfProgramHeader,
} from '@internal/binary/elf';
import { describe, expect, test } from 'vitest';
import { type BootErrorCode, fail, isBootError } from '../src/error.js';
import { readElf } from '../src/loaders/elf.js';
import { gunzip } from '../src/loaders/gzip.js';
import { type LinuxImageHeader, writeLinuxImageHeader } from '../src/loaders/linux-image.generated.js';
import { placeLinux, readLinuxImage } from '../src/loaders/linux-image.js';
import { checkSegments, rawSegment } from '../src/loaders/raw.js';

const refuses = (fn: () => unknown, code: BootErrorCode): void =>
  expect(fn).toThrow(expect.toSatisfy((error: unknown) => isBootError(error, code)));

function image(fields: Partial<LinuxImageHeader>, size = 4096): Uint8Array {
  const bytes = new Uint8Array(size);
  const header: LinuxImageHeader = {
    code0: 0,
    code1: 0,
    textOffset: 0n,
    imageSize: 0x20000n,
    flags: 0xan,
    res2: 0n,
    res3: 0n,
    res4: 0n,
    magic: 0x644d5241,
    res5: 64,
    ...fields,
  };
  writeLinuxImageHeader(header, bytes, 0, fail);
  return bytes;
}

const ram = { base: 0x40000000, size: 512 * 2 ** 20 };
const DEBIAN = '/usr/lib/debian-installer/images/12/arm64/text/debian-installer/arm64';

describe('arm64 Image', () => {
  test('header fields', () => {
    expect(readLinuxImage(image({}))).toMatchObject({ header: true, textOffset: 0, size: 0x20000, pageSize: 4096 });
    expect(readLinuxImage(image({ flags: 4n }))).toMatchObject({ pageSize: 16384 });
    expect(readLinuxImage(image({ flags: 0n, imageSize: 0n, textOffset: 5n }))).toMatchObject({
      pageSize: undefined,
      textOffset: 0x80000,
      size: 4096,
    });
    expect(readLinuxImage(new Uint8Array(10))).toMatchObject({ header: false, textOffset: 0x80000, size: 10 });
  });

  test('refuses what cannot be booted', () => {
    refuses(() => readLinuxImage(new Uint8Array(0)), 'not-a-kernel');
    refuses(() => readLinuxImage(image({ flags: 1n })), 'unsupported');
    refuses(() => readLinuxImage(image({ imageSize: 1n << 40n })), 'out-of-range');
    refuses(() => readLinuxImage(image({ textOffset: 1n << 63n })), 'out-of-range');
  });

  test('placement as QEMU does it', () => {
    const initrd = new Uint8Array(0x264f983);
    const placed = placeLinux({ image: readLinuxImage(image({})), ram, initrd, dtbSize: 0x100000 });
    expect(placed.entry).toBe(0x40200000);
    expect(placed.kernel).toMatchObject({ address: 0x40200000, size: 0x20000 });
    expect(placed.initrd).toMatchObject({ address: 0x48000000, size: 0x264f983 });
    expect(placed.dtb).toBe(0x4a800000);
    const small = placeLinux({
      image: readLinuxImage(image({ textOffset: 0x80000n })),
      ram: { base: 0x40000000, size: 64 * 2 ** 20 },
      dtbSize: 0x100000,
    });
    expect([small.entry, small.dtb]).toEqual([0x40080000, 0x42000000]);
  });

  test('refuses memory that is too small', () => {
    const tiny = { base: 0x40000000, size: 2 ** 21 };
    refuses(() => placeLinux({ image: readLinuxImage(image({})), ram: tiny, dtbSize: 0x100000 }), 'placement');
    const initrd = new Uint8Array(2 ** 22);
    refuses(
      () => placeLinux({ image: readLinuxImage(image({})), ram: { base: 0, size: 2 ** 22 }, initrd, dtbSize: 1 }),
      'placement',
    );
  });

  test.skipIf(!existsSync(DEBIAN))("Debian's kernel", async () => {
    const bytes = await gunzip(new Uint8Array(readFileSync(join(DEBIAN, 'linux'))));
    const kernel = readLinuxImage(bytes);
    expect(kernel).toMatchObject({ header: true, textOffset: 0, pageSize: 4096 });
    expect(kernel.size).toBeGreaterThanOrEqual(bytes.length);
  });
});

describe('gzip', () => {
  test('decompresses, and passes other bytes through', async () => {
    const plain = image({}, 100_000);
    expect(await gunzip(new Uint8Array(gzipSync(plain)))).toEqual(plain);
    expect(await gunzip(plain)).toBe(plain);
  });

  test('damaged and oversized data give typed errors', async () => {
    const packed = new Uint8Array(gzipSync(image({}, 100_000)));
    await expect(gunzip(packed.subarray(0, 40))).rejects.toSatisfy(e => isBootError(e, 'bad-value'));
    await expect(gunzip(packed, 1000)).rejects.toSatisfy(e => isBootError(e, 'out-of-range'));
  });
});

const ident = (fileClass: number, data: number): Uint8Array =>
  Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, fileClass, data, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
const elfHeader: ElfHeader = {
  e_ident: ident(2, 1),
  e_type: 2,
  e_machine: 183,
  e_version: 1,
  e_entry: 0xffff000000001004n,
  e_phoff: 64n,
  e_shoff: 0n,
  e_flags: 0,
  e_ehsize: 64,
  e_phentsize: 56,
  e_phnum: 2,
  e_shentsize: 0,
  e_shnum: 0,
  e_shstrndx: 0,
};
const load: ElfProgramHeader = {
  p_type: 1,
  p_flags: 5,
  p_offset: 0x100n,
  p_vaddr: 0xffff000000001000n,
  p_paddr: 0x40001000n,
  p_filesz: 0x10n,
  p_memsz: 0x40n,
  p_align: 4096n,
};

function elf(header: Partial<ElfHeader>, ...programs: Partial<ElfProgramHeader>[]): Uint8Array {
  const bytes = Uint8Array.from({ length: 0x200 }, (_, i) => i);
  writeElfHeader({ ...elfHeader, e_phnum: programs.length, ...header }, bytes, 0, fail);
  programs.forEach((p, i) => {
    writeElfProgramHeader({ ...load, ...p }, bytes, ElfHeaderSize + i * ElfProgramHeaderSize, fail);
  });
  return bytes;
}

describe('ELF', () => {
  test('PT_LOAD segments and the entry in physical addresses', () => {
    const { segments, entry } = readElf(elf({}, { p_type: 4 }, {}, { p_memsz: 0n }));
    expect(entry).toBe(0x40001004);
    expect(segments).toHaveLength(1);
    expect(segments[0]).toMatchObject({ address: 0x40001000, size: 0x40 });
    expect([...segments[0]!.bytes.subarray(0, 2)]).toEqual([0, 1]);
  });

  test.each<[string, Uint8Array, BootErrorCode]>([
    ['magic', new Uint8Array(64), 'not-a-kernel'],
    ['class', elf({ e_ident: ident(1, 1) }, {}), 'unsupported'],
    ['byte order', elf({ e_ident: ident(2, 2) }, {}), 'unsupported'],
    ['machine', elf({ e_machine: 62 }, {}), 'unsupported'],
    ['type', elf({ e_type: 1 }, {}), 'unsupported'],
    ['header size', elf({ e_phentsize: 55 }, {}), 'bad-value'],
    ['header table', elf({ e_phnum: 0xffff }, {}), 'truncated'],
    ['header offset', elf({ e_phoff: 0xffffffffffffffffn }, {}), 'truncated'],
    ['segment offset', elf({}, { p_offset: 0xfffffffffffffff0n }), 'truncated'],
    ['segment size', elf({}, { p_filesz: 0x41n }), 'out-of-range'],
    ['segment address', elf({}, { p_paddr: 0xffffffff00000000n }), 'out-of-range'],
    ['no segment', elf({}), 'not-a-kernel'],
    ['entry', elf({ e_entry: 0xffff800000000000n }, {}), 'out-of-range'],
  ])('refuses a wrong %s', (_name, bytes, code) => refuses(() => readElf(bytes), code));

  test('every truncation gives a typed error', () => {
    const bytes = elf({}, {});
    for (let i = 0; i < 0x110; i++)
      expect(() => readElf(bytes.subarray(0, i))).toThrow(expect.toSatisfy((e: unknown) => isBootError(e)));
  });

  const hasGcc = existsSync('/usr/bin/aarch64-linux-gnu-gcc');
  test.skipIf(!hasGcc)('what a linker writes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'elf-'));
    try {
      writeFileSync(join(folder, 'a.S'), '.globl _start\n.text\nnop\n_start: b .\n.bss\n.space 64\n');
      const args = ['-nostdlib', '-static', '-Wl,-Ttext=0x40080000', '-Wl,--build-id=none', '-o', 'a.elf', 'a.S'];
      execFileSync('aarch64-linux-gnu-gcc', args, { cwd: folder });
      const { segments, entry } = readElf(new Uint8Array(readFileSync(join(folder, 'a.elf'))));
      expect(entry).toBe(0x40080004);
      const text = segments.find(s => s.address <= entry && entry < s.address + s.size)!;
      const at = entry - text.address;
      expect([...text.bytes.subarray(at, at + 4)]).toEqual([0x00, 0x00, 0x00, 0x14]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('raw segments', () => {
  test('must be in memory and apart from each other', () => {
    const a = rawSegment('a', new Uint8Array(16), 0x40000000);
    checkSegments(
      [a, rawSegment('b', new Uint8Array(16), 0x40000010), rawSegment('empty', new Uint8Array(0), 0)],
      [ram],
    );
    refuses(() => checkSegments([a, rawSegment('b', new Uint8Array(16), 0x4000000f)], [ram]), 'placement');
    refuses(() => checkSegments([rawSegment('b', new Uint8Array(16), 0x3fffffff)], [ram]), 'placement');
    refuses(() => checkSegments([rawSegment('b', new Uint8Array(16), ram.base + ram.size - 15)], [ram]), 'placement');
    refuses(() => rawSegment('b', new Uint8Array(1), -1), 'placement');
  });
});
