/** A module of regions: those that are hot, and those that they call. */
import type { Decoded } from '../a64/spec/index.js';
import { FUNC_TYPES, FuncTypes, IMPORTS } from '../interp/imports.js';
import { PAGE_RECORDS, RECORD_SIZE } from '../interp/record.js';
import { buildModule, type Func } from '../wasm/module.js';
import { type CodeSpace, indexOf, pageOf } from './code-space.js';
import { emitRegion } from './emit-region.js';
import { type Block, regionGraph } from './graph.js';
import { packFunction } from './pending-flags.js';

/** Instructions of a module beyond which no further region is begun: making it must not take long. */
const MODULE_LIMIT = 400;
const PAGE_BYTES = 4096;
const TWO32 = 2 ** 32;

const TYPES = [...FUNC_TYPES, { params: ['i32', 'i64', 'i64'], results: ['i32'] } as const];
const PACK_TYPE = FUNC_TYPES.length;
/** The first function of a module makes flags; regions follow. */
const PACK = IMPORTS.length;

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

/** How often records are branched to. */
export interface Heat {
  /** Often enough that a call is followed. */
  isWarm(ip: number): boolean;
  /** Hardly ever. */
  isRare(ip: number): boolean;
}

/** A region of a module, exported as `r` and its index. */
export interface Translated {
  readonly head: Head;
  readonly instructions: number;
  /** Pages of records that it was made of, with those of the regions that it calls. */
  readonly pages: ReadonlySet<number>;
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
 * Translates regions into a module. Heads come first, as many as there is room for, then what they call. The result
 * has the number of heads that are done with, and no bytes when there is nothing to compile.
 */
export function translate(
  heads: readonly Head[],
  code: RecordPages,
  heat: Heat,
): {
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
  readonly regions: readonly Translated[];
  readonly done: number;
} {
  const drafts = new Map<number, Draft>();
  const queue = [...heads];
  let instructions = 0;
  let done = 0;
  for (let i = 0; i < queue.length && instructions < MODULE_LIMIT; i++) {
    if (i < heads.length) done++;
    const head = queue[i]!;
    if (drafts.has(head.ip)) continue;
    const draft = draftRegion(head, code, heat);
    if (draft === undefined) continue;
    drafts.set(head.ip, draft);
    instructions += countOf(draft.blocks);
    for (const at of draft.calls.keys()) queue.push(headAt(head, at, draft.calls.get(at)!));
  }
  if (drafts.size === 0) return { bytes: undefined, regions: [], done };
  const list = [...drafts.values()];
  const indices = new Map(list.map((d, i) => [d.head.ip, PACK + 1 + i]));
  const funcs: Func[] = [packFunction(PACK_TYPE)];
  const regions = list.map((d, i) => {
    funcs.push({ ...emitDraft(d, indices, code.hasRuns()), exportAs: `r${i}` });
    return { head: d.head, instructions: countOf(d.blocks), pages: dependencies(d, drafts) };
  });
  return { bytes: buildModule({ types: TYPES, imports: IMPORTS, funcs }), regions, done };
}

const countOf = (blocks: readonly Block[]): number => blocks.reduce((n, b) => n + b.steps.length, 0);

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

function draftRegion(head: Head, code: RecordPages, heat: Heat): Draft | undefined {
  const space = spaceAt(head, code, heat);
  const blocks = regionGraph((head.ip - space.records(0)!) / RECORD_SIZE, space);
  if (blocks.length === 0) return undefined;
  const pages = new Set<number>();
  const calls = new Map<number, number>();
  for (const b of blocks) {
    pages.add(code.pageOf(space.records(pageOf(b.first))!).page);
    if (b.isCall && b.taken !== undefined && b.fall !== undefined)
      calls.set(b.taken, space.records(pageOf(b.taken))! + indexOf(b.taken) * RECORD_SIZE);
  }
  return { head, space, blocks, pages, calls };
}

function emitDraft(
  { space, blocks, calls, pages }: Draft,
  indices: ReadonlyMap<number, number>,
  hasRuns: boolean,
): Func {
  const callees = new Map<number, number>();
  for (const [at, ip] of calls) {
    const index = indices.get(ip);
    if (index !== undefined) callees.set(at, index);
  }
  const place = {
    ip: (at: number) => space.records(pageOf(at))! + indexOf(at) * RECORD_SIZE,
    records: space.records(0)!,
    pack: PACK,
    manyPages: pages.size > 1 || callees.size > 0,
    hasRuns,
  };
  return { ...emitRegion(blocks, place, callees), type: FuncTypes.handler };
}

/** Pages of a region and of all that it calls. */
function dependencies(draft: Draft, drafts: ReadonlyMap<number, Draft>): Set<number> {
  const all = new Set<Draft>([draft]);
  for (const d of all) {
    for (const ip of d.calls.values()) {
      const callee = drafts.get(ip);
      if (callee) all.add(callee);
    }
  }
  return new Set([...all].flatMap(d => [...d.pages]));
}
