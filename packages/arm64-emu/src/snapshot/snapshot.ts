import type { Device, Stateful } from '../devices/device.js';
import type { Engine } from '../engine/engine.js';
import type { MemoryRegion } from '../engine/physical-memory.js';
import type { Machine } from '../machine/machine.js';
import { decode, encode, type Value } from './cbor.js';
import { SnapshotError } from './error.js';
import { saveState as fieldsOf, loadState, record } from './state.js';

const MAGIC = new TextEncoder().encode('A64EMUSN');
const HEADER = 16;
const VERSION = 1;
const DEFLATED = 1;
const PAGE = 4096;
/** What deflated snapshots may grow to, beside the machine's memory. */
const SLACK = 1 << 28;

/** A machine and its engine, as `buildMachine` and the boards return them. */
export interface Saveable {
  readonly machine: Machine;
  readonly engine: Engine;
}

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
  const body = saveState(saveable);
  const deflate = options.deflate ?? true;
  const packed = deflate ? await piped(body, new CompressionStream('deflate'), Number.POSITIVE_INFINITY) : body;
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
  restore(saveable, decode(flags === 0 ? rest : await inflated(rest, limit)));
}

/** A state as bytes for {@link restoreState}, without the header of a snapshot. */
export function saveState(saveable: Saveable): Uint8Array {
  return encode(contents(saveable));
}
/** Restores bytes of {@link saveState}. */
export function restoreState(saveable: Saveable, bytes: Uint8Array): void {
  restore(saveable, decode(bytes));
}

function contents({ machine, engine }: Saveable): Value {
  const stateful = machine.devices.map(asStateful);
  const scheduled = stateful.reduce((sum, device) => sum + (device.scheduledCalls ?? 0), 0);
  if (machine.time.queue.length !== scheduled)
    throw new SnapshotError('busy', 'something is scheduled that no device will schedule again');
  // A block that is not in place has its pending interrupts from when it was.
  for (const { index } of machine.cpus) machine.within(index, () => {});
  return {
    model: machine.cpus[0]!.model.name,
    current: machine.current.index,
    machine: fieldsOf(machine),
    cpus: machine.cpus.map(cpu => ({
      block: engine.stateBlock(cpu.index).slice(),
      executed: engine.executed(cpu.index),
      fields: fieldsOf(cpu),
    })),
    devices: stateful.map((device, i) => [machine.devices[i]!.name, fieldsOf(device)]),
    memory: engine.memory.regions.map(region => ({
      base: region.base,
      size: region.size,
      runs: runs(engine.memory.bytes, region),
    })),
  };
}

function restore({ machine, engine }: Saveable, value: Value): void {
  const { model, current, machine: fields, cpus, devices, memory } = record(value, '');
  const stateful = machine.devices.map(asStateful);
  const names = machine.devices.map(device => device.name);
  const regions = engine.memory.regions;
  const same =
    model === machine.cpus[0]!.model.name &&
    lengthOf(cpus) === machine.cpus.length &&
    lengthOf(memory) === regions.length &&
    regions.every((r, i) => at(memory, i, 'base') === r.base && at(memory, i, 'size') === r.size) &&
    lengthOf(devices) === names.length &&
    names.every((name, i) => item(item(devices, i), 0) === name);
  if (!same) throw new SnapshotError('mismatch', 'the snapshot is of a machine that was built otherwise');
  if (typeof current !== 'number' || !(current in machine.cpus))
    throw new SnapshotError('bad-value', 'no such CPU', { path: 'current' });
  regions.forEach((region, i) => {
    fill(engine.memory.bytes, region, at(memory, i, 'runs'));
  });
  machine.time.queue.clear();
  machine.cpus.forEach((cpu, i) => {
    const block = at(cpus, i, 'block');
    const executed = at(cpus, i, 'executed');
    const to = engine.stateBlock(i);
    if (!(block instanceof Uint8Array) || block.length !== to.length || typeof executed !== 'number')
      throw new SnapshotError('bad-value', 'not the state of a CPU', { path: `cpus[${i}]` });
    to.set(block);
    engine.setExecuted(cpu.index, executed);
  });
  loadState(machine, fields, 'machine');
  for (const cpu of machine.cpus)
    machine.within(cpu.index, () => loadState(cpu, at(cpus, cpu.index, 'fields'), `cpus[${cpu.index}]`));
  machine.select(current);
  stateful.forEach((device, i) => {
    loadState(device, item(item(devices, i), 1), names[i]!);
  });
  engine.forget();
}

function asStateful(device: Device): Stateful {
  if (device.stateFields === undefined)
    throw new SnapshotError('unsupported', `device ${device.name} does not say what its state is`, {
      path: device.name,
    });
  return device as Stateful;
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

function lengthOf(value: Value): number {
  return Array.isArray(value) ? value.length : -1;
}
function item(value: Value, i: number): Value {
  return Array.isArray(value) ? (value as readonly Value[])[i] : undefined;
}
function at(value: Value, i: number, name: string): Value {
  return record(item(value, i), `${name} of ${i}`)[name];
}

async function inflated(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  try {
    return await piped(bytes, new DecompressionStream('deflate'), limit);
  } catch (cause) {
    throw new SnapshotError('truncated', 'the deflated part is damaged or too long', { offset: HEADER, cause });
  }
}

async function piped(
  bytes: Uint8Array,
  through: CompressionStream | DecompressionStream,
  limit: number,
): Promise<Uint8Array> {
  const writer = through.writable.getWriter();
  // Errors of the writer come up at the reader too.
  writer.write(bytes as Uint8Array<ArrayBuffer>).catch(() => {});
  writer.close().catch(() => {});
  const parts: Uint8Array[] = [];
  let total = 0;
  const reader = through.readable.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    total += part.value.length;
    if (total > limit) throw new RangeError(`more than ${limit} bytes`);
    parts.push(part.value);
  }
  const out = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
