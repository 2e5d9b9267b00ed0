/** Limits of quick conditions of FP operations: a loop has those that it uses in locals, other code makes them anew. */
import { inexactAllowed, QUICK_LIMITS } from '../builder/fp-lanes.js';
import { Op } from '../wasm/opcodes.js';
import type { RegionCode } from './region-code.js';
import type { Held } from './registers.js';

const limitType = (name: string): 'i32' | 'i64' => (name.endsWith('3') ? 'i64' : 'i32');

/** The limits of one region. */
export class QuickLimits {
  constructor(private readonly c: RegionCode) {}

  /** Limits of quick conditions in the loop, see `quickly`. */
  private readonly locals = new Map<string, number>();
  load(loop: Held): void {
    for (const name of loop.limits) {
      let local = this.locals.get(name);
      if (local === undefined) this.locals.set(name, (local = this.c.newLocal(limitType(name))));
      this.make(name);
      this.c.set(local);
    }
  }
  private make(name: string): void {
    const ty = limitType(name);
    const k = QUICK_LIMITS[name as keyof typeof QUICK_LIMITS];
    this.c.constant(ty, ty === 'i64' ? k : Number(BigInt.asIntN(32, k)));
    this.c.constant(ty, ty === 'i64' ? 0n : 0);
    this.c.graph(inexactAllowed().node);
    this.c.u8(Op.select);
  }
  /** Pushes a limit. */
  push(name: string): void {
    if (this.c.registers.loop?.limits.has(name)) this.c.get(this.locals.get(name)!);
    else this.make(name);
  }
}
