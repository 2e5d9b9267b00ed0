import { MachOError } from '../error.js';
import { readBytes } from '../source.js';
import type { MachO } from './macho.js';
import { LebCursor, pushUleb } from './uleb128.js';

/** Kinds of version 2 references (DYLD_CACHE_ADJ_V2_*). */
export const SPLIT_SEG_KINDS = {
  POINTER_32: 1,
  POINTER_64: 2,
  DELTA_32: 3,
  DELTA_64: 4,
  ARM64_ADRP: 5,
  ARM64_OFF12: 6,
  ARM64_BR26: 7,
  ARM_MOVW_MOVT: 8,
  ARM_BR24: 9,
  THUMB_MOVW_MOVT: 10,
  THUMB_BR22: 11,
  IMAGE_OFF_32: 12,
  THREADED_POINTER_64: 13,
} as const;

/** A place that must change when its section moves against another. Section 0 is the Mach header. */
export interface SplitSegReference {
  readonly kind: number;
  readonly fromSection: number;
  readonly fromOffset: number;
  readonly toSection: number;
  readonly toOffset: number;
}

/** What walks version 2 references; sections count from 1, 0 is the Mach header. */
export type SplitSegVisitor = (
  kind: number,
  fromSection: number,
  fromOffset: number,
  toSection: number,
  toOffset: number,
) => void;

/** Marks version 2; version 1 is a list of addresses. */
const VERSION_2 = 0x7f;

/**
 * Walks version 2 split-segment info. Every reference takes a byte or more, so that the walk is bounded by the data.
 * Throws `unsupported` for version 1, `truncated` and `bad-value`.
 */
export function walkSplitSegV2(data: Uint8Array, visit: SplitSegVisitor, offset = 0): void {
  if (data.length === 0) return;
  const cursor = new LebCursor(data, 0, offset, 'LC_SEGMENT_SPLIT_INFO');
  if (cursor.u8() !== VERSION_2)
    throw new MachOError('unsupported', 'version 1 split-segment info', { offset, path: 'LC_SEGMENT_SPLIT_INFO' });
  const pairs = cursor.uleb();
  for (let p = 0; p < pairs; p++) {
    const fromSection = cursor.uleb();
    const toSection = cursor.uleb();
    const toCount = cursor.uleb();
    let toOffset = 0;
    for (let t = 0; t < toCount; t++) {
      toOffset += cursor.uleb();
      const kindCount = cursor.uleb();
      for (let k = 0; k < kindCount; k++) {
        const kind = cursor.uleb();
        if (kind > 13) throw cursor.error('bad-value', `unknown kind ${kind}`);
        const fromCount = cursor.uleb();
        let fromOffset = 0;
        for (let f = 0; f < fromCount; f++) {
          fromOffset += cursor.uleb();
          visit(kind, fromSection, fromOffset, toSection, toOffset);
        }
      }
    }
  }
}

/** Bytes of LC_SEGMENT_SPLIT_INFO; undefined when the image has none. */
export function splitSegData(macho: MachO): Uint8Array | undefined {
  const fields = macho.command('LC_SEGMENT_SPLIT_INFO')?.fields;
  return fields === undefined || fields.datasize === 0
    ? undefined
    : readBytes(macho.source, fields.dataoff, fields.datasize, 'LC_SEGMENT_SPLIT_INFO');
}

/** 1 or 2; undefined when the image has no split-segment info. */
export function splitSegVersion(macho: MachO): 1 | 2 | undefined {
  const data = splitSegData(macho);
  return data === undefined ? undefined : data[0] === VERSION_2 ? 2 : 1;
}

/** Version 2 references of an image, as a list; empty when it has none. */
export function splitSegReferences(macho: MachO): SplitSegReference[] {
  const data = splitSegData(macho);
  const out: SplitSegReference[] = [];
  if (data !== undefined)
    walkSplitSegV2(
      data,
      (kind, fromSection, fromOffset, toSection, toOffset) =>
        out.push({ kind, fromSection, fromOffset, toSection, toOffset }),
      macho.command('LC_SEGMENT_SPLIT_INFO')!.fields.dataoff,
    );
  return out;
}

/** References grouped as the format nests them: section pair, target, kind, places. */
type Grouped = Map<string, { from: number; to: number; targets: Map<number, Map<number, number[]>> }>;

function group(references: readonly SplitSegReference[]): Grouped {
  const out: Grouped = new Map();
  for (const { kind, fromSection, fromOffset, toSection, toOffset } of references) {
    const key = `${fromSection} ${toSection}`;
    const pair = out.get(key) ?? {
      from: fromSection,
      to: toSection,
      targets: new Map<number, Map<number, number[]>>(),
    };
    out.set(key, pair);
    const kinds = pair.targets.get(toOffset) ?? new Map<number, number[]>();
    pair.targets.set(toOffset, kinds);
    kinds.set(kind, [...(kinds.get(kind) ?? []), fromOffset]);
  }
  return out;
}

/** Data of LC_SEGMENT_SPLIT_INFO, version 2, padded to 8 bytes. */
export function encodeSplitSegV2(references: readonly SplitSegReference[]): Uint8Array {
  const out = [VERSION_2];
  const pairs = group(references);
  pushUleb(out, pairs.size);
  for (const { from, to, targets } of pairs.values()) {
    pushUleb(out, from);
    pushUleb(out, to);
    pushUleb(out, targets.size);
    let lastTarget = 0;
    for (const [target, kinds] of [...targets].sort((a, b) => a[0] - b[0])) {
      pushUleb(out, target - lastTarget);
      lastTarget = target;
      pushUleb(out, kinds.size);
      for (const [kind, places] of [...kinds].sort((a, b) => a[0] - b[0])) {
        pushUleb(out, kind);
        pushUleb(out, places.length);
        let last = 0;
        for (const place of places.sort((a, b) => a - b)) {
          pushUleb(out, place - last);
          last = place;
        }
      }
    }
  }
  while (out.length % 8 !== 0) out.push(0);
  return Uint8Array.from(out);
}
