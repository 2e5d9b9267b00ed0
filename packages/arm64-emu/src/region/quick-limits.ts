/** Limits of quick conditions of FP operations: a loop has those that it uses in locals, other code makes them anew. */
import { inexactAllowed, LANE_BIASES, QUICK_LIMITS } from '../builder/fp-lanes.js';
import { findOperation } from '../ir/index.js';
import { Op } from '../wasm/opcodes.js';
import type { RegionCode } from './region-code.js';
import type { Held } from './registers.js';

const limitType = (name: string): 'i32' | 'i64' => (name.endsWith('3') ? 'i64' : 'i32');
/** Limits for vectors are the same in all lanes. */
const isVector = (name: string): boolean => name.at(-2) === 'v';

/** The limits of one region. */
export class QuickLimits {
  constructor(private readonly c: RegionCode) {}

  /** Limits of quick conditions in the loop, see `quickly`. */
  private readonly locals = new Map<string, number>();
  load(loop: Held): void {
    for (const name of loop.limits) {
      let local = this.locals.get(name);
      if (local === undefined)
        this.locals.set(name, (local = this.c.newLocal(isVector(name) ? 'v128' : limitType(name))));
      this.make(name);
      this.c.set(local);
    }
  }
  private make(name: string): void {
    const ty = limitType(name);
    const push = (k: bigint): void => this.c.constant(ty, ty === 'i64' ? k : Number(BigInt.asIntN(32, k)));
    const bias = LANE_BIASES[name as keyof typeof LANE_BIASES];
    if (bias !== undefined) push(bias);
    else {
      push(QUICK_LIMITS[name as keyof typeof QUICK_LIMITS]);
      // Nothing is below the least number.
      push(isVector(name) ? 1n << (ty === 'i64' ? 63n : 31n) : 0n);
      this.c.graph(inexactAllowed().node);
      this.c.u8(Op.select);
    }
    if (isVector(name)) this.c.raw(...findOperation(`${ty}x${ty === 'i64' ? 2 : 4}.splat`)!.code);
  }
  /** Pushes a limit. */
  push(name: string): void {
    if (this.c.registers.loop?.limits.has(name)) this.c.get(this.locals.get(name)!);
    else this.make(name);
  }
}
