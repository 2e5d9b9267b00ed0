import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { crc32 } from '../../src/ipsw/zip.js';

/** A file for {@link writeZip}. */
export interface ZipInput {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly deflate?: boolean;
  /** Where its local header goes; behind the one before when absent. */
  readonly at?: number;
}

const fields = (parts: readonly (readonly [2 | 4 | 8, number])[]): Buffer =>
  Buffer.concat(
    parts.map(([size, value]) => {
      const bytes = Buffer.alloc(size);
      if (size === 8) bytes.writeBigUInt64LE(BigInt(value));
      else if (size === 4) bytes.writeUInt32LE(value >>> 0);
      else bytes.writeUInt16LE(value);
      return bytes;
    }),
  );

/** Writes a zip archive, sparse where `at` leaves room; ZIP64 records as soon as something is past 4 GiB. */
export function writeZip(path: string, inputs: readonly ZipInput[], size = 0): void {
  const file = openSync(path, 'w');
  let at = 0;
  const directory: Buffer[] = [];
  for (const input of inputs) {
    at = input.at ?? at;
    const name = Buffer.from(input.name);
    const data = input.deflate ? deflateRawSync(input.bytes) : Buffer.from(input.bytes);
    const method = input.deflate ? 8 : 0;
    const crc = crc32(input.bytes);
    const local = fields([
      [4, 0x04034b50],
      [2, 45],
      [2, 0],
      [2, method],
      [4, 0],
      [4, crc],
      [4, data.length],
      [4, input.bytes.length],
      [2, name.length],
      [2, 0],
    ]);
    writeSync(file, Buffer.concat([local, name, data]), 0, undefined, at);
    const far = at > 0xfffffffe;
    const extra = far
      ? fields([
          [2, 1],
          [2, 8],
          [8, at],
        ])
      : Buffer.alloc(0);
    directory.push(
      fields([
        [4, 0x02014b50],
        [2, 45],
        [2, 45],
        [2, 0],
        [2, method],
        [4, 0],
        [4, crc],
        [4, data.length],
        [4, input.bytes.length],
        [2, name.length],
        [2, extra.length],
        [2, 0],
        [2, 0],
        [2, 0],
        [4, 0],
        [4, far ? 0xffffffff : at],
      ]),
      name,
      extra,
    );
    at += local.length + name.length + data.length;
  }
  const start = Math.max(at, size);
  const records = Buffer.concat(directory);
  const wide = start > 0xfffffffe;
  const end64 = wide
    ? fields([
        [4, 0x06064b50],
        [8, 44],
        [2, 45],
        [2, 45],
        [4, 0],
        [4, 0],
        [8, inputs.length],
        [8, inputs.length],
        [8, records.length],
        [8, start],
        [4, 0x07064b50],
        [4, 0],
        [8, start + records.length],
        [4, 1],
      ])
    : Buffer.alloc(0);
  const end = fields([
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, inputs.length],
    [2, inputs.length],
    [4, records.length],
    [4, wide ? 0xffffffff : start],
    [2, 0],
  ]);
  writeSync(file, Buffer.concat([records, end64, end]), 0, undefined, start);
  ftruncateSync(file, start + records.length + end64.length + end.length);
  closeSync(file);
}
