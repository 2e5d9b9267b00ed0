import type { Cpu } from '../cpu/cpu.js';
import { physicalOf } from '../embed/guest-memory.js';
import type { Engine } from '../engine/engine.js';

/** X29 points at a frame record: the caller's X29, and the return address. */
const FRAME_POINTER = 29;
const RECORD = 16;
const PAGE = 4096n;
/** Bits of an address that a pointer authentication code may be in; bit 55 says what stands there otherwise. */
const CODE_BITS = 0x007f_ffff_ffff_ffffn;
const VIRTUAL_BITS = 48;

/** A return address without its pointer authentication code. */
export function stripped(address: bigint): bigint {
  const upper = ((address >> 55n) & 1n) !== 0n;
  const bits = BigInt.asUintN(VIRTUAL_BITS, address & CODE_BITS);
  return upper ? BigInt.asUintN(64, BigInt.asIntN(64, bits | (-1n << BigInt(VIRTUAL_BITS)))) : bits;
}

/**
 * PC and the return addresses above it, innermost first, by frame pointers (AAPCS64, 6.4.6). A function that keeps no frame
 * record, as many leaves do, hides its caller. The CPU's state must be in place.
 */
export function callStack(cpu: Cpu, engine: Engine, depth = 64): bigint[] {
  const stack = [cpu.pc];
  let frame = cpu.x(FRAME_POINTER);
  while (stack.length < depth && frame !== 0n && frame % 8n === 0n && frame % PAGE <= PAGE - 16n) {
    const physical = physicalOf(cpu, frame);
    const bytes = physical === undefined ? undefined : engine.memory.view(physical, RECORD);
    if (bytes === undefined) break;
    const record = new DataView(bytes.buffer, bytes.byteOffset, RECORD);
    const caller = record.getBigUint64(0, true);
    const back = record.getBigUint64(8, true);
    if (back === 0n) break;
    stack.push(stripped(back));
    // Stacks grow down: a record that is not above this one is none, or on another stack.
    if (caller <= frame) break;
    frame = caller;
  }
  return stack;
}
