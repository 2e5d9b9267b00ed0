import { mkdtempSync, openSync, readFileSync, readSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixture, fixturesUnder } from '@internal/binary/testing';
import { readBuildManifest } from 'img4';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileSource } from '../src/cli/file-source.js';
import { isBootError } from '../src/error.js';
import { Ipsw } from '../src/ipsw/ipsw.js';
import { httpSource, memorySource, type RandomAccess } from '../src/ipsw/source.js';
import { ZipArchive } from '../src/ipsw/zip.js';
import { cliHere } from './support/cli.js';
import { writeZip } from './support/zip.js';

const scratch = mkdtempSync(join(tmpdir(), 'boot-recipes-ipsw-'));
const PATH = join(scratch, 'sparse.ipsw');
const SIZE = 5 * 2 ** 30;
const MANIFEST = 'img4/buildmanifest/BuildManifest_iPhone12,1_18.3_22D63.plist';
const TREE = fixturesUnder('img4/im4p/devicetree')[0];
const have = TREE !== undefined;

/** A source that counts. */
function counted(source: RandomAccess): { source: RandomAccess; bytes: () => number } {
  let bytes = 0;
  return {
    bytes: () => bytes,
    source: {
      ...source,
      read: async (offset, length) => {
        const part = await source.read(offset, length);
        bytes += part.length;
        return part;
      },
    },
  };
}

let server: Server;
let served = 0;
let url = '';
let device = '';
const kernel = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) >> 7);
const disk = new Uint8Array(50_000).fill(7);

beforeAll(async () => {
  if (!have) return;
  const manifest = fixture(MANIFEST);
  const identity = readBuildManifest(manifest).identities.find(i => i.restoreBehavior === 'Erase')!;
  device = identity.deviceClass!;
  const path = (key: string): string => identity.components.find(c => c.key === key)!.path!;
  writeZip(
    PATH,
    [
      { name: 'BuildManifest.plist', bytes: manifest, deflate: true },
      { name: path('RestoreKernelCache'), bytes: kernel, deflate: true, at: 2 ** 30 },
      { name: path('RestoreDeviceTree'), bytes: fixture(TREE!), at: 3 * 2 ** 30 },
      { name: path('RestoreRamDisk'), bytes: disk, deflate: true, at: 4.5 * 2 ** 30 },
    ],
    SIZE,
  );
  const file = openSync(PATH, 'r');
  const { size } = statSync(PATH);
  server = createServer((request, response) => {
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    if (request.url !== '/a.ipsw' || range === null) {
      response.writeHead(request.url === '/whole' ? 200 : 404).end('no');
      return;
    }
    const [first, last] = [Number(range[1]), Math.min(Number(range[2]), size - 1)];
    const bytes = Buffer.alloc(last - first + 1);
    readSync(file, bytes, 0, bytes.length, first);
    served += bytes.length;
    response.writeHead(206, { 'content-range': `bytes ${first}-${last}/${size}` }).end(bytes);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await new Promise<void>(resolve => (server === undefined ? resolve() : void server.close(() => resolve())));
  rmSync(scratch, { recursive: true, force: true });
});

describe.skipIf(!have)('an IPSW of 5 GB', () => {
  it.each(['file', 'http'])('gives what a boot needs from less than a hundredth: %s', async kind => {
    served = 0;
    const { source, bytes } = counted(kind === 'file' ? await fileSource(PATH) : await httpSource(`${url}/a.ipsw`));
    const ipsw = await Ipsw.open(source);
    expect(ipsw.manifest.productVersion).toBe('18.3');
    const found = ipsw.components(ipsw.identity({ device }), ['kernel', 'deviceTree', 'initrd', 'trustCache']);
    expect(found.map(c => [c.file, c.size])).toEqual([
      ['kernel', kernel.length],
      ['deviceTree', fixture(TREE!).length],
      ['initrd', disk.length],
    ]);
    expect(await ipsw.read(found[0]!)).toEqual(kernel);
    expect(Buffer.compare(await ipsw.read(found[1]!), fixture(TREE!))).toBe(0);
    expect(await ipsw.read(found[2]!)).toEqual(disk);
    await source.close();
    expect(bytes()).toBeLessThan(SIZE / 100);
    if (kind === 'http') expect(served).toBeLessThan(SIZE / 100);
  });

  it('names the devices and variants that there are', async () => {
    const source = await fileSource(PATH);
    const ipsw = await Ipsw.open(source);
    await source.close();
    expect(() => ipsw.identity({ device: 'x99ap' })).toThrow(new RegExp(`for .*${device}`, 'i'));
    expect(() => ipsw.identity({ device, variant: 'nonsense' })).toThrow(/there are .*Erase/);
    expect(ipsw.identity({ device, variant: 'upgrade' }).restoreBehavior).toBe('Update');
  });

  it('has a fetch-plan that reads no component', async () => {
    served = 0;
    const args = ['fetch-plan', 'macos-11.0.1b1-t8020', '--ipsw', `${url}/a.ipsw`, '--device', device, '--json'];
    const { status, stdout } = await cliHere(args);
    expect(status).toBe(0);
    const plan = JSON.parse(stdout);
    expect(plan).toMatchObject({ version: '18.3', build: '22D63', missing: ['trustCache'] });
    expect(plan.components[0]).toMatchObject({ file: 'kernel', component: 'RestoreKernelCache', size: kernel.length });
    expect(served).toBeLessThan(1_000_000);
  });

  it('refuses servers without ranges and files that are not there', async () => {
    await expect(httpSource(`${url}/whole`)).rejects.toThrow(/whole files only/);
    await expect(httpSource(`${url}/nothing`)).rejects.toThrow(/answers 404/);
  });
});

describe('zip', () => {
  const bytes = (): Uint8Array => {
    const path = join(scratch, 'small.zip');
    writeZip(path, [
      { name: 'a', bytes: new TextEncoder().encode('stored') },
      { name: 'b', bytes: new TextEncoder().encode('deflated '.repeat(50)), deflate: true },
    ]);
    return new Uint8Array(readFileSync(path));
  };

  it('reads stored and deflated files', async () => {
    const archive = await ZipArchive.open(memorySource('small', bytes()));
    expect(new TextDecoder().decode(await archive.read('a'))).toBe('stored');
    expect((await archive.read('b')).length).toBe(450);
    await expect(archive.read('c')).rejects.toThrow(/has no c/);
  });

  it('finds damage, wherever it is, in a typed error', async () => {
    const whole = bytes();
    for (let at = 0; at < whole.length; at += 1) {
      const broken = whole.slice();
      broken[at]! ^= 0x41;
      try {
        const archive = await ZipArchive.open(memorySource('broken', broken));
        for (const name of archive.files.keys()) await archive.read(name);
      } catch (error) {
        expect(isBootError(error), `${at}: ${String(error)}`).toBe(true);
      }
    }
    await expect(ZipArchive.open(memorySource('empty', new Uint8Array()))).rejects.toThrow(/no end record/);
    const changed = whole.slice();
    changed[31]! ^= 1; // content of the stored file
    const archive = await ZipArchive.open(memorySource('changed', changed));
    await expect(archive.read('a')).rejects.toThrow(/CRC-32/);
  });
});
