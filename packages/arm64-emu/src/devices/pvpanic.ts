import type { AccessSize, Device } from './device.js';

/** What a guest can report: that it panicked, and that it loaded a kernel to dump the crash. */
const PANICKED = 1;
const CRASH_LOADED = 2;

/**
 * QEMU's panic notification device in memory (QEMU, docs/specs/pvpanic): reads tell which events are known,
 * a write reports one.
 *
 * @example bus.map(0x20070000, new PvPanic(event => machine.stop()));
 */
export class PvPanic implements Device {
  /** See {@link Stateful}. */
  readonly stateFields = [];
  readonly name = 'pvpanic';
  readonly size = 2;

  constructor(private readonly report: (event: 'panicked' | 'crash-loaded') => void) {}

  read(offset: number): number {
    return offset === 0 ? PANICKED | CRASH_LOADED : 0;
  }

  write(offset: number, _size: AccessSize, value: number): void {
    if (offset !== 0) return;
    if (value & PANICKED) this.report('panicked');
    else if (value & CRASH_LOADED) this.report('crash-loaded');
  }

  reset(): void {}
}
