import { BootError } from '../error.js';

/** Bytes that a loader puts into memory. Addresses are physical; `size` beyond `bytes` is zero. */
export interface LoadSegment {
  /** What it is, for plans and messages. */
  readonly name: string;
  readonly address: number;
  readonly bytes: Uint8Array;
  /** Bytes in memory. */
  readonly size: number;
}

/** Physical memory that segments may use. */
export interface LoadRange {
  readonly base: number;
  readonly size: number;
}

/**
 * A file that is loaded as it is.
 *
 * @example rawSegment('firmware', bytes, 0x43000000)
 */
export function rawSegment(name: string, bytes: Uint8Array, address: number): LoadSegment {
  if (!Number.isSafeInteger(address) || address < 0)
    throw new BootError('placement', `${address} is not an address`, { path: name });
  return { name, address, bytes, size: bytes.length };
}

const hex = (n: number): string => `0x${n.toString(16)}`;

/**
 * Checks that segments lie within the memory ranges and do not overlap.
 *
 * @throws {@link BootError} `placement`
 * @example checkSegments([rawSegment('a', bytes, 0x40000000)], [{ base: 0x40000000, size: 0x1000 }])
 */
export function checkSegments(segments: readonly LoadSegment[], ranges: readonly LoadRange[]): void {
  const sorted = segments.filter(s => s.size > 0).sort((a, b) => a.address - b.address);
  sorted.forEach((segment, i) => {
    const end = segment.address + segment.size;
    if (!ranges.some(range => segment.address >= range.base && end <= range.base + range.size))
      throw new BootError('placement', `${hex(segment.address)} to ${hex(end)} is not in memory`, {
        path: segment.name,
      });
    const next = sorted[i + 1];
    if (next !== undefined && next.address < end)
      throw new BootError('placement', `overlaps ${next.name} at ${hex(next.address)}`, { path: segment.name });
  });
}
