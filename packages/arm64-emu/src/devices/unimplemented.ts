import type { AccessSize, Device, Log } from './device.js';

const PAGE = 4096;

/** Options of {@link Unimplemented}. */
export interface UnimplementedOptions {
  /** `ram`: reads return what was last written, 0 at first; `zero`: reads return 0 and writes vanish. */
  readonly mode: 'ram' | 'zero';
  readonly log?: Log | undefined;
  /** Messages after which it falls silent; 1000 by default. */
  readonly logLimit?: number;
}

/**
 * Registers that nobody has modelled: each access is logged, and drivers that only store
 * configuration in them get by.
 *
 * @example
 * bus.map(0x210000000, new Unimplemented('aio', 0x10000000, { mode: 'ram', log: console.error }));
 */
export class Unimplemented implements Device {
  /** See {@link Stateful}. */
  readonly stateFields = ['pages', 'logged'];
  /** Words by page, allocated when first written. */
  private readonly pages = new Map<number, Uint32Array>();
  private logged = 0;

  constructor(
    readonly name: string,
    readonly size: number,
    private readonly options: UnimplementedOptions,
  ) {}

  read(offset: number, size: AccessSize): number {
    this.report('read', offset, size);
    return (this.pages.get(Math.floor(offset / PAGE))?.[(offset % PAGE) >> 2] ?? 0) >>> (8 * (offset & 3));
  }

  write(offset: number, size: AccessSize, value: number): void {
    this.report('write', offset, size, value);
    if (this.options.mode === 'zero') return;
    const key = Math.floor(offset / PAGE);
    let page = this.pages.get(key);
    if (page === undefined) this.pages.set(key, (page = new Uint32Array(PAGE / 4)));
    const at = (offset % PAGE) >> 2;
    const shift = 8 * (offset & 3);
    const mask = size === 4 ? 0xffffffff : ((1 << (8 * size)) - 1) << shift;
    page[at] = (page[at]! & ~mask) | ((value << shift) & mask);
  }

  reset(): void {
    this.pages.clear();
    this.logged = 0;
  }

  private report(what: string, offset: number, size: number, value?: number): void {
    const { log, logLimit = 1000 } = this.options;
    if (log === undefined || this.logged >= logLimit) return;
    this.logged++;
    const stored = value === undefined ? '' : ` = 0x${value.toString(16)}`;
    log(`${this.name}: ${what} of ${size} at +0x${offset.toString(16)}${stored}`);
  }
}
