import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { prepareBoot } from '../src/boot.js';
import { encodePng } from '../src/png.js';
import { sampleImages } from '../src/recipes/sample-images.js';
import { cli } from './support/cli.js';

const scratch = mkdtempSync(join(tmpdir(), 'boot-recipes-screen-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Size and pixels of a PNG that has one IDAT and no filters. */
function decode(png: Uint8Array): { width: number; height: number; lines: Uint8Array } {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]);
  const length = view.getUint32(33);
  return { width: view.getUint32(16), height: view.getUint32(20), lines: inflateSync(png.subarray(41, 41 + length)) };
}

describe('PNG', () => {
  it('has red, green and blue where the framebuffer has B, G, R', async () => {
    const bytes = Uint8Array.of(1, 2, 3, 0, 4, 5, 6, 0, 9, 9, 9, 9, 7, 8, 9, 0, 10, 11, 12, 0);
    const { width, height, lines } = decode(await encodePng({ width: 2, height: 2, rowBytes: 12, bytes }));
    expect([width, height]).toEqual([2, 2]);
    expect([...lines]).toEqual([0, 3, 2, 1, 6, 5, 4, 0, 9, 8, 7, 12, 11, 10]);
  });
});

describe('framebuffer', () => {
  const { kernel, ramDisk } = sampleImages();

  it('lies behind all memory that the kernel manages', async () => {
    const { plan, screen } = await prepareBoot('xnu-vmapple-source', {
      kernel,
      memory: 0x10000000,
      video: { width: 640, height: 480 },
    });
    const [base, size] = [BigInt(plan.physBase as string), BigInt(plan.memSize as string)];
    expect(base + size).toBe(0x50000000n - 0x200000n - 0x200000n);
    expect(screen!()).toMatchObject({ width: 640, height: 480, rowBytes: 2560 });
    expect(screen!().bytes.length).toBe(640 * 480 * 4);
  });

  it('is announced to the kernel, and written as a file at the end', async () => {
    const [k, r, out] = ['k', 'r', 'out.png'].map(name => join(scratch, name)) as [string, string, string];
    writeFileSync(k, kernel);
    writeFileSync(r, ramDisk);
    const args = [
      'boot',
      'xnu-vmapple-source',
      '--kernel',
      k,
      '--initrd',
      r,
      '--video',
      '320x200',
      '--screenshot',
      out,
    ];
    const { status, stdout } = await cli('boot-recipes', args);
    expect(status).toBe(0);
    expect(stdout).toContain('video 0x7ff00000, 320x200, depth 32');
    expect(decode(new Uint8Array(readFileSync(out)))).toMatchObject({ width: 320, height: 200 });
  });

  it.each([
    [0, 1],
    [9000, 1],
    [1.5, 2],
  ])('of %d x %d is refused', async (width, height) => {
    await expect(prepareBoot('xnu-vmapple-source', { kernel, video: { width, height } })).rejects.toThrow(/pixels/);
  });
});
