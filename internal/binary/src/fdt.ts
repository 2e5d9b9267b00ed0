import { Cursor } from './cursor.js';
import type { Fail } from './error.js';

/*
 * Flattened device tree, versions 16 and 17: Devicetree Specification 0.4, chapter 5.
 * Everything in it is big-endian.
 */
const MAGIC = 0xd00dfeed;
const HEADER_SIZE = 40;
const BEGIN_NODE = 1;
const END_NODE = 2;
const PROP = 3;
const NOP = 4;
const END = 9;
/** Bounds that no real tree comes near, so that hostile input ends early. */
const MAX_DEPTH = 64;
const MAX_NAME = 255;

/** A property: its value is bytes, whose meaning depends on the name. */
export interface FdtProperty {
  name: string;
  value: Uint8Array;
}

/** A node. The root's name is empty. Properties precede children when written, as the format demands. */
export interface FdtNode {
  name: string;
  properties: FdtProperty[];
  children: FdtNode[];
}

/** An entry of the memory reservation block: physical address and size, in bytes. */
export interface FdtReservation {
  address: bigint;
  size: bigint;
}

/** A whole tree with the fields of its blob's header that carry meaning. */
export interface Fdt {
  /** `boot_cpuid_phys`: the `reg` of the CPU that boots. */
  bootCpu: number;
  reservations: FdtReservation[];
  root: FdtNode;
  /** The strings block as it was read; the writer keeps its order and appends what is missing. */
  strings?: Uint8Array;
}

function text(bytes: Uint8Array, start: number, end: number): string {
  let s = '';
  for (let i = start; i < end; i++) s += String.fromCharCode(bytes[i]!);
  return s;
}

const align4 = (n: number): number => (n + 3) & ~3;

/**
 * Reads a device tree blob. Values are copies. NOP tokens and the padding after the tree are dropped.
 *
 * @param fail makes the error thrown for input that is truncated (`truncated`), malformed (`bad-value`) or
 *   beyond the bounds of nesting and name length (`out-of-range`)
 * @example
 * const tree = parseFdt(bytes, fail);
 * fdtProperty(tree.root, 'compatible');
 */
export function parseFdt(bytes: Uint8Array, fail: Fail): Fdt {
  const header = new Cursor(bytes, fail, 0, 'fdt_header');
  const magic = header.u32be('magic');
  if (magic !== MAGIC)
    throw fail('bad-value', `magic is 0x${magic.toString(16)}, not 0xd00dfeed`, { offset: 0, path: 'fdt_header' });
  const [total, structAt, stringsAt, reservedAt, version, oldest, bootCpu, stringsSize, structSize17] = Array.from(
    { length: 9 },
    () => header.u32be(),
  ) as [number, number, number, number, number, number, number, number, number];
  if (version < 16 || oldest > 17)
    throw fail('bad-value', `version ${version} (compatible with ${oldest}) is not 16 or 17`, {
      offset: 20,
      path: 'fdt_header',
    });
  if (total < HEADER_SIZE || total > bytes.length)
    throw fail('truncated', `totalsize is ${total}, ${bytes.length} bytes are there`, {
      offset: 4,
      path: 'fdt_header',
    });
  const block = (name: string, at: number, size: number): Cursor => {
    if (at > total || size > total - at)
      throw fail('truncated', `${size} bytes at ${at} exceed totalsize ${total}`, { offset: at, path: name });
    return new Cursor(bytes.subarray(at, at + size), fail, 0, name, at);
  };
  const strings = block('strings', stringsAt, stringsSize).bytes;
  const tokens = block('structure', structAt, version >= 17 ? structSize17 : Math.max(0, total - structAt));

  const reserved = block('memory reservation', reservedAt, Math.max(0, total - reservedAt));
  const reservations: FdtReservation[] = [];
  for (;;) {
    const [a, b, c, d] = [reserved.u32be(), reserved.u32be(), reserved.u32be(), reserved.u32be()];
    if (a === 0 && b === 0 && c === 0 && d === 0) break;
    reservations.push({ address: (BigInt(a) << 32n) | BigInt(b), size: (BigInt(c) << 32n) | BigInt(d) });
  }

  const names = new Map<number, string>();
  const nameAt = (offset: number): string => {
    const known = names.get(offset);
    if (known !== undefined) return known;
    let end = offset;
    while (end < strings.length && strings[end] !== 0 && end - offset <= MAX_NAME) end++;
    if (end >= strings.length || end - offset > MAX_NAME)
      throw fail('out-of-range', `no property name at ${offset} of the strings block`, {
        offset: stringsAt + offset,
        path: 'strings',
      });
    const name = text(strings, offset, end);
    names.set(offset, name);
    return name;
  };

  const open: FdtNode[] = [];
  let root: FdtNode | undefined;
  const where = (): string =>
    `/${open
      .slice(1)
      .map(node => node.name)
      .join('/')}`;
  for (;;) {
    tokens.path = where();
    const start = tokens.offset;
    const token = tokens.u32be('token');
    const node = open[open.length - 1];
    if (token === NOP) continue;
    if (token === BEGIN_NODE) {
      if (node === undefined && root !== undefined)
        throw fail('bad-value', 'a second root node', { offset: structAt + start, path: '/' });
      if (open.length === MAX_DEPTH)
        throw fail('out-of-range', `nodes nest deeper than ${MAX_DEPTH}`, { offset: structAt + start, path: where() });
      const at = tokens.offset;
      let end = at;
      while (end < tokens.bytes.length && tokens.bytes[end] !== 0 && end - at <= MAX_NAME) end++;
      if (end - at > MAX_NAME)
        throw fail('out-of-range', `node name longer than ${MAX_NAME}`, { offset: structAt + at, path: where() });
      tokens.take(align4(end + 1) - at, 'node name');
      const child: FdtNode = { name: text(tokens.bytes, at, end), properties: [], children: [] };
      if (node === undefined) root = child;
      else node.children.push(child);
      open.push(child);
    } else if (token === PROP && node !== undefined) {
      const size = tokens.u32be('property length');
      const name = nameAt(tokens.u32be('property name'));
      const value = tokens.slice(size, `property ${name}`).slice();
      tokens.take(align4(size) - size, 'padding');
      node.properties.push({ name, value });
    } else if (token === END_NODE && node !== undefined) open.pop();
    else if (token === END && node === undefined && root !== undefined) break;
    else throw fail('bad-value', `unexpected token ${token}`, { offset: structAt + start, path: where() });
  }
  return { bootCpu, reservations, root: root!, strings: strings.slice() };
}

/** The strings block while it grows: offsets of names, old ones first. */
class Strings {
  private readonly offsets = new Map<string, number>();
  private readonly old: string;
  added = '';

  constructor(old: Uint8Array) {
    this.old = text(old, 0, old.length);
    if (this.old !== '' && !this.old.endsWith('\0')) this.old += '\0';
  }

  offset(name: string): number {
    let at = this.offsets.get(name);
    if (at === undefined) {
      // A name may also be the tail of another one.
      at = `${this.old}${this.added}`.indexOf(`${name}\0`);
      if (at < 0) {
        at = this.old.length + this.added.length;
        this.added += `${name}\0`;
      }
      this.offsets.set(name, at);
    }
    return at;
  }

  bytes(): Uint8Array {
    return Uint8Array.from(`${this.old}${this.added}`, c => c.charCodeAt(0));
  }
}

/**
 * Writes a version 17 blob: header, reservations, structure, strings.
 *
 * @param fail makes the error thrown for names that the format cannot hold (`bad-value`)
 * @param totalSize pads the blob to so many bytes, room for a boot loader's additions; an error if it is too small
 * @example
 * const blob = writeFdt({ bootCpu: 0, reservations: [], root: { name: '', properties: [], children: [] } }, fail);
 */
export function writeFdt(fdt: Fdt, fail: Fail, totalSize?: number): Uint8Array {
  const strings = new Strings(fdt.strings ?? new Uint8Array(0));
  const words: number[] = [];
  const pushBytes = (bytes: Uint8Array): void => {
    for (let i = 0; i < bytes.length; i += 4)
      words.push(
        ((bytes[i]! << 24) | ((bytes[i + 1] ?? 0) << 16) | ((bytes[i + 2] ?? 0) << 8) | (bytes[i + 3] ?? 0)) >>> 0,
      );
  };
  const encode = (name: string, path: string): Uint8Array => {
    if (name.length > MAX_NAME || Array.from(name).some(c => c === '\0' || c > '\xff'))
      throw fail('bad-value', `'${name}' cannot be a name`, { path });
    return Uint8Array.from(`${name}\0`, c => c.charCodeAt(0));
  };
  const emit = (node: FdtNode, path: string, depth: number): void => {
    if (depth > MAX_DEPTH) throw fail('out-of-range', `nodes nest deeper than ${MAX_DEPTH}`, { path });
    words.push(BEGIN_NODE);
    pushBytes(encode(node.name, path));
    for (const { name, value } of node.properties) {
      encode(name, `${path}:${name}`);
      words.push(PROP, value.length, strings.offset(name));
      pushBytes(value);
    }
    for (const child of node.children) emit(child, `${path === '/' ? '' : path}/${child.name}`, depth + 1);
    words.push(END_NODE);
  };
  emit(fdt.root, '/', 1);
  words.push(END);

  const stringBytes = strings.bytes();
  const structAt = HEADER_SIZE + 16 * (fdt.reservations.length + 1);
  const stringsAt = structAt + 4 * words.length;
  const needed = stringsAt + stringBytes.length;
  if (totalSize !== undefined && totalSize < needed)
    throw fail('out-of-range', `the tree takes ${needed} bytes, ${totalSize} are allowed`, {});
  const out = new Uint8Array(totalSize ?? needed);
  const view = new DataView(out.buffer);
  [
    MAGIC,
    out.length,
    structAt,
    stringsAt,
    HEADER_SIZE,
    17,
    16,
    fdt.bootCpu,
    stringBytes.length,
    4 * words.length,
  ].forEach((word, i) => {
    view.setUint32(4 * i, word);
  });
  fdt.reservations.forEach(({ address, size }, i) => {
    if (address === 0n && size === 0n)
      throw fail('bad-value', 'an empty reservation at 0 would end the list', { path: `memory reservation[${i}]` });
    view.setBigUint64(HEADER_SIZE + 16 * i, address);
    view.setBigUint64(HEADER_SIZE + 16 * i + 8, size);
  });
  words.forEach((word, i) => {
    view.setUint32(structAt + 4 * i, word);
  });
  out.set(stringBytes, stringsAt);
  return out;
}

/** The value of property `name` of `node`. */
export function fdtProperty(node: FdtNode, name: string): Uint8Array | undefined {
  return node.properties.find(property => property.name === name)?.value;
}

/** The node at an absolute path such as `/cpus/cpu@0`. */
export function fdtNode(root: FdtNode, path: string): FdtNode | undefined {
  let node: FdtNode | undefined = root;
  for (const name of path.split('/')) if (name !== '') node = node?.children.find(child => child.name === name);
  return node;
}

/** Encodes 32-bit cells. */
export function fdtCells(...cells: number[]): Uint8Array {
  const out = new Uint8Array(4 * cells.length);
  const view = new DataView(out.buffer);
  cells.forEach((cell, i) => {
    view.setUint32(4 * i, cell);
  });
  return out;
}

/** Encodes a list of strings, each ended by a zero byte. */
export function fdtStrings(...strings: string[]): Uint8Array {
  return Uint8Array.from(strings.map(s => `${s}\0`).join(''), c => c.charCodeAt(0));
}
