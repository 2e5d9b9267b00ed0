/** Checks of SP's alignment that earlier ones of a region make superfluous. */
import { ExceptionClass } from '../a64/spec/index.js';
import type { Effect } from '../builder/effects.js';
import { STATE } from '../engine/state.js';
import type { Node } from '../ir/index.js';
import { successors } from './dominance.js';
import type { Block, Step } from './graph.js';

const STACK_POINTER = 31;
const LOW_BITS = 15n;

const isStackCheck = (e: Effect | undefined): boolean =>
  e?.kind === 'if' && e.body.every(inner => inner.kind === 'trap' && inner.ec === ExceptionClass.spAlignment);

/** Whether a value passes the check, given whether SP does. */
function passes(n: Node, known: boolean): boolean {
  if (n.isConst) return ((n.k as bigint) & LOW_BITS) === 0n;
  const [a, b] = n.args;
  switch (n.op) {
    case 'state':
      return known && n.k === STATE.SP;
    case 'i64.add':
    case 'i64.sub':
      return passes(a!, known) && passes(b!, known);
    case 'i64.and':
      return passes(a!, known) || passes(b!, known);
    default:
      return false;
  }
}

/** Whether SP is known to pass behind a step. */
function after({ built: { effects, writes } }: Step, before: boolean): boolean {
  // SPSel may choose another SP, and the control may change.
  if (effects.some(e => e.kind === 'syswrite')) return false;
  const known = before || isStackCheck(effects[0]);
  const written = writes.findLast(w => w.kind === 'x' && w.register.n === STACK_POINTER);
  return written === undefined ? known : passes(written.value, known);
}

/** Takes away the checks of which it is known on every way to them that SP passes. `order`: the head first. */
export function dropStackChecks(order: readonly Block[]): void {
  // Of other blocks everything is hoped for until a way there says otherwise.
  const known = new Map<Block, boolean>(order.map((b, i) => [b, i > 0]));
  const behind = (b: Block): boolean => !b.isCall && b.steps.reduce((now, s) => after(s, now), known.get(b)!);
  for (let changed = true; changed; ) {
    changed = false;
    for (const b of order) {
      if (behind(b)) continue;
      for (const s of successors(b)) {
        changed ||= known.get(s)!;
        known.set(s, false);
      }
    }
  }
  for (const b of order) {
    let now = known.get(b)!;
    for (const s of b.steps) {
      const { effects } = s.built;
      const isKnown = now;
      now = after(s, now);
      if (isKnown && isStackCheck(effects[0])) effects.shift();
    }
  }
}
