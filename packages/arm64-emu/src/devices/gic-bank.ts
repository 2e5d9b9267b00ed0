/**
 * The state of 32 interrupts, one bit each, as the GIC distributors and redistributors keep it,
 * with the registers that work on all of them at once (GICv3 architecture, 12.9 and 12.11; the same in GICv2).
 */
export class GicBank {
  /** See {@link Stateful}. */
  readonly stateFields: readonly string[] = ['group', 'enable', 'pending', 'active', 'level', 'edge', 'priority'];
  /** IGROUPR: 1 is group 1. */
  group = 0;
  enable = 0;
  /** The latch: set by edges and by ISPENDR. */
  pending = 0;
  active = 0;
  /** Levels of the input lines. */
  level = 0;
  /** 1 is edge-triggered. */
  edge = 0;
  readonly priority = new Uint8Array(32);

  /** @param edgeOnly interrupts that are edge-triggered for ever: SGIs */
  constructor(private readonly edgeOnly = 0) {
    this.reset();
  }

  reset(): void {
    this.group = this.enable = this.pending = this.active = 0;
    this.edge = this.edgeOnly;
    this.priority.fill(0);
  }

  /** Pending by latch or, when level-triggered, by line. */
  get pendingNow(): number {
    return this.pending | (this.level & ~this.edge);
  }

  /** Changes an input line; false when nothing changed. */
  setLevel(bit: number, level: boolean): boolean {
    const mask = 1 << bit;
    if (((this.level & mask) !== 0) === level) return false;
    if (level) {
      this.level |= mask;
      this.pending |= mask & this.edge;
    } else this.level &= ~mask;
    return true;
  }

  /** Reads a word of the block of one-bit registers that `offset` lies in, 0x080 (IGROUPR) to 0x380 (ICACTIVER). */
  readBits(offset: number): number {
    switch (offset & 0xf80) {
      case 0x080:
        return this.group;
      case 0x100:
      case 0x180:
        return this.enable;
      case 0x200:
      case 0x280:
        return this.pendingNow;
      case 0x300:
      case 0x380:
        return this.active;
      default:
        return 0;
    }
  }

  /** Writes a word of one-bit registers. */
  writeBits(offset: number, value: number): void {
    switch (offset & 0xf80) {
      case 0x080:
        this.group = value | 0;
        break;
      case 0x100:
        this.enable |= value;
        break;
      case 0x180:
        this.enable &= ~value;
        break;
      case 0x200:
        this.pending |= value;
        break;
      case 0x280:
        this.pending &= ~value;
        break;
      case 0x300:
        this.active |= value;
        break;
      case 0x380:
        this.active &= ~value;
        break;
    }
  }

  /** ICFGR of interrupts `first` to `first` + 15: bit 2n + 1 is "edge". */
  readConfig(first: number): number {
    let value = 0;
    for (let i = 0; i < 16; i++) value |= ((this.edge >>> (first + i)) & 1) << (2 * i + 1);
    return value;
  }

  writeConfig(first: number, value: number): void {
    for (let i = 0; i < 16; i++) {
      const mask = (1 << (first + i)) & ~this.edgeOnly;
      if ((value >>> (2 * i + 1)) & 1) this.edge |= mask;
      else this.edge &= ~mask;
    }
  }
}

/** Peripheral and component identification of ARM's GICs from offset 0xffd0: PIDR0 tells the parts apart. */
export function gicIdentification(offset: number, pidr0: number, architecture: number): number {
  const registers = [0x44, 0, 0, 0, pidr0, 0xb4, (architecture << 4) | 0xb, 0, 0x0d, 0xf0, 0x05, 0xb1];
  return registers[(offset - 0xffd0) >> 2] ?? 0;
}

/** Position of the lowest set bit of a non-zero word. */
export function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}
