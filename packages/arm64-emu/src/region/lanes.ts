/** Lanes of vector registers, in the state block or in the local that holds the vector. */
import type { Code } from '../interp/code.js';
import { findOperation } from '../ir/index.js';
import { Op } from '../wasm/opcodes.js';
import { type RegisterLocals, vectorAt } from './registers.js';

/** Bits of a lane's index in a vector's address. */
const LANE_OFFSET = 15;
const LANES = ['i8x16', 'i16x8', 'i32x4', 'i64x2'] as const;

/** Reads and writes lanes of vectors, by their addresses in the state block. */
export class Lanes {
  constructor(
    private readonly c: Code,
    private readonly registers: RegisterLocals,
  ) {}

  /** A lane of a vector: pushes nothing before, the vector's lane as i64 behind. */
  push(address: number, size: number): void {
    const r = vectorAt(address);
    if (!this.registers.has(r) && !this.registers.isHeld(r)) {
      this.c.i32(0);
      this.c.loadSized(size, address);
      return;
    }
    const lane = Math.log2(size);
    this.c.get(this.registers.read(r));
    this.c.raw(...findOperation(`${LANES[lane]}.get${(address & LANE_OFFSET) >> lane}`)!.code);
    if (size < 8) this.c.u8(Op.i64ExtendU);
  }
  /** Goes before the i64 that `write` takes. */
  before(address: number): void {
    const r = vectorAt(address);
    if (this.registers.loop) this.c.get(this.registers.read(r));
    else this.c.i32(0);
  }
  write(address: number, size: number): void {
    const r = vectorAt(address);
    if (!this.registers.loop) {
      this.c.storeSized(size, address);
      this.registers.wroteMemory(r);
      return;
    }
    const lane = Math.log2(size);
    if (size < 8) this.c.u8(Op.i32Wrap);
    this.c.raw(...findOperation(`${LANES[lane]}.put${(address & LANE_OFFSET) >> lane}`)!.code);
    this.registers.write(r);
  }
}
