/** What an instruction writes, as stores to registers, lanes and cells. */
import type { Write } from '../builder/effects.js';
import { elementAddress } from './region-builder.js';
import type { RegionCode } from './region-code.js';
import { VECTORS } from './registers.js';

/** Goes before the value of a write. Values are pushed from the last write to the first. */
export function beforeStore(c: RegionCode, w: Write): void {
  if (w.kind === 'x' || w.kind === 'v') c.registers.beforeWrite();
  else if (w.kind === 'element') c.lanes.before(elementAddress(w.element));
  else c.i32(0);
}
/** Stores the value on the stack. */
export function store(c: RegionCode, w: Write): void {
  if (w.kind === 'x') c.registers.write(w.register.n);
  else if (w.kind === 'v') c.registers.write(VECTORS + w.register.n);
  else if (w.kind === 'element') c.lanes.write(elementAddress(w.element), w.size);
  else c.storeSized(8, w.kind === 'cell' ? w.cell.address : w.address);
}
