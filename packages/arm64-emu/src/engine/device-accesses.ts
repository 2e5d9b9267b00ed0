/** Accesses to devices, which are done once even when the instruction that makes them runs again. */
import type { PhysicalIo } from './host.js';
import { CELL } from './state.js';

/** Bytes of a device access. */
export type IoSize = 1 | 2 | 4 | 8;

/** Device accesses of the current instruction. */
export class DeviceAccesses {
  /** What they gave. The instruction is identified by its record and the budget. */
  private done: (number | bigint)[] = [];
  private doneAt = 0;
  private doneBudget = 0;
  private replayed = 0;
  /** The instruction is being repeated: its device accesses have been done already. */
  replaying = false;
  private readonly view: DataView;
  private readonly words: Int32Array;

  constructor(
    buffer: ArrayBufferLike,
    private readonly io: PhysicalIo,
  ) {
    this.view = new DataView(buffer);
    this.words = new Int32Array(buffer);
  }

  /** Starts a new list of device accesses unless this is still the same instruction. */
  identify(): void {
    const ip = this.words[CELL.IP >> 2]!;
    const budget = this.words[CELL.BUDGET >> 2]!;
    if (this.replaying || (ip === this.doneAt && budget === this.doneBudget)) return;
    this.done = [];
    this.doneAt = ip;
    this.doneBudget = budget;
  }
  /** The instruction that asked for attention will run again. */
  begin(): void {
    this.replaying = true;
    this.replayed = 0;
  }
  end(): void {
    this.replaying = false;
    this.done = [];
  }

  /** One device access between `pa` and the buffer at `at`. */
  access(pa: number, size: IoSize, at: number, write: boolean): boolean {
    const again = this.replaying && this.replayed < this.done.length;
    if (write) {
      if (again) this.replayed++;
      else {
        if (!this.io.write(pa, size, this.get(at, size))) return false;
        this.done.push(0);
        if (this.replaying) this.replayed++;
      }
      return true;
    }
    const value = again ? this.done[this.replayed] : this.io.read(pa, size);
    if (value === undefined) return false;
    if (!again) this.done.push(value);
    if (this.replaying) this.replayed++;
    this.put(at, size, value);
    return true;
  }
  private get(at: number, size: IoSize): number | bigint {
    const { view } = this;
    if (size === 8) return view.getBigUint64(at, true);
    return size === 4 ? view.getUint32(at, true) : size === 2 ? view.getUint16(at, true) : view.getUint8(at);
  }
  private put(at: number, size: IoSize, value: number | bigint): void {
    const { view } = this;
    if (size === 8) view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), true);
    else if (size === 4) view.setUint32(at, Number(value), true);
    else if (size === 2) view.setUint16(at, Number(value), true);
    else view.setUint8(at, Number(value));
  }
}
