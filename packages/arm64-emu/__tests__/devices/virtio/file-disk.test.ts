import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileDisk } from '../../../src/node/file-disk.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'disk-'));
  path = join(folder, 'disk.img');
  writeFileSync(
    path,
    Uint8Array.from({ length: 2048 }, (_, i) => i >> 9),
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('file disk', () => {
  test('reads and writes in place', () => {
    const disk = new FileDisk(path);
    expect([disk.size, disk.readOnly]).toEqual([2048, false]);
    expect([...disk.read(1023, 2)]).toEqual([1, 2]);
    disk.write(512, new Uint8Array(512).fill(9));
    disk.flush();
    disk.close();
    const bytes = readFileSync(path);
    expect([bytes.length, bytes[511], bytes[512], bytes[1023], bytes[1024]]).toEqual([2048, 0, 9, 9, 2]);
  });

  test('read-only', () => {
    const disk = new FileDisk(path, { readOnly: true });
    expect(disk.readOnly).toBe(true);
    expect(() => disk.write(0, new Uint8Array(1))).toThrow();
    disk.close();
  });

  test('a file cut short is an error, a missing one too', () => {
    const disk = new FileDisk(path);
    truncateSync(path, 100);
    expect(() => disk.read(0, 512)).toThrow(RangeError);
    disk.close();
    expect(() => new FileDisk(join(folder, 'none'))).toThrow(/ENOENT/);
  });
});
