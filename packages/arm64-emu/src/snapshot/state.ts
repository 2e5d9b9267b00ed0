import type { Stateful } from '../devices/device.js';
import type { TypedArray, Value } from './cbor.js';
import { SnapshotError } from './error.js';

type Fields = Record<string, unknown>;

function isStateful(v: unknown): v is Stateful {
  return typeof v === 'object' && v !== null && Array.isArray((v as Partial<Stateful>).stateFields);
}
const isTyped = (v: unknown): v is TypedArray => ArrayBuffer.isView(v) && !(v instanceof DataView);
const isPlain = (v: object): boolean => Object.getPrototypeOf(v) === Object.prototype;

/** The fields of an object, and those of the objects in them, as values. */
export function saveState(object: Stateful): Value {
  return Object.fromEntries(object.stateFields.map(name => [name, save((object as unknown as Fields)[name])]));
}

function save(v: unknown): Value {
  if (typeof v !== 'object' || v === null) return v as Value;
  if (isStateful(v)) return saveState(v);
  if (isTyped(v)) return v;
  if (Array.isArray(v)) return v.map(save);
  if (v instanceof Map) return new Map([...v].map(([key, item]) => [key as Value, save(item)]));
  // What is neither state nor data belongs to the host.
  return isPlain(v) ? Object.fromEntries(Object.entries(v).map(([key, item]) => [key, save(item)])) : null;
}

/** Puts values back into an object that was built alike. Throws {@link SnapshotError} `mismatch`. */
export function loadState(object: Stateful, value: Value, path: string): void {
  const values = record(value, path);
  const fields = object as unknown as Fields;
  for (const name of object.stateFields) {
    if (!Object.hasOwn(values, name))
      throw new SnapshotError('mismatch', 'the snapshot lacks a field', { path: `${path}.${name}` });
    const loaded = load(fields[name], values[name], `${path}.${name}`);
    if (loaded !== fields[name]) fields[name] = loaded;
  }
  object.restored?.();
}

/** The new value of a field: objects and arrays stay, with other contents. */
function load(now: unknown, value: Value, path: string): unknown {
  if (isStateful(now)) {
    loadState(now, value, path);
    return now;
  }
  if (isTyped(now)) {
    if (!isTyped(value) || value.length !== now.length || value.constructor !== now.constructor) throw unlike(path);
    (now as Uint8Array).set(value as Uint8Array);
    return now;
  }
  if (Array.isArray(now)) return loadArray(now, value, path);
  if (now instanceof Map) {
    if (!(value instanceof Map)) throw unlike(path);
    now.clear();
    for (const [key, item] of value) now.set(key, copy(item));
    return now;
  }
  if (typeof now === 'object' && now !== null && !isPlain(now)) return now;
  if (now !== undefined && now !== null && value !== undefined && typeof value !== typeof now) throw unlike(path);
  return copy(value);
}

function loadArray(now: unknown[], value: Value, path: string): unknown[] {
  if (!Array.isArray(value)) throw unlike(path);
  const list = value as readonly Value[];
  if (now.some(item => isStateful(item) || isTyped(item))) {
    // What a device is made of does not change; queues of frames do.
    if (now.some(isStateful) && list.length !== now.length) throw unlike(path);
    if (list.length === now.length) {
      now.forEach((item, i) => {
        now[i] = isTyped(item) && !isTypedAlike(item, list[i]) ? copy(list[i]) : load(item, list[i], `${path}[${i}]`);
      });
      return now;
    }
  }
  now.length = 0;
  for (const item of list) now.push(copy(item));
  return now;
}

/** The same value in objects of its own: a state may be loaded more than once. */
export function copy(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (isTyped(value)) return value.slice();
  if (Array.isArray(value)) return value.map(copy);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, copy(item)]));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item)]));
}
const isTypedAlike = (a: TypedArray, b: Value): boolean => isTyped(b) && a.length === b.length;

/** An object of named values; throws when it is something else. */
export function record(value: Value, path: string): { readonly [key: string]: Value } {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isTyped(value) || value instanceof Map)
    throw unlike(path);
  return value as { readonly [key: string]: Value };
}

function unlike(path: string): SnapshotError {
  return new SnapshotError('mismatch', 'the snapshot has something else here', { path });
}
