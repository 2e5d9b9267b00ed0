import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RamDiskEntry } from '../src/ramdisk/entries.js';
import { buildHfsImage } from '../src/ramdisk/hfs.js';
import { buildUstarImage } from '../src/ramdisk/ustar.js';
import { sampleImages } from '../src/recipes/sample-images.js';
import { unwrapPayload } from '../src/xnu/payload.js';
import { cli, cliHere } from './support/cli.js';

const scratch = mkdtempSync(join(tmpdir(), 'ramdisk-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const ENTRIES: readonly RamDiskEntry[] = [
  { path: 'sbin/launchd', mode: 0o755, bytes: new Uint8Array(9000).fill(7) },
  { path: 'sbin/init', mode: 0o755, link: 'launchd' },
  { path: 'etc/motd', mode: 0o644, bytes: text('hello\n') },
  { path: 'etc/zero', mode: 0o600, bytes: new Uint8Array(0) },
  { path: 'empty', mode: 0o700 },
  { path: 'usr/Größe', mode: 0o644, bytes: text('x') },
  // Enough for a catalog of two levels of nodes.
  ...Array.from({ length: 300 }, (_, i) => ({ path: `many/file ${i}`, mode: 0o644, bytes: text(`content ${i}`) })),
];

/** A volume's catalog, walked along its leaves: names by parent, and contents. */
function readHfs(image: Uint8Array): Map<string, string> {
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  const block = view.getUint32(1024 + 40);
  const catalog = view.getUint32(1024 + 272 + 16) * block;
  const found = new Map<string, string>();
  const paths = new Map<number, string>([[1, '']]);
  const pending: (() => void)[] = [];
  let node = view.getUint32(catalog + 14 + 10);
  let before = '';
  for (; node !== 0; node = view.getUint32(catalog + node * 4096)) {
    const base = catalog + node * 4096;
    expect(view.getInt8(base + 8)).toBe(-1);
    for (let i = 0; i < view.getUint16(base + 10); i++) {
      const at = base + view.getUint16(base + 4096 - 2 * (i + 1));
      const parent = view.getUint32(at + 2);
      const length = view.getUint16(at + 6);
      const name = Array.from({ length }, (_, k) => String.fromCharCode(view.getUint16(at + 8 + 2 * k))).join('');
      const order = `${String(parent).padStart(10, '0')}${name}`;
      expect(order > before, `${before} < ${order}`).toBe(true);
      before = order;
      const data = at + 2 + view.getUint16(at);
      const type = view.getUint16(data);
      const id = view.getUint32(data + 8);
      const path = (): string => `${paths.get(parent)}/${name}`;
      if (type === 1) {
        const folder = `${paths.get(parent) ?? '?'}${parent === 1 ? '' : `/${name}`}`;
        paths.set(id, folder);
        found.set(`${folder}/`, (view.getUint16(data + 42) & 0o7777).toString(8));
      } else if (type === 2)
        pending.push(() => {
          const size = Number(view.getBigUint64(data + 88));
          const start = view.getUint32(data + 88 + 16) * block;
          const mode = view.getUint16(data + 42).toString(8);
          found.set(path(), `${mode} ${Buffer.from(image.subarray(start, start + size)).toString('latin1')}`);
        });
    }
  }
  for (const finish of pending) finish();
  return found;
}

describe('HFS Plus image', () => {
  const image = buildHfsImage(ENTRIES, { name: 'test' });

  it('has everything, in order', () => {
    const found = readHfs(image);
    expect(found.get('/etc/motd')).toBe('100644 hello\n');
    expect(found.get('/etc/zero')).toBe('100600 ');
    expect(found.get('/sbin/init')).toBe('120755 launchd');
    expect(found.get('/sbin/launchd')).toBe(`100755 ${'\x07'.repeat(9000)}`);
    expect(found.get('/usr/Größe'.normalize('NFD'))).toBe('100644 x');
    expect([found.get('/empty/'), found.get('/etc/')]).toEqual(['700', '755']);
    for (let i = 0; i < 300; i++) expect(found.get(`/many/file ${i}`)).toBe(`100644 content ${i}`);
  });

  it('says how much there is and is free, twice', () => {
    const sized = buildHfsImage(ENTRIES, { size: 8 << 20 });
    const view = new DataView(sized.buffer);
    expect([32, 36, 40, 44].map(at => view.getUint32(1024 + at))).toEqual([305, 5, 4096, 2048]);
    const used = sized.subarray(4096, 8192).reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
    expect(view.getUint32(1024 + 48)).toBe(2048 - used);
    expect(sized.slice(-1024, -512)).toEqual(sized.slice(1024, 1536));
    expect(image.length % 0x4000).toBe(0);
    expect(Buffer.compare(buildHfsImage(ENTRIES, { name: 'test' }), image)).toBe(0);
  });

  it.skipIf(!available7z())('is what 7-Zip reads', () => {
    const path = join(scratch, 'volume.img');
    writeFileSync(path, image);
    const { status, stdout } = spawnSync('7z', ['x', `-o${scratch}`, path], { encoding: 'utf8' });
    expect(`${status} ${stdout}`).toMatch(/^0 .*Everything is Ok/s);
    expect(readFileSync(join(scratch, 'test/many/file 299'), 'utf8')).toBe('content 299');
    expect(readFileSync(join(scratch, 'test/sbin/init')).length).toBe(9000);
    expect(existsSync(join(scratch, 'test/empty'))).toBe(true);
  });

  it.each<[readonly RamDiskEntry[], { size?: number }, string]>([
    [[{ path: '/a', mode: 0, bytes: text('') }], {}, 'bad-value'],
    [[{ path: 'a/../b', mode: 0, bytes: text('') }], {}, 'bad-value'],
    [[{ path: 'n'.repeat(256), mode: 0, bytes: text('') }], {}, 'bad-value'],
    [
      [
        { path: 'a', mode: 0, bytes: text('') },
        { path: 'a', mode: 0, bytes: text('') },
      ],
      {},
      'bad-value',
    ],
    [
      [
        { path: 'a', mode: 0, bytes: text('') },
        { path: 'a/b', mode: 0, bytes: text('') },
      ],
      {},
      'bad-value',
    ],
    [[{ path: 'a', mode: 0, bytes: new Uint8Array(0x20000) }], { size: 0x10000 }, 'placement'],
    [[], { size: 1000 }, 'bad-option'],
  ])('refuses %#', (entries, options, code) => {
    expect(() => buildHfsImage(entries, options)).toThrow(expect.objectContaining({ code }));
  });
});

function available7z(): boolean {
  const found = spawnSync('7z', ['i']).status === 0;
  if (!found && process.env.CI) throw new Error('7z is missing');
  return found;
}

describe('ustar image', () => {
  it('is what tar reads', () => {
    const path = join(scratch, 'image.tar');
    writeFileSync(path, buildUstarImage(ENTRIES));
    const { stdout } = spawnSync('tar', ['tf', path], { encoding: 'utf8' });
    expect(stdout.split('\n').slice(0, 3)).toEqual(['sbin/launchd', 'etc/motd', 'etc/zero']);
    expect(spawnSync('tar', ['xOf', path, 'many/file 7'], { encoding: 'utf8' }).stdout).toBe('content 7');
  });

  it('refuses a path that does not fit', () => {
    expect(() => buildUstarImage([{ path: 'x'.repeat(100), mode: 0, bytes: text('') }])).toThrow(/more than 99/);
  });
});

describe('boot-recipes make-ramdisk', () => {
  const folder = join(scratch, 'folder');
  mkdirSync(join(folder, 'sbin'), { recursive: true });
  mkdirSync(join(folder, 'etc'));
  const disk = unwrapPayload(sampleImages().ramDisk, 'initrd', ['rdsk']);
  const size = Number.parseInt(Buffer.from(disk.subarray(124, 135)).toString(), 8);
  writeFileSync(join(folder, 'sbin/launchd'), disk.subarray(512, 512 + size), { mode: 0o755 });
  writeFileSync(join(folder, 'etc/note'), 'of the host\n');
  symlinkSync('note', join(folder, 'etc/link'));

  it('makes a disk that our kernel boots from, launchd in the trust cache', async () => {
    const image = join(scratch, 'md0.tar');
    const { status, stdout } = await cliHere(['make-ramdisk', image, folder, '--format', 'ustar', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ format: 'ustar', files: 2 });
    const cache = join(scratch, 'md0.tc');
    expect((await cliHere(['make-trustcache', cache, folder])).status).toBe(0);
    const args = ['boot', 'sample', '--initrd', image, '--trust-cache', cache, '--append', '-s'];
    const run = await cli('boot-recipes', [...args, '--send', 'cat /etc/note', 'halt']);
    expect(run.status).toBe(0);
    expect(run.stdout).toMatch(/is in trust cache module 0/);
    expect(run.stdout).toMatch(/# cat \/etc\/note\r?\nof the host/);
  });

  it('makes an HFS Plus volume', async () => {
    const image = join(scratch, 'hfs.img');
    const { status } = await cliHere(['make-ramdisk', image, folder, '--size', '1M', '--name', 'root']);
    expect(status).toBe(0);
    const bytes = new Uint8Array(readFileSync(image));
    expect(bytes.length).toBe(1 << 20);
    const found = readHfs(bytes);
    expect(found.get('/etc/note')).toBe('100644 of the host\n');
    expect(found.get('/etc/link')).toMatch(/^120\d{3} note$/);
  });

  it.each<[string[], number, RegExp]>([
    [['--format', 'ext4'], 2, /hfs or ustar/],
    [['--format', 'ustar', '--size', '1M'], 2, /for --format hfs/],
    [['--size', '32K'], 1, /placement/],
  ])('%j is refused', async (options, code, message) => {
    const run = await cliHere(['make-ramdisk', join(scratch, 'never'), folder, ...options]);
    expect(run.status).toBe(code);
    expect(run.stderr).toMatch(message);
    expect(existsSync(join(scratch, 'never'))).toBe(false);
  });
});
