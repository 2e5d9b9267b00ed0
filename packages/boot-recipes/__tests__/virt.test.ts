// The three ways into a virt machine: Image, ELF and raw files. The guest says whether the device tree is where it should be.
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { boot, prepareBoot } from '../src/boot.js';
import type { RecipeOptions } from '../src/recipes/recipe.js';
import { available, qemu } from './support/qemu.js';

const RAM = 0x40000000;

const words = (...values: number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);

/** Prints Y when a device tree blob is at the address in x0, else N, and switches off. */
const CHECK_X0 = words(
  0xd2a12001, // mov x1, #0x09000000
  0xb9400003, // ldr w3, [x0]
  0x5281ba04, // mov w4, #0x0dd0
  0x72bdbfc4, // movk w4, #0xedfe, lsl #16
  0x6b04007f, // cmp w3, w4
  0x528009c2, // mov w2, #'N'
  0x52800b25, // mov w5, #'Y'
  0x1a8200a2, // csel w2, w5, w2, eq
  0xb9000022, // str w2, [x1]
  0x52800100, // mov w0, #8
  0x72b08000, // movk w0, #0x8400, lsl #16
  0xd4000002, // hvc #0
  0x14000000, // b .
);
/** The same for the base of RAM. */
const CHECK_RAM = new Uint8Array([...words(0xd2a80000), ...CHECK_X0]); // mov x0, #0x40000000

function image(code: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(64 + code.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x14000010, true); // b +64
  view.setBigUint64(16, BigInt(bytes.length), true); // image_size
  view.setBigUint64(24, 0xan, true); // 4K pages, anywhere
  view.setUint32(56, 0x644d5241, true);
  bytes.set(code, 64);
  return bytes;
}

function elf(code: Uint8Array, address: number): Uint8Array {
  const bytes = new Uint8Array(0x1000 + code.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, 183, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(24, BigInt(address), true);
  view.setBigUint64(32, 64n, true);
  for (const [at, value] of [
    [52, 64],
    [54, 56],
    [56, 1],
  ] as const)
    view.setUint16(at, value, true);
  view.setUint32(64, 1, true);
  view.setUint32(68, 5, true);
  const fields = [0x1000, address, address, code.length, code.length, 0x1000];
  for (const [i, value] of fields.entries()) view.setBigUint64(72 + 8 * i, BigInt(value), true);
  bytes.set(code, 0x1000);
  return bytes;
}

async function run(options: RecipeOptions): Promise<string> {
  let output = '';
  const { reason } = await boot('virt', {
    ...options,
    timeout: 60,
    output: bytes => {
      output += new TextDecoder().decode(bytes);
    },
  });
  return `${output} ${reason}`;
}

describe('recipe virt', () => {
  it.each<[string, RecipeOptions, string]>([
    ['an Image, x0 is the device tree', { kernel: image(CHECK_X0) }, 'Y power-off'],
    ['a gzipped Image', { kernel: new Uint8Array(gzipSync(image(CHECK_X0))) }, 'Y power-off'],
    ['an Image with a RAM disk', { kernel: image(CHECK_X0), initrd: new Uint8Array(5_000_000), gic: 2 }, 'Y power-off'],
    ['an ELF file, the tree at the base of RAM', { kernel: elf(CHECK_RAM, RAM + 0x200000) }, 'Y power-off'],
    [
      'a raw file',
      { load: [{ bytes: CHECK_RAM, address: RAM + 0x300000 }], entry: RAM + 0x300000, smp: 2 },
      'Y power-off',
    ],
    ['a raw file where the tree would be', { load: [{ bytes: CHECK_RAM, address: RAM }], entry: RAM }, 'N power-off'],
  ])('starts %s', async (_, options, expected) => expect(await run(options)).toBe(expected));

  it.skipIf(!available('qemu-system-aarch64'))('as QEMU does', async () => {
    const machine = ['-M', 'virt', '-cpu', 'max', '-m', '512M'];
    const files = { image: image(CHECK_X0), elf: elf(CHECK_RAM, RAM + 0x200000) };
    expect((await qemu([...machine, '-kernel', '{image}'], [], files, [], 20)).output).toBe('Y');
    expect((await qemu([...machine, '-kernel', '{elf}'], [], files, [], 20)).output).toBe('Y');
    const at = RAM + 0x300000;
    const raw = await qemu(
      [...machine, '-device', `loader,addr=${at},cpu-num=0`],
      [{ address: BigInt(at), bytes: CHECK_RAM }],
      {},
      [],
      20,
    );
    expect(raw.output).toBe('Y');
  });

  it.each<[string, RecipeOptions, RegExp]>([
    ['nothing to start', {}, /kernel: give --kernel/],
    ['an unknown CPU', { entry: RAM, cpu: 'z80' }, /cpu: "z80"; there are .*cortex-a72/],
    ['too much memory', { entry: RAM, memory: 2 ** 33 }, /memory: .*at most/],
    ['too many CPUs', { entry: RAM, smp: 9 }, /smp: 9 CPUs/],
    ['a file outside RAM', { entry: RAM, load: [{ bytes: CHECK_RAM, address: 0x1000 }] }, /is not in memory/],
    [
      'files that overlap',
      { entry: RAM, load: [0, 4].map(at => ({ bytes: CHECK_RAM, address: RAM + at })) },
      /overlaps load 1/,
    ],
    [
      'a RAM disk for an ELF file',
      { kernel: elf(CHECK_RAM, RAM), initrd: CHECK_RAM },
      /initrd: goes with a Linux Image/,
    ],
    ['damaged gzip data', { kernel: new Uint8Array(gzipSync(image(CHECK_X0)).subarray(0, 60)) }, /damaged gzip/],
  ])('refuses %s', async (_, options, message) => {
    await expect(prepareBoot('virt', options)).rejects.toThrow(message);
  });
});
