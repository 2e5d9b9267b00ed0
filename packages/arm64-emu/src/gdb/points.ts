import type { Control } from '../embed/control.js';
import type { AccessRange } from '../hooks/types.js';

/** Kinds of the Z packets. */
export const POINT = { software: 0, hardware: 1, write: 2, read: 3, access: 4 } as const;

/** A breakpoint or watchpoint of the client. */
interface Point {
  readonly kind: number;
  readonly address: bigint;
  readonly size: number;
  readonly remove: () => void;
}

/** The client's breakpoints and watchpoints, at virtual addresses, in whatever address space. */
export class Points {
  private readonly list: Point[] = [];

  constructor(private readonly control: Control) {}

  insert(kind: number, address: bigint, size: number): void {
    if (this.find(kind, address, size) === undefined)
      this.list.push({ kind, address, size, remove: this.set(kind, address, size) });
  }

  remove(kind: number, address: bigint, size: number): void {
    const point = this.find(kind, address, size);
    if (point === undefined) return;
    this.list.splice(this.list.indexOf(point), 1);
    point.remove();
  }

  clear(): void {
    for (const point of this.list.splice(0)) point.remove();
  }

  /** What a stop reply calls the watchpoint of a range: `watch`, `rwatch`, `awatch`. */
  watchName({ from, to }: AccessRange): string {
    const size = Number(to - from);
    const point = this.list.find(p => p.kind >= POINT.write && p.address === from && p.size === size);
    return ['watch', 'rwatch', 'awatch'][(point?.kind ?? POINT.write) - POINT.write]!;
  }

  /** Whether the breakpoint at an address is the hardware's. */
  isHardware(address: bigint): boolean {
    return this.list.some(p => p.kind === POINT.hardware && p.address === address);
  }

  private set(kind: number, from: bigint, size: number): () => void {
    const { control } = this;
    if (kind >= POINT.write) {
      const to = from + BigInt(size);
      return control.addWatchpoint({ from, to, read: kind !== POINT.write, write: kind !== POINT.read });
    }
    control.addBreakpoint(from);
    return () => control.removeBreakpoint(from);
  }

  private find(kind: number, address: bigint, size: number): Point | undefined {
    return this.list.find(p => p.kind === kind && p.address === address && p.size === size);
  }
}
