import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384 } from '@noble/hashes/sha2.js';
import { fail, hex, MachOError } from '../error.js';
import type { MachO } from '../macho/macho.js';
import { cString, plainBytes, readBytes } from '../source.js';
import {
  BlobIndexSize,
  CodeDirectoryExtensionSize,
  CodeDirectorySize,
  GenericBlobSize,
  type CodeDirectory as RawCodeDirectory,
  readBlobIndex,
  readCodeDirectory,
  readCodeDirectoryExtension,
  readGenericBlob,
  readSuperBlob,
  SuperBlobSize,
} from './code-signature.generated.js';

/** Names of CSSLOT_*. */
export const SLOTS: Readonly<Record<number, string>> = {
  0: 'code-directory',
  1: 'info',
  2: 'requirements',
  3: 'resource-directory',
  4: 'application',
  5: 'entitlements',
  7: 'entitlements-der',
  8: 'launch-constraint-self',
  9: 'launch-constraint-parent',
  10: 'launch-constraint-responsible',
  11: 'library-constraint',
  65536: 'cms-signature',
  65537: 'identification',
  65538: 'ticket',
};
const CODE_DIRECTORY_MAGIC = 0xfade0c02;
const ALTERNATES = 0x1000;

/** Hash types of code directories. `rank`: a kernel takes the highest that it knows. */
export const HASH_TYPES = {
  1: { name: 'sha1', size: 20, rank: 1, hash: (data: Uint8Array): Uint8Array => sha1(data) },
  2: { name: 'sha256', size: 32, rank: 3, hash: (data: Uint8Array): Uint8Array => sha256(data) },
  3: { name: 'sha256-truncated', size: 20, rank: 2, hash: (data: Uint8Array): Uint8Array => sha256(data).slice(0, 20) },
  4: { name: 'sha384', size: 48, rank: 4, hash: (data: Uint8Array): Uint8Array => sha384(data) },
} as const;
/** Number of a hash type. */
export type HashType = keyof typeof HASH_TYPES;

/** A blob of the signature. */
export interface SignatureBlob {
  /** CSSLOT_*. */
  readonly slot: number;
  readonly name: string;
  readonly magic: number;
  /** Whole blob, a view. */
  readonly bytes: Uint8Array;
}

/** A code directory. */
export interface CodeDirectory extends RawCodeDirectory {
  readonly identifier: string;
  readonly teamId: string | undefined;
  readonly hashName: string;
  /** Hash of the directory itself cut to 20 bytes: what trust caches hold. */
  readonly cdhash: Uint8Array;
  /** Hashes of the pages. */
  readonly codeHashes: readonly Uint8Array[];
  /** Hashes of the special slots: index i is slot -(i + 1). */
  readonly specialHashes: readonly Uint8Array[];
  readonly pageBytes: number;
}

/** LC_CODE_SIGNATURE. */
export interface CodeSignature {
  readonly blobs: readonly SignatureBlob[];
  /** The primary directory first, then the alternates. */
  readonly directories: readonly CodeDirectory[];
  /** The directory that the kernel uses: the one of the strongest hash. */
  readonly best: CodeDirectory | undefined;
}

function readDirectory(bytes: Uint8Array, base: number): CodeDirectory {
  const path = 'CS_CodeDirectory';
  const raw = readCodeDirectory(bytes, 0, fail, path, base);
  const type = HASH_TYPES[raw.hashType as HashType];
  if (type === undefined)
    throw new MachOError('unsupported', `hash type ${raw.hashType}`, { offset: base + 37, path: `${path}.hashType` });
  const hashes = raw.nSpecialSlots * raw.hashSize;
  if (raw.hashSize === 0 || raw.hashOffset < hashes || raw.hashOffset + raw.nCodeSlots * raw.hashSize > bytes.length)
    throw new MachOError('bad-signature', `${raw.nCodeSlots} hashes lie outside the directory`, {
      offset: base + 16,
      path,
    });
  const hashAt = (i: number) =>
    bytes.subarray(raw.hashOffset + i * raw.hashSize, raw.hashOffset + (i + 1) * raw.hashSize);
  const extended = raw.version >= 0x20200 && bytes.length >= CodeDirectorySize + CodeDirectoryExtensionSize;
  const team = extended ? readCodeDirectoryExtension(bytes, CodeDirectorySize, fail, path, base).teamOffset : 0;
  return {
    ...raw,
    identifier: raw.identOffset < bytes.length ? cString(bytes, raw.identOffset) : '',
    teamId: team > 0 && team < bytes.length ? cString(bytes, team) : undefined,
    hashName: type.name,
    cdhash: type.hash(bytes).slice(0, 20),
    codeHashes: Array.from({ length: raw.nCodeSlots }, (_, i) => hashAt(i)),
    specialHashes: Array.from({ length: raw.nSpecialSlots }, (_, i) => hashAt(-1 - i)),
    pageBytes: raw.pageSize === 0 ? 0 : 2 ** raw.pageSize,
  };
}

/** Parses a signature's super blob. `base` is its file offset, for errors. */
export function parseCodeSignature(input: Uint8Array, base = 0): CodeSignature {
  const data = plainBytes(input);
  const head = readSuperBlob(data, 0, fail, 'CS_SuperBlob', base);
  if (head.magic !== 0xfade0cc0)
    throw new MachOError('bad-signature', `magic ${hex(head.magic)}`, { offset: base, path: 'CS_SuperBlob.magic' });
  if (head.count > (data.length - SuperBlobSize) / BlobIndexSize)
    throw new MachOError('truncated', `${head.count} blobs pass the end`, {
      offset: base + 8,
      path: 'CS_SuperBlob.count',
    });
  const blobs: SignatureBlob[] = [];
  const directories: CodeDirectory[] = [];
  for (let i = 0; i < head.count; i++) {
    const { type, offset } = readBlobIndex(data, SuperBlobSize + i * BlobIndexSize, fail, `CS_BlobIndex[${i}]`, base);
    const { magic, length } = readGenericBlob(data, offset, fail, `CS_BlobIndex[${i}]`, base);
    if (length < GenericBlobSize || length > data.length - offset)
      throw new MachOError('bad-signature', `blob of ${length} bytes`, {
        offset: base + offset,
        path: `CS_BlobIndex[${i}]`,
      });
    const bytes = data.subarray(offset, offset + length);
    const alternate = type >= ALTERNATES && type < ALTERNATES + 5;
    const name = alternate ? `alternate-code-directory-${type - ALTERNATES}` : (SLOTS[type] ?? hex(type));
    blobs.push({ slot: type, name, magic, bytes });
    if ((type === 0 || alternate) && magic === CODE_DIRECTORY_MAGIC)
      directories.push(readDirectory(bytes, base + offset));
  }
  const rank = (d: CodeDirectory) => HASH_TYPES[d.hashType as HashType].rank;
  const best = directories.reduce<CodeDirectory | undefined>(
    (a, b) => (a === undefined || rank(b) > rank(a) ? b : a),
    undefined,
  );
  return { blobs, directories, best };
}

/** An image's code signature; undefined when it has none. */
export function readCodeSignature(macho: MachO): CodeSignature | undefined {
  const fields = macho.command('LC_CODE_SIGNATURE')?.fields;
  if (fields === undefined) return undefined;
  return parseCodeSignature(
    readBytes(macho.source, fields.dataoff, fields.datasize, 'LC_CODE_SIGNATURE'),
    fields.dataoff,
  );
}

/** Indices of the pages whose content does not have the hash that the directory says; empty when the file is intact. */
export function verifyPages(macho: MachO, directory: CodeDirectory): number[] {
  const { hash, size } = HASH_TYPES[directory.hashType as HashType];
  const bad: number[] = [];
  const page = directory.pageBytes === 0 ? directory.codeLimit : directory.pageBytes;
  directory.codeHashes.forEach((expected, i) => {
    const start = i * page;
    const end = Math.min(start + page, directory.codeLimit);
    const actual = hash(readBytes(macho.source, start, Math.max(0, end - start), `page ${i}`)).subarray(
      0,
      Math.min(size, expected.length),
    );
    if (!actual.every((byte, k) => byte === expected[k])) bad.push(i);
  });
  return bad;
}
