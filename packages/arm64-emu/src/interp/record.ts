/**
 * Records: an instruction decoded into 16 bytes. The handler's number (u16) comes first, then byte addresses of
 * registers (u16 each) from offset 2 up, immediates from offset 16 down. What a handler needs is found by running its
 * semantics: an operand takes space when it is first touched.
 */
import { Cell, Cond, Disp, Element, G, Imm, type Operand, V } from '../a64/spec/index.js';
import { conditionMask } from '../builder/flags.js';
import { STATE, vAddress, xAddress } from '../engine/state.js';

/** Bytes of a record. */
export const RECORD_SIZE = 16;
/** Instructions, and bytes of their records with the sentinel behind them, of a 4 KiB page. */
export const PAGE_RECORDS = 1024;
export const RECORD_PAGE_SIZE = (PAGE_RECORDS + 1) * RECORD_SIZE;

/** What a slot holds; `target` is the address of a register to be written (writes to XZR go elsewhere than reads). */
export type SlotKind = 'source' | 'target' | 'address' | 'imm32' | 'imm64' | 'condition' | 'displacement';

/** A place in the record for one aspect of an operand. */
export interface Slot {
  readonly operand: string;
  readonly kind: SlotKind;
  readonly offset: number;
}

const BYTES: Record<SlotKind, number> = {
  source: 2,
  target: 2,
  address: 2,
  imm32: 4,
  imm64: 8,
  condition: 2,
  displacement: 4,
};

/** The slots of one handler. */
export class RecordLayout {
  readonly slots: Slot[] = [];
  private low = 2;
  private high = RECORD_SIZE;

  /** Offset of a slot, made on first use. */
  offset(operand: string, kind: SlotKind): number {
    const known = this.slots.find(s => s.operand === operand && s.kind === kind);
    if (known) return known.offset;
    const size = BYTES[kind];
    let offset: number;
    if (size === 2) {
      offset = this.low;
      this.low += 2;
    } else {
      this.high = (this.high - size) & -size;
      offset = this.high;
    }
    if (this.low > this.high) throw new RangeError(`no room in the record for ${operand}`);
    this.slots.push({ operand, kind, offset });
    return offset;
  }
}

/** Address of what an operand names. */
function addressOf(o: Operand | undefined, kind: SlotKind): number {
  if (o instanceof G) return kind === 'target' && o.n === 32 ? STATE.SINK : xAddress(o.n);
  if (o instanceof V) return vAddress(o.n);
  if (o instanceof Element) return vAddress(o.n) + (o.index << o.lane);
  if (o instanceof Cell) return o.address;
  throw new Error(`an operand is no ${kind}`);
}

/** Writes the record at byte `at`; the handler's number last, so that a record is never half made. */
export function encodeRecord(
  view: DataView,
  at: number,
  handler: number,
  layout: RecordLayout,
  operands: Readonly<Record<string, Operand>>,
): void {
  const { slots } = layout;
  for (let i = 0; i < slots.length; i++) {
    const { operand, kind, offset } = slots[i]!;
    const o = operands[operand];
    if (kind === 'source' || kind === 'target' || kind === 'address')
      view.setUint16(at + offset, addressOf(o, kind), true);
    else if (o instanceof Imm) {
      if (kind === 'imm64') view.setBigUint64(at + offset, o.k, true);
      else view.setInt32(at + offset, Number(BigInt.asIntN(32, o.k)), true);
    } else if (o instanceof Disp) view.setInt32(at + offset, (o.k / 4) * RECORD_SIZE, true);
    else if (o instanceof Cond) view.setUint16(at + offset, conditionMask(o.k), true);
    else throw new Error(`no operand ${operand}`);
  }
  view.setUint16(at, handler, true);
}
