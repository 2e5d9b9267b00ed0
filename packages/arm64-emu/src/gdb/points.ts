import type { Control } from '../embed/control.js';
import { physicalOf } from '../embed/guest-memory.js';

/** Kinds of the Z packets. */
export const POINT = { software: 0, hardware: 1, write: 2, read: 3, access: 4 } as const;

/** A breakpoint or watchpoint of the client. */
interface Point {
  readonly kind: number;
  readonly address: bigint;
  readonly size: number;
  /** Physical address of a breakpoint that has been set. */
  physical?: number;
  remove?: () => void;
}

/** The client's breakpoints and watchpoints. Breakpoints are set where their address leads when they are inserted. */
export class Points {
  private readonly list: Point[] = [];

  constructor(
    private readonly control: Control,
    private readonly cpu: () => number,
  ) {}

  /** False: the address does not translate. A hardware breakpoint may wait until it does. */
  insert(kind: number, address: bigint, size: number): boolean {
    if (this.find(kind, address, size) !== undefined) return true;
    const point: Point = { kind, address, size };
    if (kind >= POINT.write) {
      const range = { address, size, read: kind !== POINT.write, write: kind !== POINT.read };
      point.remove = this.control.addWatchpoint(range);
    } else if (!this.set(point) && kind === POINT.software) return false;
    this.list.push(point);
    return true;
  }

  remove(kind: number, address: bigint, size: number): void {
    const point = this.find(kind, address, size);
    if (point === undefined) return;
    this.list.splice(this.list.indexOf(point), 1);
    point.remove?.();
  }

  clear(): void {
    for (const point of this.list.splice(0)) point.remove?.();
  }

  /** Hardware breakpoints whose addresses do not translate yet. Tries again. */
  get waiting(): boolean {
    const waits = this.list.filter(p => p.kind === POINT.hardware && p.physical === undefined);
    return waits.filter(p => !this.set(p)).length > 0;
  }

  /** What a stop reply calls the watchpoint that covers an address: `watch`, `rwatch`, `awatch`. */
  watchName(address: bigint, size: number): string | undefined {
    const point = this.list.find(p => p.kind >= POINT.write && p.address === address && p.size === size);
    return point && ['watch', 'rwatch', 'awatch'][point.kind - POINT.write];
  }

  /** Whether the breakpoint at an address is the hardware's. */
  isHardware(address: bigint): boolean {
    return this.list.some(p => p.kind === POINT.hardware && p.address === address);
  }

  private set(point: Point): boolean {
    const { control } = this;
    const physical = control.machine.within(this.cpu(), cpu => physicalOf(cpu, point.address));
    if (physical === undefined) return false;
    point.physical = physical;
    control.addBreakpoint(physical);
    point.remove = () => control.removeBreakpoint(physical);
    return true;
  }

  private find(kind: number, address: bigint, size: number): Point | undefined {
    return this.list.find(p => p.kind === kind && p.address === address && p.size === size);
  }
}
