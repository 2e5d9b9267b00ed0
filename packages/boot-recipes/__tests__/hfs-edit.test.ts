import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isBootError } from '../src/error.js';
import { buildBtree, newTree } from '../src/ramdisk/btree.js';
import type { RamDiskEntry } from '../src/ramdisk/entries.js';
import { buildHfsImage } from '../src/ramdisk/hfs.js';
import { editHfsImage, type HfsEdits } from '../src/ramdisk/hfs-edit.js';
import { filled, HfsVolume } from '../src/ramdisk/hfs-volume.js';
import { cliHere } from './support/cli.js';
import { checkHfs } from './support/hfs-check.js';

const scratch = mkdtempSync(join(tmpdir(), 'hfs-edit-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const MIB = 2 ** 20;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const file = (path: string, value: string, mode = 0o644): RamDiskEntry => ({ path, mode, bytes: text(value) });
const ENTRIES: readonly RamDiskEntry[] = [
  { path: 'sbin/launchd', mode: 0o755, bytes: new Uint8Array(9000).fill(0x37) },
  { path: 'sbin/init', mode: 0o755, link: 'launchd' },
  file('etc/motd', 'hello\n'),
  file('etc/zero', '', 0o600),
  { path: 'empty', mode: 0o700 },
  file('usr/Größe', 'x'),
  ...Array.from({ length: 300 }, (_, i) => file(`many/file ${i}`, `content ${i}`)),
];
const original = (): Uint8Array => buildHfsImage(ENTRIES, { size: 4 * MIB });
/** A volume that ignores case, as HFS Plus without an X does. */
function ignoringCase(): Uint8Array {
  const image = original();
  const view = new DataView(image.buffer);
  for (const at of [1024, image.length - 1024]) {
    view.setUint16(at, 0x482b);
    view.setUint16(at + 2, 4);
  }
  image[view.getUint32(1024 + 272 + 16) * 4096 + 14 + 37] = 0xcf;
  return image;
}
/** Where something is in an image; once. */
const placeOf = (image: Uint8Array, value: string): number => Buffer.from(image).indexOf(`${value}\0`);
const code = (fn: () => unknown): string | undefined => {
  try {
    fn();
  } catch (error) {
    if (isBootError(error)) return error.code;
    throw error;
  }
  return undefined;
};

describe('editing an HFS Plus image', () => {
  it('adds, replaces and removes, and leaves the rest where it is', () => {
    const before = original();
    const edits: HfsEdits = {
      entries: [
        file('etc/motd', 'longer'.repeat(2000)),
        file('sbin/launchd', 'short', 0o555),
        { path: 'sbin/init', mode: 0o777, link: 'other' },
        file('new/folder/file', 'new'),
        { path: 'hollow', mode: 0o711 },
      ],
      remove: ['many/file 7', '/usr', 'etc/zero'],
    };
    const { image, added, replaced, removed } = editHfsImage(before, edits);
    expect([added, replaced, removed]).toEqual([1, 3, 4]);
    const expected = checkHfs(before);
    for (const path of ['/many/file 7', '/usr/', '/usr/Größe'.normalize('NFD'), '/etc/zero']) expected.delete(path);
    expected.set('/etc/motd', `100644 ${'longer'.repeat(2000)}`);
    expected.set('/sbin/launchd', '100555 short').set('/sbin/init', '120777 other');
    expected.set('/new/', '40755').set('/new/folder/', '40755').set('/new/folder/file', '100644 new');
    expected.set('/hollow/', '40711');
    const entries = (map: Map<string, string>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
    expect(entries(checkHfs(image))).toEqual(entries(expected));
    for (const n of [0, 8, 150, 299]) expect(placeOf(image, `content ${n}`)).toBe(placeOf(before, `content ${n}`));
    expect(Buffer.compare(before, original())).toBe(0);
    expect(Buffer.compare(editHfsImage(before, {}).image, before)).toBe(0);
  });

  it.each([1, 2, 3, 4, 5, 6])('does what a list of files does, at random: %i', seed => {
    let state = seed;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    let image = seed % 2 === 0 ? ignoringCase() : original();
    const model = checkHfs(image);
    for (let round = 0; round < 12; round++) {
      const gone = [...model.keys()].filter(path => !path.endsWith('/')).filter(() => random(20) === 0);
      for (const path of gone) model.delete(path);
      const entries = Array.from({ length: random(40) }, (): RamDiskEntry => {
        const path = `d${random(4)}/${random(3) === 0 ? 'deep/' : ''}f${random(60)}`;
        return file(path, String(random(1000)).repeat(random(random(8) === 0 ? 20_000 : 200)));
      });
      const once = [...new Map(entries.map(entry => [entry.path, entry])).values()];
      for (const { path, bytes } of once) {
        model.set(`/${path}`, `100644 ${new TextDecoder().decode(bytes)}`);
        for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1))
          model.set(`/${path.slice(0, end)}/`, '40755');
      }
      const size = round === 6 ? image.length + 4 * MIB + 4096 * random(50) : undefined;
      image = editHfsImage(image, { entries: once, remove: gone, size }).image;
      expect(new Map([...checkHfs(image)].sort())).toEqual(new Map([...model].sort()));
    }
  });

  it('finds names in either case where the volume does, and keeps its order', () => {
    const entries = [file('ETC/Motd', 'other'), file('many/FILE 25x', 'y'), file('Apple', ''), file('zebra', '')];
    const { image, added, replaced } = editHfsImage(ignoringCase(), { entries, remove: ['SBIN/Init'] });
    expect([added, replaced]).toEqual([3, 1]);
    const found = checkHfs(image);
    expect([found.get('/etc/motd'), found.get('/sbin/init'), found.get('/many/FILE 25x')]).toEqual([
      '100644 other',
      undefined,
      '100644 y',
    ]);
    expect(code(() => editHfsImage(ignoringCase(), { entries: [file('ö', '')] }))).toBe('unsupported');
    const inPlace = editHfsImage(ignoringCase(), { entries: [file('usr/Größe', 'z')] });
    expect(checkHfs(inPlace.image).get('/usr/Größe'.normalize('NFD'))).toBe('100644 z');
  });

  /** Attributes for two files, one of them compressed, and a file in eleven pieces. */
  function withMore(): Uint8Array {
    const volume = new HfsVolume(original());
    const { header, space } = volume;
    const key = (id: number, name: string): Uint8Array => {
      const bytes = new Uint8Array(14 + 2 * name.length);
      const view = new DataView(bytes.buffer);
      view.setUint16(0, bytes.length - 2);
      view.setUint32(4, id);
      view.setUint16(12, name.length);
      for (let i = 0; i < name.length; i++) view.setUint16(14 + 2 * i, name.charCodeAt(i));
      return bytes;
    };
    const rowOf = (name: string) => volume.catalog.records.find(row => nameOf(row.key) === name && row.data[1] === 2)!;
    const idOf = (name: string): number => new DataView(rowOf(name).data.buffer).getUint32(8);
    const inline = new Uint8Array(20);
    inline[3] = 0x10;
    const forked = new Uint8Array(88);
    const blocks = space.take(3, 'test');
    const fork = new DataView(forked.buffer);
    fork.setUint32(0, 0x20);
    fork.setBigUint64(8, 9000n);
    fork.setUint32(20, 3);
    fork.setUint32(24, blocks[0]!.startBlock);
    fork.setUint32(28, 3);
    const records = [
      { key: key(idOf('motd'), 'com.apple.decmpfs'), data: inline },
      { key: key(idOf('motd'), 'user.kept'), data: inline },
      { key: key(idOf('launchd'), 'user.large'), data: forked },
    ].sort((a, b) => Buffer.compare(a.key.subarray(4), b.key.subarray(4)));
    const tree = buildBtree(records, newTree(266, true));
    const at = space.take(tree.length / 4096, 'test');
    volume.store(at, tree);
    header.attributesFile = {
      ...header.attributesFile,
      logicalSize: BigInt(tree.length),
      totalBlocks: tree.length / 4096,
      extents: filled(at),
    };
    for (const name of ['motd', 'launchd']) rowOf(name).data[3]! |= 4;
    const motd = rowOf('motd').data;
    motd[41]! |= 0x20;
    const resources = space.take(2, 'test')[0]!;
    const view = new DataView(motd.buffer);
    view.setBigUint64(168, 5000n);
    view.setUint32(180, 2);
    view.setUint32(184, resources.startBlock);
    view.setUint32(188, 2);
    // file 0: single blocks with gaps
    const pieces = Array.from({ length: 22 }, () => space.take(1, 'test')[0]!);
    space.markAll(
      pieces.filter((_, i) => i % 2 === 1),
      false,
    );
    const kept = pieces.filter((_, i) => i % 2 === 0);
    const many = rowOf('file 0').data;
    volume.release({ ...header.startupFile, totalBlocks: 1, extents: filled([extentAt(many, 104)]) }, 0);
    const fields = new DataView(many.buffer);
    fields.setBigUint64(88, BigInt(11 * 4096));
    fields.setUint32(100, 11);
    for (const [i, { startBlock, blockCount }] of kept.slice(0, 8).entries()) {
      fields.setUint32(104 + 8 * i, startBlock);
      fields.setUint32(108 + 8 * i, blockCount);
    }
    const further = { key: new Uint8Array(12), data: new Uint8Array(64) };
    const keyView = new DataView(further.key.buffer);
    keyView.setUint16(0, 10);
    keyView.setUint32(4, idOf('file 0'));
    keyView.setUint32(8, 8);
    for (const [i, { startBlock }] of kept.slice(8).entries()) {
      new DataView(further.data.buffer).setUint32(8 * i, startBlock);
      new DataView(further.data.buffer).setUint32(8 * i + 4, 1);
    }
    volume.extents.records = [further];
    volume.extents.changed = volume.catalog.changed = true;
    // A tree of no leaves has one node; one for the leaf is appended.
    volume.finish();
    return volume.image;
  }
  const nameOf = (key: Uint8Array): string => Buffer.from(key.subarray(8)).swap16().toString('utf16le');
  const extentAt = (bytes: Uint8Array, at: number) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    return { startBlock: view.getUint32(at), blockCount: view.getUint32(at + 4) };
  };

  it('knows compression, attributes and further extents', () => {
    const image = withMore();
    const before = checkHfs(image);
    expect(before.get('/many/file 0')!.length).toBe(7 + 11 * 4096);
    const free = new HfsVolume(image.slice()).space.free;
    const one = editHfsImage(image, { entries: [file('etc/motd', 'plain')] }).image;
    expect(checkHfs(one).get('/etc/motd')).toBe('100644 plain');
    const volume = new HfsVolume(one.slice());
    expect(volume.attributes!.records.map(({ key }) => nameOf(key.subarray(6)))).toEqual(
      expect.arrayContaining(['user.kept', 'user.large']),
    );
    expect(volume.attributes!.records.length).toBe(2);
    expect(volume.space.free).toBe(free + 2);
    const none = editHfsImage(image, { remove: ['etc/motd', 'sbin/launchd', 'many/file 0'] }).image;
    expect(checkHfs(none).size).toBe(before.size - 3);
    expect(new HfsVolume(none.slice()).space.free).toBe(free + 1 + 2 + 3 + 3 + 11);
    expect(checkHfs(editHfsImage(image, { entries: [file('many/file 0', 'whole')] }).image).get('/many/file 0')).toBe(
      '100644 whole',
    );
  });

  it.each<[HfsEdits, string]>([
    [{ remove: ['etc/nothing'] }, 'bad-value'],
    [{ remove: ['etc/motd/x'] }, 'bad-value'],
    [{ remove: [''] }, 'bad-value'],
    [{ entries: [file('empty', 'a folder')] }, 'bad-value'],
    [{ entries: [file('etc/motd/x', 'below a file')] }, 'bad-value'],
    [{ entries: [{ path: 'etc/motd', mode: 0o755 }] }, 'bad-value'],
    [{ entries: [file('../x', '')] }, 'bad-value'],
    [{ entries: [{ path: 'large', mode: 0, bytes: new Uint8Array(5 * MIB) }] }, 'placement'],
    [{ size: MIB }, 'bad-option'],
    [{ size: 8 * MIB + 1 }, 'bad-option'],
  ])('refuses %#', (edits, expected) => {
    expect(code(() => editHfsImage(original(), edits))).toBe(expected);
  });

  it('refuses hard links, journals with something in them, and what is no volume', () => {
    const linked = original();
    const name = Buffer.from('motd', 'utf16le').swap16();
    const record = Buffer.from(linked).indexOf(Buffer.concat([Buffer.of(0, 4), name])) + 10;
    linked.set(text('hlnkhfs+'), record + 48);
    expect(code(() => editHfsImage(linked, { remove: ['etc/motd'] }))).toBe('unsupported');
    expect(code(() => editHfsImage(linked, { remove: ['etc'] }))).toBe('unsupported');
    const journaled = (end: bigint): Uint8Array => {
      const volume = new HfsVolume(original());
      const at = volume.space.take(2, 'test')[0]!.startBlock;
      volume.header.attributes |= 1 << 13;
      volume.header.journalInfoBlock = at;
      volume.catalog.changed = true;
      volume.finish();
      const view = new DataView(volume.image.buffer);
      view.setUint32(at * 4096, 1);
      view.setBigUint64(at * 4096 + 36, BigInt((at + 1) * 4096));
      view.setUint32((at + 1) * 4096 + 4, 0x1234_5678, true);
      view.setBigUint64((at + 1) * 4096 + 8, 512n, true);
      view.setBigUint64((at + 1) * 4096 + 16, end, true);
      return volume.image;
    };
    const motd = { entries: [file('etc/motd', 'x')] };
    expect(code(() => editHfsImage(journaled(512n), motd))).toBeUndefined();
    expect(code(() => editHfsImage(journaled(1024n), motd))).toBe('unsupported');
    for (const bytes of [new Uint8Array(0), new Uint8Array(MIB), original().subarray(0, MIB)])
      expect(code(() => editHfsImage(bytes, motd))).toMatch(/bad-value|truncated/);
  });

  it('damaged volumes give a typed error or a result, soon', () => {
    const image = buildHfsImage(ENTRIES.slice(0, 6), { size: 2 ** 18 });
    const view = new DataView(image.buffer);
    const catalog = view.getUint32(1024 + 272 + 16) * 4096;
    const edits = { entries: [file('etc/motd', 'x'.repeat(9000))], remove: ['sbin'] };
    for (const [from, to] of [
      [1024, 1536],
      [catalog, catalog + 8192],
    ] as const)
      for (let at = from; at < to; at += 3) {
        const damaged = image.slice();
        damaged[at]! ^= 0x55;
        code(() => editHfsImage(damaged, edits));
      }
  });

  it('make-ramdisk --base, read by 7-Zip', async () => {
    const [base, output, folder] = ['base.img', 'changed.img', 'overlay'].map(name => join(scratch, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(base, original());
    mkdirSync(join(folder, 'etc'), { recursive: true });
    writeFileSync(join(folder, 'etc/motd'), 'from a folder');
    const args = ['make-ramdisk', output, folder, '--base', base, '--remove', 'usr', '--size', '8M', '--json'];
    const { status, stdout } = await cliHere(args);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ bytes: 8 * MIB, added: 0, replaced: 1, removed: 2 });
    checkHfs(readFileSync(output));
    if (spawnSync('7z', ['i']).status === 0) {
      const extracted = spawnSync('7z', ['x', `-o${scratch}`, output], { encoding: 'utf8' });
      expect(extracted.stdout).toContain('Everything is Ok');
      expect(readFileSync(join(scratch, 'ramdisk/etc/motd'), 'utf8')).toBe('from a folder');
      expect(readFileSync(join(scratch, 'ramdisk/many/file 299'), 'utf8')).toBe('content 299');
    }
    expect((await cliHere(['make-ramdisk', output, '--remove', 'usr'])).status).toBe(2);
    expect((await cliHere(['make-ramdisk', output, folder, '--base', base, '--format', 'ustar'])).status).toBe(2);
    expect((await cliHere(['make-ramdisk', output, '--base', base, '--remove', 'nothing'])).status).toBe(1);
  });
});
