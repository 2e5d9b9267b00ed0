// Kernels that do not slide themselves are slid by the loader, as Apple's does it with static kernelcaches.
import { buildStaticKernel, openMachO } from 'macho-kc';
import { describe, expect, it } from 'vitest';
import { boot } from '../src/boot.js';
import { sampleImages } from '../src/recipes/sample-images.js';
import { openKernel } from '../src/xnu/kernel.js';
import { slideKernel } from '../src/xnu/slide.js';

const BASE = 0xfffffe0007004000n;
const DATA = BASE + 0x8000n;

/** A kernel with pointers in its data at 0 and 16, and a word at 8 that only looks like one. */
function kernel(pointers: readonly bigint[] = [DATA, DATA + 16n]) {
  const data = new Uint8Array(0x40);
  const view = new DataView(data.buffer);
  for (const at of [0, 8, 16]) view.setBigUint64(at, BASE + 0x4000n + BigInt(at), true);
  return openKernel(
    buildStaticKernel({
      entry: BASE + 0x4000n,
      segments: [
        {
          name: '__TEXT_EXEC',
          address: BASE + 0x4000n,
          bytes: new Uint8Array(16),
          protection: 'r-x',
          sections: [{ name: '__text', address: BASE + 0x4000n, size: 16 }],
        },
        { name: '__DATA', address: DATA, bytes: data, protection: 'rw-' },
      ],
      symbols: [{ name: '_start', address: BASE + 0x4000n, external: true }],
      pointers,
    }),
  );
}

describe('sliding a static kernel', () => {
  it('moves pointers, and nothing that only looks like one', () => {
    const slid = slideKernel(kernel(), 0x200000n);
    const { bytes } = slid.segments.find(({ name }) => name === '__DATA')!;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    expect([0, 8, 16].map(at => view.getBigUint64(at, true))).toEqual([
      BASE + 0x204000n,
      BASE + 0x4008n,
      BASE + 0x204010n,
    ]);
  });

  it('moves the addresses of segments, sections, symbols and the entry in the header', () => {
    const original = kernel();
    const slid = slideKernel(original, 0x200000n);
    const pieces = slid.segments.filter(({ bytes }) => bytes.length > 0);
    const file = new Uint8Array(pieces.reduce((sum, { bytes }) => sum + bytes.length, 0));
    let at = 0;
    for (const { bytes } of pieces) {
      file.set(bytes, at);
      at += bytes.length;
    }
    const [before, after] = [openMachO(original.bytes), openMachO(file)];
    expect(after.segments.map(s => s.vmaddr)).toEqual(before.segments.map(s => s.vmaddr + 0x200000n));
    expect(after.segments[1]!.sections[0]!.address).toBe(BASE + 0x204000n);
    expect(slid.segments.map(s => s.vmaddr)).toEqual(original.segments.map(s => s.vmaddr));
    expect(slid.entry).toBe(original.entry);
  });

  it('refuses a kernel that does not say where its pointers are', () => {
    expect(() => slideKernel(kernel([]), 0x200000n)).toThrow(/without local relocations/);
  });

  it('refuses a relocation outside of the file', () => {
    expect(() => slideKernel(kernel([DATA + 0x1000000n]), 0x200000n)).toThrow(/is in no segment/);
  });

  it('leaves a collection alone, and everything without a slide', () => {
    const collection = openKernel(sampleImages().collection);
    expect(slideKernel(collection, 0x200000n)).toBe(collection);
    const still = kernel();
    expect(slideKernel(still, 0n)).toBe(still);
  });

  it.each([0x200000, 0x1e00000, 0x4600000])('boots our kernel slid by %i', async slide => {
    let output = '';
    const { reason } = await boot('sample', {
      kernel: sampleImages().kernel,
      slide,
      timeout: 60,
      output: bytes => {
        output += new TextDecoder().decode(bytes);
      },
    });
    expect(reason).toBe('power-off');
    expect(output).toContain(`virtBase 0x${(0xfffffe0000000000n + BigInt(slide - (slide % 0x2000000))).toString(16)}`);
    expect(output.match(/launchd: ok: /g)).toHaveLength(8);
  });
});
