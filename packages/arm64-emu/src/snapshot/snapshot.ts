import type { MemoryRegion } from '../engine/physical-memory.js';
import { decode, encode, type Value } from './cbor.js';
import { at, contentsButMemory, item, lengthOf, loadContents, mismatch, type Saveable } from './contents.js';
import { SnapshotError } from './error.js';
import { record } from './state.js';
import { deflated, inflated } from './streams.js';

const MAGIC = new TextEncoder().encode('A64EMUSN');
const HEADER = 16;
const VERSION = 1;
const DEFLATED = 1;
const PAGE = 4096;
/** What deflated snapshots may grow to, beside the machine's memory. */
const SLACK = 1 << 28;

/** Options of {@link saveSnapshot}. */
export interface SnapshotOptions {
  /** Compresses the contents; true by default. */
  readonly deflate?: boolean;
}

/**
 * Saves a machine: CPUs, memory, virtual time, devices. Not while it runs. The bytes are
 *
 * - `A64EMUSN`, version (u32 little-endian, 1), flags (u32: bit 0 when the rest is deflated, RFC 1950),
 * - one CBOR map: `model`, `cpus` (state block, instructions, fields), `current`, `machine`, `memory` (base, size, runs of
 *   pages that are not zero as offset and bytes), `devices` (name and fields in the machine's order).
 *
 * Translations and decoded instructions are not state; files behind disks and what the host has attached stay outside.
 * Throws {@link SnapshotError} `unsupported` or `busy`.
 *
 * @example
 * const bytes = await saveSnapshot(virt);
 * const other = createVirt(sameOptions);
 * await restoreSnapshot(other, bytes);
 * await other.machine.run();
 */
export async function saveSnapshot(saveable: Saveable, options: SnapshotOptions = {}): Promise<Uint8Array> {
  return packSnapshot(contents(saveable), options);
}

/** Contents of a snapshot as its bytes. */
export async function packSnapshot(value: Value, options: SnapshotOptions): Promise<Uint8Array> {
  const body = encode(value);
  const deflate = options.deflate ?? true;
  const packed = deflate ? await deflated(body) : body;
  const bytes = new Uint8Array(HEADER + packed.length);
  bytes.set(MAGIC);
  new DataView(bytes.buffer).setUint32(8, VERSION, true);
  new DataView(bytes.buffer).setUint32(12, deflate ? DEFLATED : 0, true);
  bytes.set(packed, HEADER);
  return bytes;
}

/**
 * Restores a snapshot into a machine that was built alike. Throws {@link SnapshotError}; after `mismatch` of a device the
 * machine has to be reset or thrown away.
 */
export async function restoreSnapshot(saveable: Saveable, bytes: Uint8Array): Promise<void> {
  if (bytes.length < HEADER || MAGIC.some((b, i) => bytes[i] !== b))
    throw new SnapshotError('bad-magic', 'these bytes are not a snapshot', { offset: 0 });
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER);
  const version = view.getUint32(8, true);
  if (version !== VERSION) throw new SnapshotError('bad-version', `version ${version} is not known`, { offset: 8 });
  const flags = view.getUint32(12, true);
  if ((flags & ~DEFLATED) !== 0) throw new SnapshotError('bad-version', 'unknown flags', { offset: 12 });
  const rest = bytes.subarray(HEADER);
  const limit = saveable.engine.memory.regions.reduce((sum, r) => sum + r.size, SLACK);
  restore(saveable, decode(flags === 0 ? rest : await inflatedRest(rest, limit)));
}

/**
 * SHA-256 of a machine's whole state in hexadecimal: two machines that have the same will do the same. Undefined where the
 * host has no Web Crypto, as in pages that were not loaded securely.
 *
 * @example
 * if ((await stateHash(a)) !== (await stateHash(b))) throw new Error('the runs differ');
 */
export async function stateHash(saveable: Saveable): Promise<string | undefined> {
  const { subtle } = (globalThis.crypto ?? {}) as Partial<Crypto>;
  if (subtle === undefined) return undefined;
  const hash = await subtle.digest('SHA-256', encode(contents(saveable, false)) as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(hash), byte => byte.toString(16).padStart(2, '0')).join('');
}
function contents(saveable: Saveable, scheduledToo = true): Value {
  const { memory } = saveable.engine;
  return {
    ...contentsButMemory(saveable, scheduledToo),
    memory: memory.regions.map(region => ({
      base: region.base,
      size: region.size,
      runs: isAlias(region, memory.regions) ? [] : runs(memory.bytes, region),
    })),
  };
}

function restore(saveable: Saveable, value: Value): void {
  const { engine } = saveable;
  const { memory } = record(value, '');
  const { regions } = engine.memory;
  const same =
    lengthOf(memory) === regions.length &&
    regions.every((r, i) => at(memory, i, 'base') === r.base && at(memory, i, 'size') === r.size);
  if (!same) throw mismatch();
  loadContents(saveable, value, () => {
    regions.forEach((region, i) => {
      fill(engine.memory.bytes, region, at(memory, i, 'runs'));
    });
  });
  engine.forget();
}

/** Whether a region's bytes are also those of one behind it. */
export function isAlias(region: MemoryRegion, regions: readonly MemoryRegion[]): boolean {
  const behind = regions.slice(regions.indexOf(region) + 1);
  return behind.some(({ host, size }) => region.host >= host && region.host + region.size <= host + size);
}

/** Offset and bytes of each run of pages that are not zero. */
function runs(bytes: Uint8Array, { host, size }: MemoryRegion): Value[] {
  const words = new Uint32Array(bytes.buffer, host, size / 4);
  const used = (page: number): boolean => {
    const end = ((page + 1) * PAGE) / 4;
    for (let w = (page * PAGE) / 4; w < end; w++) if (words[w] !== 0) return true;
    return false;
  };
  const found: Value[] = [];
  for (let page = 0; page < size / PAGE; page++) {
    if (!used(page)) continue;
    const first = page;
    while (page < size / PAGE && used(page)) page++;
    found.push([first * PAGE, bytes.subarray(host + first * PAGE, host + page * PAGE)]);
  }
  return found;
}

function fill(bytes: Uint8Array, { host, size }: MemoryRegion, list: Value): void {
  bytes.fill(0, host, host + size);
  for (let i = 0; i < lengthOf(list); i++) {
    const [offset, data] = [item(item(list, i), 0), item(item(list, i), 1)];
    if (typeof offset !== 'number' || !(data instanceof Uint8Array) || offset < 0 || offset + data.length > size)
      throw new SnapshotError('bad-value', 'not a run of pages', { path: `memory[${i}]` });
    bytes.set(data, host + offset);
  }
}

async function inflatedRest(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  try {
    return await inflated(bytes, limit);
  } catch (cause) {
    throw new SnapshotError('truncated', 'the deflated part is damaged or too long', { offset: HEADER, cause });
  }
}
