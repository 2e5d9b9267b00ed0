/**
 * Operations that are done outside the generated code: cryptography, checksums, uncommon vector arithmetic.
 * Semantics name them through `Ctx.routine`; interpreter, compiler and evaluator call the same function.
 */

/**
 * A routine: vector arguments at byte address `at` of linear memory, 16 bytes each; the result replaces the first.
 * It may read and write guest state (`STATE`) through `view`, but not memory, and cannot fault.
 */
export type Routine = (view: DataView, at: number, param: number) => void;

const ROUTINES: Routine[] = [];
const NUMBERS = new Map<string, number>();

/** Registers a routine under a unique name. */
export function routine(name: string, f: Routine): void {
  if (NUMBERS.has(name)) throw new Error(`routine ${name} is defined twice`);
  NUMBERS.set(name, ROUTINES.length);
  ROUTINES.push(f);
}

/** The number that stands for `name` in generated code. */
export function routineNumber(name: string): number {
  const k = NUMBERS.get(name);
  if (k === undefined) throw new Error(`no routine ${name}`);
  return k;
}

/** Calls routine `k`. */
export function callRoutine(k: number, view: DataView, at: number, param: number): void {
  const f = ROUTINES[k];
  if (!f) throw new RangeError(`no routine ${k}`);
  f(view, at, param);
}
