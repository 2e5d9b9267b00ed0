import type { AccessSize, Device } from 'arm64-emu';

/** Offsets within a plane. */
const LOWER = 0x680;
const UPPER = 0x684;
const ENABLED = 0x688;
const LOCK = 0x68c;
const CACHE_STATUS = 0x1c00;
const MODELLED: ReadonlySet<number> = new Set([LOWER, UPPER, ENABLED, LOCK]);

/** The memory that the boot loader announces as read-only: physical addresses, whole pages of 16 KiB. */
export interface ReadOnlyRegion {
  readonly begin: bigint;
  readonly end: bigint;
  /** Where DRAM begins: the registers count pages from there. */
  readonly dram: bigint;
}

/**
 * The memory controller's registers of the kernel's read-only region (CTRR), as far as XNU reads and writes them: limits
 * in pages of 16 KiB from the begin of DRAM, enable and lock in every plane. A lock keeps the limits until reset; nothing
 * is enforced. Other registers store.
 */
export class Amcc implements Device {
  readonly name = 'amcc';
  /** What a snapshot keeps. */
  readonly stateFields = ['words'];
  private readonly words = new Map<number, number>();

  constructor(
    readonly size: number,
    private readonly planes: { readonly count: number; readonly stride: number },
    private readonly region?: ReadOnlyRegion,
  ) {
    this.reset();
  }

  reset(): void {
    this.words.clear();
    if (this.region === undefined) return;
    const { begin, end, dram } = this.region;
    for (let plane = 0; plane < this.planes.count; plane++) {
      const at = plane * this.planes.stride;
      this.words.set(at + LOWER, Number((begin - dram) >> 14n));
      this.words.set(at + UPPER, Number((end - dram - 1n) >> 14n));
    }
  }

  read(offset: number, _size: AccessSize): number {
    if (this.inPlane(offset) === CACHE_STATUS) return 0;
    return this.words.get(offset & ~3) ?? 0;
  }

  write(offset: number, _size: AccessSize, value: number): void {
    const register = this.inPlane(offset);
    const locked = (this.words.get(offset - register + LOCK) ?? 0) !== 0;
    if (register >= 0 && MODELLED.has(register) && locked) return;
    this.words.set(offset & ~3, value >>> 0);
  }

  /** Offset within a plane; -1 outside of all. */
  private inPlane(offset: number): number {
    const { count, stride } = this.planes;
    return offset < count * stride ? offset % stride : -1;
  }
}
