/** A module of regions: those that are hot, and those that they call. */
import type { Decoded } from '../a64/spec/index.js';
import { FuncTypes } from '../interp/imports.js';
import { PAGE_RECORDS, RECORD_SIZE } from '../interp/record.js';
import { buildModule, type Func } from '../wasm/module.js';
import { type CodeSpace, indexOf, pageOf } from './code-space.js';
import { emitRegion } from './emit-region.js';
import { type Block, regionGraph } from './graph.js';
import { REGION_IMPORTS, REGION_TYPES } from './support.js';

/** Instructions of a module beyond which no further region is begun, and no further one that is only called. */
const MODULE_LIMIT = 400;
const CALLED_LIMIT = 1200;
const PAGE_BYTES = 4096;
const TWO32 = 2 ** 32;

/** Where a region begins: its record, and the halves of its virtual address. */
export interface Head {
  readonly ip: number;
  readonly lo: number;
  readonly hi: number;
}

/** What the compiler needs to know of decoded code. */
export interface RecordPages {
  /** Which page of records holds the record at `ip`, and where that page begins. */
  pageOf(ip: number): { readonly page: number; readonly start: number };
  /** The instruction of a record of the page; undefined when it is UNDEFINED. */
  decode(start: number, index: number): Decoded | undefined;
  /** Records of the page of a virtual address, as the fetch TLB has it; -1 when it has not. */
  fetched(lo: number, hi: number): number;
  /** Whether the TLB has long runs of pages. */
  hasRuns(): boolean;
}

/** A region that was compiled before. */
export interface Compiled {
  /** Its function. */
  readonly code: WebAssembly.ExportValue;
  /** As of {@link Translated}. */
  readonly pages: ReadonlySet<number>;
}

/** What happened to records so far: how often they are branched to, what is compiled. */
export interface Heat {
  /** Often enough that a call is followed. */
  isWarm(ip: number): boolean;
  /** Hardly ever. */
  isRare(ip: number): boolean;
  /** The region that begins there. */
  regionAt(ip: number): Compiled | undefined;
}

/** A region of a module, exported as `r` and its index. */
export interface Translated {
  readonly head: Head;
  readonly instructions: number;
  /** Pages of records that it was made of, with those of the regions that it calls. */
  readonly pages: ReadonlySet<number>;
  /** Records that branches inside it lead to. */
  readonly leaders: readonly number[];
}
/** A module. */
export interface Translation {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Functions of other modules that it imports, by name. */
  readonly imports: Readonly<Record<string, WebAssembly.ExportValue>>;
  readonly regions: readonly Translated[];
}

interface Draft {
  readonly head: Head;
  readonly space: CodeSpace;
  readonly blocks: readonly Block[];
  readonly pages: Set<number>;
  /** Records of regions that it calls, by the position there. */
  readonly calls: Map<number, number>;
}

/**
 * Translates regions into a module. Heads come first, as many as there is room for, then what they call. What a region
 * contains is not made again for a head inside it, nor what was compiled before for a call. The result has the heads that
 * there was no room for, and no module when there is nothing to compile. May be interrupted at each `yield`.
 */
export function* translate(
  heads: readonly Head[],
  code: RecordPages,
  heat: Heat,
): Generator<void, { readonly made: Translation | undefined; readonly left: readonly Head[] }, void> {
  const drafts = new Map<number, Draft>();
  const called = new Map<number, Compiled>();
  const queue = [...heads];
  let instructions = 0;
  let done = 0;
  for (let i = 0; i < queue.length && instructions < (i < heads.length ? MODULE_LIMIT : CALLED_LIMIT); i++) {
    const head = queue[i]!;
    const isHead = i < heads.length;
    if (isHead) done++;
    if (drafts.has(head.ip) || (isHead && [...drafts.values()].some(d => contains(d, head.ip)))) continue;
    const known = isHead ? undefined : heat.regionAt(head.ip);
    if (known !== undefined) {
      called.set(head.ip, known);
      continue;
    }
    const draft = yield* draftRegion(head, code, heat);
    if (draft === undefined) continue;
    if (isHead) for (const { head: inner } of drafts.values()) if (contains(draft, inner.ip)) drafts.delete(inner.ip);
    drafts.set(head.ip, draft);
    instructions += countOf(draft.blocks);
    for (const at of draft.calls.keys()) queue.push(headAt(head, at, draft.calls.get(at)!));
  }
  const left = heads.slice(done);
  if (drafts.size === 0) return { made: undefined, left };
  return { made: yield* assemble([...drafts.values()], called, code.hasRuns()), left };
}

function* assemble(
  drafts: readonly Draft[],
  called: ReadonlyMap<number, Compiled>,
  hasRuns: boolean,
): Generator<void, Translation, void> {
  const others = [...called.keys()].map((_, i) => ({ name: `c${i}`, type: FuncTypes.handler }));
  const functions = [...REGION_IMPORTS, ...others];
  const indices = new Map(
    [...called.keys(), ...drafts.map(d => d.head.ip)].map((ip, i) => [ip, REGION_IMPORTS.length + i]),
  );
  const funcs: Func[] = [];
  const byHead = new Map(drafts.map(d => [d.head.ip, d]));
  const regions: Translated[] = [];
  for (const [i, d] of drafts.entries()) {
    funcs.push({ ...(yield* emitDraft(d, indices, hasRuns)), exportAs: `r${i}` });
    const leaders = d.blocks.map(b => recordOf(d.space, b.first));
    regions.push({ head: d.head, instructions: countOf(d.blocks), pages: dependencies(d, byHead, called), leaders });
    yield;
  }
  const imports = Object.fromEntries([...called.values()].map(({ code }, i) => [`c${i}`, code]));
  return { bytes: buildModule({ types: REGION_TYPES, imports: functions, funcs }), imports, regions };
}

const countOf = (blocks: readonly Block[]): number => blocks.reduce((n, b) => n + b.steps.length, 0);

/** The record of a position that is known. */
const recordOf = (space: CodeSpace, at: number): number => space.records(pageOf(at))! + indexOf(at) * RECORD_SIZE;

/** Whether a record is one of the draft's instructions. */
const contains = ({ blocks, space }: Draft, ip: number): boolean =>
  blocks.some(b => {
    const first = recordOf(space, b.first);
    return ip >= first && ip < first + b.steps.length * RECORD_SIZE;
  });

/** The head at a position of another one's space. */
function headAt(from: Head, at: number, ip: number): Head {
  const lo = ((from.lo & -PAGE_BYTES) >>> 0) + at * 4;
  return { ip, lo: lo | 0, hi: (from.hi + Math.floor(lo / TWO32)) | 0 };
}

function spaceAt(head: Head, code: RecordPages, heat: Heat): CodeSpace {
  const known = new Map<number, number | undefined>([[0, code.pageOf(head.ip).start]]);
  const records = (page: number): number | undefined => {
    if (!known.has(page)) {
      const { lo, hi } = headAt(head, page * PAGE_RECORDS, 0);
      const start = code.fetched(lo, hi);
      known.set(page, start < 0 ? undefined : start);
    }
    return known.get(page);
  };
  const decode = (at: number): Decoded | undefined => {
    const start = records(pageOf(at));
    return start === undefined ? undefined : code.decode(start, indexOf(at));
  };
  const callable = (at: number): boolean => {
    const start = records(pageOf(at));
    return start !== undefined && heat.isWarm(start + indexOf(at) * RECORD_SIZE) && decode(at) !== undefined;
  };
  const isRare = (at: number): boolean => {
    const start = records(pageOf(at));
    return start !== undefined && heat.isRare(start + indexOf(at) * RECORD_SIZE);
  };
  return { records, decode, callable, isRare };
}

function* draftRegion(head: Head, code: RecordPages, heat: Heat): Generator<void, Draft | undefined, void> {
  const space = spaceAt(head, code, heat);
  const blocks = yield* regionGraph((head.ip - space.records(0)!) / RECORD_SIZE, space);
  if (blocks.length === 0) return undefined;
  const pages = new Set<number>();
  const calls = new Map<number, number>();
  for (const b of blocks) {
    pages.add(code.pageOf(space.records(pageOf(b.first))!).page);
    if (b.isCall && b.taken !== undefined && b.fall !== undefined) calls.set(b.taken, recordOf(space, b.taken));
  }
  return { head, space, blocks, pages, calls };
}

function* emitDraft(
  { space, blocks, calls }: Draft,
  indices: ReadonlyMap<number, number>,
  hasRuns: boolean,
): Generator<void, Func, void> {
  const callees = new Map<number, number>();
  for (const [at, ip] of calls) {
    const index = indices.get(ip);
    if (index !== undefined) callees.set(at, index);
  }
  const place = {
    ip: (at: number) => recordOf(space, at),
    records: space.records(0)!,
    hasRuns,
  };
  return { ...(yield* emitRegion(blocks, place, callees)), type: FuncTypes.handler };
}

/** Pages of a region and of all that it calls. */
function dependencies(
  draft: Draft,
  drafts: ReadonlyMap<number, Draft>,
  called: ReadonlyMap<number, Compiled>,
): Set<number> {
  const all = new Set<Draft>([draft]);
  const pages = new Set<number>();
  for (const d of all) {
    for (const page of d.pages) pages.add(page);
    for (const ip of d.calls.values()) {
      const callee = drafts.get(ip);
      if (callee) all.add(callee);
      for (const page of called.get(ip)?.pages ?? []) pages.add(page);
    }
  }
  return pages;
}
