import { KERNEL_ID, type KernelCollection } from '../collection/collection.js';
import { hex, MachOError } from '../error.js';
import { encodeLoadCommand } from '../macho/load-commands.js';
import { plainBytes } from '../source.js';
import { branch26, wordAt } from './a64.js';
import { CodeImage, indexOf } from './code-image.js';
import type { BytePattern, Locator } from './patch-set.js';

/** A place in the file. `size` is given where the locator finds a range. */
export interface Place {
  /** File offset, bytes. */
  readonly offset: number;
  readonly address: bigint | undefined;
  readonly size?: number;
}

/** A byte pattern as values and masks. Throws `bad-value`. */
export function parsePattern(pattern: BytePattern): { values: Uint8Array; masks: Uint8Array } {
  const digits = pattern.replace(/\s+/g, '');
  if (digits.length === 0 || digits.length % 2 !== 0 || !/^[0-9a-fA-F?]+$/.test(digits))
    throw new MachOError('bad-value', `"${pattern}" is no byte pattern`, { path: 'pattern' });
  const count = digits.length / 2;
  const values = new Uint8Array(count);
  const masks = new Uint8Array(count);
  for (let i = 0; i < count; i++)
    for (const [half, shift] of [
      [digits[2 * i]!, 4],
      [digits[2 * i + 1]!, 0],
    ] as const)
      if (half !== '?') {
        values[i]! |= Number.parseInt(half, 16) << shift;
        masks[i]! |= 15 << shift;
      }
  return { values, masks };
}

/** Whether bytes at `at` fit a pattern. */
export function fitsPattern(
  bytes: Uint8Array,
  at: number,
  { values, masks }: ReturnType<typeof parsePattern>,
): boolean {
  if (at + values.length > bytes.length) return false;
  for (let i = 0; i < values.length; i++) if ((bytes[at + i]! & masks[i]!) !== values[i]) return false;
  return true;
}

/** Finds places in a collection or a single kernel or kext. */
export class PatchFinder {
  private readonly images = new Map<string, CodeImage>();

  constructor(readonly collection: KernelCollection) {}

  /** The image of a bundle id, the kernel by default; a single file is its own image. */
  image(id?: string): CodeImage {
    const key = id ?? KERNEL_ID;
    let image = this.images.get(key);
    if (image === undefined) {
      const macho = this.collection.image(key) ?? (id === undefined ? this.collection.macho : undefined);
      if (macho === undefined) throw new MachOError('not-found', `no image ${key}`, { path: 'image' });
      image = new CodeImage(macho);
      this.images.set(key, image);
    }
    return image;
  }

  /** Every place that a locator finds. */
  places(locator: Locator): Place[] {
    const add = locator.add ?? 0;
    const found = this.find(locator);
    return add === 0
      ? found
      : found.map(p => ({
          ...p,
          offset: p.offset + add,
          address: p.address === undefined ? undefined : p.address + BigInt(add),
        }));
  }

  private at(address: bigint): Place[] {
    const offset = this.collection.macho.fileOffset(address);
    return offset === undefined ? [] : [{ offset, address }];
  }

  private file(): Uint8Array {
    const { source } = this.collection.macho;
    return source.slice(0, source.byteLength);
  }

  private find(locator: Locator): Place[] {
    switch (locator.by) {
      case 'address':
        return this.at(locator.address);
      case 'offset':
        return [{ offset: locator.offset, address: this.collection.macho.address(locator.offset) }];
      case 'load-command':
        return this.loadCommand(locator.command);
      case 'text':
        return this.text(locator);
      case 'bytes':
        return this.bytes(locator);
    }
    const image = this.image(locator.image);
    const unique = (addresses: Iterable<bigint>) => [...new Set(addresses)].flatMap(a => this.at(a));
    switch (locator.by) {
      case 'symbol': {
        const address = image.symbols.get(locator.symbol);
        return address === undefined ? [] : this.at(address);
      }
      case 'string': {
        const uses = this.uses(image, locator.text);
        if (locator.at === 'reference') return unique(uses);
        return unique(uses.flatMap(use => image.functionAt(use) ?? []));
      }
      case 'call':
        return unique(this.calls(image, locator));
      case 'call-after-string':
        return unique(
          this.uses(image, locator.text).flatMap(use => this.nextCall(image, use, locator.skip ?? 0) ?? []),
        );
      case 'flag':
        return unique(this.flags(image, locator.inFunction, locator.not));
      case 'instructions':
        return unique(this.instructions(image, locator.words));
    }
  }

  private uses(image: CodeImage, text: string): bigint[] {
    const strings = new Set(image.findString(text));
    return strings.size === 0 ? [] : image.references(target => strings.has(target)).map(r => r.address);
  }

  private nextCall(image: CodeImage, from: bigint, skip: number): bigint | undefined {
    const range = image.rangeOf(from);
    if (range === undefined) return undefined;
    let left = skip;
    for (let at = Number(from - range.address); at + 4 <= range.bytes.length; at += 4)
      if (branch26(wordAt(range.bytes, at), 0n)?.link && left-- === 0) return range.address + BigInt(at);
    return undefined;
  }

  private calls(image: CodeImage, locator: Extract<Locator, { by: 'call' }>): bigint[] {
    const target = image.symbols.get(locator.to);
    if (target === undefined) return [];
    const callers =
      locator.inFunction !== undefined
        ? [image.symbols.get(locator.inFunction)]
        : locator.inFunctionUsing !== undefined
          ? this.uses(image, locator.inFunctionUsing).map(use => image.functionAt(use))
          : undefined;
    if (callers === undefined) return image.calls(target);
    return callers.flatMap(start => (start === undefined ? [] : image.calls(target, start, image.functionEnd(start))));
  }

  private flags(image: CodeImage, inFunction: string, not: string): bigint[] {
    const start = image.symbols.get(inFunction);
    const other = image.symbols.get(not);
    if (start === undefined || other === undefined) return [];
    const loads = image
      .references(() => true, start, image.functionEnd(start))
      .filter(r => r.kind === 'load' && r.size <= 4);
    // Only of use beside the other flag: without it this is another function's shape.
    return loads.some(r => r.target === other) ? loads.map(r => r.target).filter(t => t !== other) : [];
  }

  private instructions(image: CodeImage, words: readonly { mask: number; value: number }[]): bigint[] {
    const out: bigint[] = [];
    for (const { bytes, address } of image.code)
      for (let at = 0; at + words.length * 4 <= bytes.length; at += 4)
        if (words.every(({ mask, value }, i) => (wordAt(bytes, at + i * 4) & mask) >>> 0 === value >>> 0))
          out.push(address + BigInt(at));
    return out;
  }

  private loadCommand(name: string): Place[] {
    const { macho } = this.collection;
    let offset = macho.headerOffset + macho.headerSize;
    for (const command of macho.commands) {
      const size = encodeLoadCommand(command).length;
      if (command.name === name) return [{ offset, address: macho.address(offset), size }];
      offset += size;
    }
    return [];
  }

  private text({ from, to, followedBy, within }: Extract<Locator, { by: 'text' }>): Place[] {
    const encoder = new TextEncoder();
    const [begin, end, after] = [from, to, followedBy].map(text => encoder.encode(text));
    const bytes = plainBytes(this.file());
    const out: Place[] = [];
    for (let at = indexOf(bytes, begin!, 0); at >= 0; at = indexOf(bytes, begin!, at + 1)) {
      const stop = indexOf(bytes, end!, at);
      if (stop < 0) break;
      const limit = stop + end!.length;
      const window = bytes.subarray(limit, limit + within);
      if (indexOf(window, after!, 0) >= 0)
        out.push({ offset: at, address: this.collection.macho.address(at), size: limit - at });
    }
    return out;
  }

  private bytes(locator: Extract<Locator, { by: 'bytes' }>): Place[] {
    const pattern = parsePattern(locator.pattern);
    const segments =
      locator.segment === undefined
        ? undefined
        : this.image(locator.image).macho.segments.filter(s => s.name === locator.segment);
    const areas =
      segments === undefined
        ? [{ bytes: this.file(), offset: 0 }]
        : segments.map(s => ({ bytes: this.image(locator.image).macho.segmentBytes(s), offset: s.fileoff }));
    const lead = pattern.masks[0] === 0xff ? pattern.values[0]! : undefined;
    const out: Place[] = [];
    for (const { bytes, offset } of areas)
      for (let at = 0; at + pattern.values.length <= bytes.length; at++) {
        if (lead !== undefined) {
          at = bytes.indexOf(lead, at);
          if (at < 0) break;
        }
        if (fitsPattern(bytes, at, pattern))
          out.push({ offset: offset + at, address: this.collection.macho.address(offset + at) });
      }
    return out;
  }
}

/** Text of a place for messages. */
export const placeText = (place: Place): string =>
  place.address === undefined ? `offset ${hex(place.offset)}` : `${hex(place.address)} (offset ${hex(place.offset)})`;
