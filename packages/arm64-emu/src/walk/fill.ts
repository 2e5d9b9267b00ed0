/** Entering a page into a TLB array and its run of pages: what `TlbSet.fill` and `TlbRange` do, as generated code. */
import { TLB_ENTRY_SIZE, TLB_FLAG, TLB_LISTED, TLB_RANGE, TLB_SET } from '../engine/state.js';
import { FuncTypes } from '../interp/imports.js';
import { type I32, i32, i64 } from '../ir/index.js';
import type { Func } from '../wasm/module.js';
import { WalkCode } from './code.js';

const PAGE = 4096;
const { ADDRESS, LIMIT, ADDEND, SIZE, MARGIN, BYTES } = TLB_RANGE;
const HI = ADDRESS + 4;
/** Words of an entry. */
const TAG_HI = 4;
const ENTRY_ADDEND = 8;
const FLAGS = 12;

/** Numbers of these functions within the module; each takes a run and an entry. */
export const FILL = { dropped: 1, extend: 2, added: 3 } as const;

/** Whether runs of the same high half could hold the page of an entry. */
const sameHalf = (c: WalkCode, run: I32, entry: I32): I32 => c.load32(run, HI).eq(c.load32(entry, TAG_HI));

/** The page of an entry is going to be dropped: so are the runs that it is in. */
function dropped(): Func {
  const c = new WalkCode();
  const [runs, entry] = [c.parameter(0), c.parameter(1)];
  for (const run of [runs, runs.add(BYTES)]) {
    const inside = c.load32(entry).sub(c.load32(run, ADDRESS)).ltU(c.load32(run, SIZE));
    c.when(inside.and(sameHalf(c, run, entry)), () => {
      c.store('store32', run, SIZE, i32(0));
      c.store('store32', run, LIMIT, i32(0));
    });
  }
  c.value(i32(0).node);
  return { type: FuncTypes.slow, locals: c.locals, code: c.result() };
}

/** Whether the page of an entry belongs to a run, perhaps from now on. */
function extend(): Func {
  const c = new WalkCode();
  const [run, entry] = [c.parameter(0), c.parameter(1)];
  const size = c.variable(c.load32(run, SIZE));
  const other = sameHalf(c, run, entry)
    .isZero()
    .or(c.load32(run, ADDEND).ne(c.load32(entry, ENTRY_ADDEND)));
  c.when(size.value.isZero().or(other), () => c.give(i32(0)));
  const page = c.variable(c.load32(entry));
  const offset = c.variable(page.value.sub(c.load32(run, ADDRESS)));
  // A run does not reach around the end of the low half.
  const above = page.value.gtU(c.load32(run, ADDRESS));
  c.when(
    offset.value.eq(-PAGE).and(above.isZero()),
    () => c.store('store32', run, ADDRESS, page.value),
    () => c.when(offset.value.ne(size.value).or(above.isZero()), () => c.give(offset.value.ltU(size.value))),
  );
  c.store('store32', run, SIZE, size.value.add(PAGE));
  c.value(i32(1).node);
  return { type: FuncTypes.slow, locals: c.locals, code: c.result() };
}

/** The page of an entry was entered. */
function added(): Func {
  const c = new WalkCode();
  const [best, entry] = [c.parameter(0), c.parameter(1)];
  const next = best.add(BYTES);
  const known = c.variable(i32(0));
  const extendRun = (run: I32): void => {
    c.callWith(FILL.extend, [run, entry, i32(0)], true);
    known.take();
  };
  extendRun(best);
  c.when(known.value.isZero(), () => {
    extendRun(next);
    c.when(known.value.isZero(), () => {
      c.store('store64', next, ADDRESS, c.load64(entry));
      c.store('store32', next, SIZE, i32(PAGE));
      c.store('store32', next, ADDEND, c.load32(entry, ENTRY_ADDEND));
    });
    c.when(c.load32(next, SIZE).leS(c.load32(best, SIZE)), () => c.give(i32(0)));
    const word = c.wide(i64(0));
    for (let at = 0; at < BYTES; at += 8) {
      word.value = c.load64(best, at);
      c.store('store64', best, at, c.load64(next, at));
      c.store('store64', next, at, word.value);
    }
  });
  c.store('store32', best, LIMIT, c.load32(best, SIZE).sub(MARGIN));
  c.value(i32(0).node);
  return { type: FuncTypes.slow, locals: c.locals, code: c.result() };
}

/** The functions in the order of {@link FILL}. */
export const fillFunctions = (): Func[] => [dropped(), extend(), added()];

/**
 * Enters the page of `hi:lo`, which is at `host`, into the array of a set that has its entry at `entry`.
 * `runs`: where the array's runs are; `flags`: the entry's fourth word.
 */
export function emitFill(
  c: WalkCode,
  to: { readonly set: I32; readonly entry: I32; readonly runs: I32 },
  page: { readonly lo: I32; readonly hi: I32; readonly host: I32; readonly flags: I32 },
): void {
  const { set, entry, runs } = to;
  const kind = c.variable(page.flags.and(TLB_FLAG.NON_GLOBAL));
  const isEmpty = c.variable(c.load64(entry).eq(-1));
  const other = c.load32(entry, FLAGS).xor(kind.value).and(TLB_FLAG.NON_GLOBAL);
  c.when(isEmpty.value.isZero(), () => c.callWith(FILL.dropped, [runs, entry, i32(0)]));
  c.when(isEmpty.value.or(other), () => {
    const counter = c.variable(set.add(kind.value.shl(2)));
    const count = c.variable(c.load32(counter.value, TLB_SET.COUNTS));
    c.when(count.value.leU(TLB_LISTED), () => {
      c.when(count.value.ltU(TLB_LISTED), () => {
        const place = count.value.add(kind.value.mul(TLB_LISTED)).shl(1);
        c.store('store16', set.add(place), TLB_SET.LISTS, entry.sub(set).shrU(Math.log2(TLB_ENTRY_SIZE)));
      });
      c.store('store32', counter.value, TLB_SET.COUNTS, count.value.add(1));
    });
  });
  const first = page.lo.and(-PAGE);
  c.store('store32', entry, 0, first);
  c.store('store32', entry, TAG_HI, page.hi);
  c.store('store32', entry, ENTRY_ADDEND, page.host.sub(first));
  c.store('store32', entry, FLAGS, page.flags);
  c.callWith(FILL.added, [runs, entry, i32(0)]);
}
