import { sha256 } from '@noble/hashes/sha2.js';
import { fail, MachOError } from '../error.js';
import { plainBytes, viewOf } from '../source.js';
import {
  readTrustCacheEntry0,
  readTrustCacheEntry1,
  readTrustCacheEntry2,
  readTrustCacheHeader,
  readTrustCacheWrapper,
  TrustCacheEntry0Size,
  TrustCacheEntry1Size,
  TrustCacheEntry2Size,
  TrustCacheHeaderSize,
  TrustCacheWrapperSize,
  writeTrustCacheEntry0,
  writeTrustCacheEntry1,
  writeTrustCacheEntry2,
  writeTrustCacheHeader,
  writeTrustCacheWrapper,
} from './trust-cache.generated.js';

/** Versions of trust caches. Kernels of macOS 11 (xnu-7195 to 8020) take 1 only. */
export type TrustCacheVersion = 0 | 1 | 2;

/** An entry of a trust cache; what its version has no room for is 0. */
export interface TrustCacheEntry {
  /** 20 bytes. */
  readonly cdhash: Uint8Array;
  readonly hashType: number;
  readonly flags: number;
  readonly constraintCategory: number;
}

/** A trust cache module. */
export interface TrustCache {
  readonly version: TrustCacheVersion;
  readonly uuid: Uint8Array;
  readonly entries: readonly TrustCacheEntry[];
}

const ENTRY_SIZE = { 0: TrustCacheEntry0Size, 1: TrustCacheEntry1Size, 2: TrustCacheEntry2Size } as const;

function readEntry(version: TrustCacheVersion, bytes: Uint8Array, at: number, path: string): TrustCacheEntry {
  if (version === 0)
    return { cdhash: readTrustCacheEntry0(bytes, at, fail, path).cdhash, hashType: 0, flags: 0, constraintCategory: 0 };
  if (version === 1) {
    const raw = readTrustCacheEntry1(bytes, at, fail, path);
    return { cdhash: raw.cdhash, hashType: raw.hash_type, flags: raw.flags, constraintCategory: 0 };
  }
  const raw = readTrustCacheEntry2(bytes, at, fail, path);
  return { cdhash: raw.cdhash, hashType: raw.hash_type, flags: raw.flags, constraintCategory: raw.constraint_category };
}

/**
 * Reads a module; bytes after its entries are ignored. Throws `unsupported` for other versions, and `truncated`.
 *
 * @example
 * const { version, entries } = parseTrustCache(bytes);
 */
export function parseTrustCache(input: Uint8Array): TrustCache {
  const bytes = plainBytes(input);
  const { version, uuid, num_entries } = readTrustCacheHeader(bytes, 0, fail);
  if (version !== 0 && version !== 1 && version !== 2)
    throw new MachOError('unsupported', `trust cache version ${version}`, {
      offset: 0,
      path: 'trust_cache_module.version',
    });
  const size = ENTRY_SIZE[version];
  if (num_entries > (bytes.length - TrustCacheHeaderSize) / size)
    throw new MachOError('truncated', `${num_entries} entries do not fit ${bytes.length} bytes`, {
      offset: 20,
      path: 'trust_cache_module.num_entries',
    });
  return {
    version,
    uuid,
    entries: Array.from({ length: num_entries }, (_, i) =>
      readEntry(version, bytes, TrustCacheHeaderSize + i * size, `entries[${i}]`),
    ),
  };
}

const compare = (a: Uint8Array, b: Uint8Array): number => {
  for (let i = 0; i < 20; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
};

/** What {@link buildTrustCache} is given. */
export interface TrustCacheInput {
  /** 1 when absent. */
  readonly version?: TrustCacheVersion;
  /** From a hash of the entries when absent. */
  readonly uuid?: Uint8Array;
  readonly entries: readonly (Pick<TrustCacheEntry, 'cdhash'> & Partial<TrustCacheEntry>)[];
}

/** A module with its entries sorted by cdhash, as kernels search them, and duplicates left out. */
export function buildTrustCache(input: TrustCacheInput): TrustCache {
  const sorted = [...input.entries].sort((a, b) => compare(a.cdhash, b.cdhash));
  const entries = sorted
    .filter((entry, i) => i === 0 || compare(entry.cdhash, sorted[i - 1]!.cdhash) !== 0)
    .map(entry => ({ hashType: 2, flags: 0, constraintCategory: 0, ...entry }));
  const all = new Uint8Array(entries.length * 20);
  entries.forEach((entry, i) => {
    if (entry.cdhash.length !== 20)
      throw new MachOError('bad-value', `cdhash of ${entry.cdhash.length} bytes`, { path: `entries[${i}]` });
    all.set(entry.cdhash, i * 20);
  });
  return { version: input.version ?? 1, uuid: input.uuid ?? sha256(all).slice(0, 16), entries };
}

/** A module as bytes, entries in the order given. */
export function encodeTrustCache(cache: TrustCache): Uint8Array {
  const size = ENTRY_SIZE[cache.version];
  const out = new Uint8Array(TrustCacheHeaderSize + cache.entries.length * size);
  writeTrustCacheHeader({ version: cache.version, uuid: cache.uuid, num_entries: cache.entries.length }, out, 0, fail);
  cache.entries.forEach((entry, i) => {
    const at = TrustCacheHeaderSize + i * size;
    const { cdhash, hashType: hash_type, flags, constraintCategory: constraint_category } = entry;
    if (cache.version === 0) writeTrustCacheEntry0({ cdhash }, out, at, fail);
    else if (cache.version === 1) writeTrustCacheEntry1({ cdhash, hash_type, flags }, out, at, fail);
    else writeTrustCacheEntry2({ cdhash, hash_type, flags, constraint_category, reserved: 0 }, out, at, fail);
  });
  return out;
}

/** Whether a module has a cdhash; entries must be sorted. */
export function trustCacheHas(cache: TrustCache, cdhash: Uint8Array): boolean {
  let low = 0;
  let high = cache.entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const order = compare(cache.entries[middle]!.cdhash, cdhash);
    if (order === 0) return true;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return false;
}

/** Modules joined as a boot loader hands them to the kernel: their number, their offsets, the modules. */
export function wrapTrustCaches(modules: readonly Uint8Array[]): Uint8Array {
  let at = TrustCacheWrapperSize + 4 * modules.length;
  const out = new Uint8Array(at + modules.reduce((sum, module) => sum + module.length, 0));
  const view = viewOf(out);
  writeTrustCacheWrapper({ num_caches: modules.length }, out, 0, fail);
  modules.forEach((module, i) => {
    view.setUint32(TrustCacheWrapperSize + 4 * i, at, true);
    out.set(module, at);
    at += module.length;
  });
  return out;
}

/** The modules of {@link wrapTrustCaches}, as views. Throws `truncated` and `bad-value`. */
export function unwrapTrustCaches(bytes: Uint8Array): Uint8Array[] {
  const { num_caches } = readTrustCacheWrapper(bytes, 0, fail);
  if (num_caches > (bytes.length - TrustCacheWrapperSize) / 4)
    throw new MachOError('truncated', `${num_caches} modules in ${bytes.length} bytes`, {
      offset: 0,
      path: 'num_caches',
    });
  const view = viewOf(bytes);
  const offsets = Array.from({ length: num_caches }, (_, i) => view.getUint32(TrustCacheWrapperSize + 4 * i, true));
  return offsets.map((offset, i) => {
    const end = offsets[i + 1] ?? bytes.length;
    if (offset < TrustCacheWrapperSize + 4 * num_caches || end < offset || end > bytes.length)
      throw new MachOError('bad-value', `module ${i} from ${offset} to ${end}`, {
        offset: TrustCacheWrapperSize + 4 * i,
        path: `offsets[${i}]`,
      });
    return bytes.subarray(offset, end);
  });
}
