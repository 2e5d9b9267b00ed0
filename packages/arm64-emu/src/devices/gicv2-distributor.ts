import type { AccessSize, Device } from './device.js';
import { GicBank, gicIdentification } from './gic-bank.js';

const SGIS = 0xffff;

/** SGIs and PPIs of one CPU. */
export class Gicv2Private extends GicBank {
  /** See {@link Stateful}. */
  override readonly stateFields = ['group', 'enable', 'pending', 'active', 'level', 'edge', 'priority', 'sources'];
  /** For each SGI, a bit for each CPU that sent it and was not acknowledged. */
  readonly sources = new Uint8Array(16);

  constructor() {
    super(SGIS);
  }

  override reset(): void {
    super.reset();
    this.enable = SGIS;
    // The base class's constructor comes here before `sources` is there.
    (this.sources as Uint8Array | undefined)?.fill(0);
  }
}

/**
 * GICv2 distributor (GIC architecture 2.0, 4.3) without the security extensions. What belongs to SGIs and PPIs
 * is banked: it is that of the CPU which makes the access.
 */
export class Gicv2Distributor implements Device {
  /** See {@link Stateful}. */
  readonly stateFields = ['control', 'shared', 'own', 'targets'];
  readonly name = 'gicd';
  readonly size = 0x1000;
  /** GICD_CTLR: enables of group 0 and group 1. */
  control = 0;
  /** `shared[n]` holds interrupts 32n to 32n + 31; the first one stays unused. */
  readonly shared: readonly GicBank[];
  readonly own: readonly Gicv2Private[];
  /** GICD_ITARGETSR: a bit for each CPU. */
  readonly targets: Uint8Array;

  /**
   * @param lines number of interrupt ids, a multiple of 32
   * @param cpus number of CPUs, 1 to 8
   * @param current index of the CPU that makes the access
   * @param update recomputes what each CPU sees
   */
  constructor(
    readonly lines: number,
    readonly cpus: number,
    private readonly current: () => number,
    private readonly update: () => void,
  ) {
    this.shared = Array.from({ length: lines / 32 }, () => new GicBank());
    this.own = Array.from({ length: cpus }, () => new Gicv2Private());
    this.targets = new Uint8Array(lines);
    this.reset();
  }

  reset(): void {
    this.control = 0;
    for (const bank of [...this.shared, ...this.own]) bank.reset();
    // With one CPU there is no choice.
    this.targets.fill(this.cpus === 1 ? 1 : 0);
  }

  /** Bit mask of interrupts of a bank whose group is enabled. */
  groupMask(bank: GicBank): number {
    return (this.control & 1 ? ~bank.group : 0) | (this.control & 2 ? bank.group : 0);
  }

  bank(cpu: number, index: number): GicBank | undefined {
    return index === 0 ? this.own[cpu] : this.shared[index];
  }

  /** Makes SGI `id` from CPU `source` pending at CPU `target`. */
  sendSgi(source: number, target: number, id: number): void {
    const own = this.own[target]!;
    own.sources[id]! |= 1 << source;
    own.pending |= 1 << id;
  }

  read(offset: number, size: AccessSize): number {
    if (offset >= 0x80 && offset < 0x400)
      return (this.bank(this.current(), (offset & 0x7c) >> 2)?.readBits(offset) ?? 0) >>> (8 * (offset & 3));
    if (offset >= 0xc00 && offset < 0xd00)
      return (this.configBank(offset)?.readConfig(((offset >> 2) & 1) * 16) ?? 0) >>> (8 * (offset & 3));
    if ((offset >= 0x400 && offset < 0xc00) || (offset >= 0xf10 && offset < 0xf30)) {
      let value = 0;
      for (let i = size - 1; i >= 0; i--) value = (value << 8) | this.readByte(offset + i);
      return value;
    }
    switch (offset) {
      case 0x0:
        return this.control;
      case 0x4: // GICD_TYPER
        return (this.lines / 32 - 1) | ((this.cpus - 1) << 5);
      case 0x8: // GICD_IIDR
        return 0x43b;
      default:
        // The identification registers end the page, as in GICv3's frames; PIDR4 has no size of its own here.
        return offset === 0xfd0 ? 4 : offset > 0xfd0 ? gicIdentification(offset + 0xf000, 0x90, 2) : 0;
    }
  }

  write(offset: number, size: AccessSize, value: number): void {
    if (offset >= 0x80 && offset < 0x400) this.writeBits(offset, size, value);
    else if (offset >= 0xc00 && offset < 0xd00) {
      if (size === 4) this.configBank(offset)?.writeConfig(((offset >> 2) & 1) * 16, value);
    } else if ((offset >= 0x400 && offset < 0xc00) || (offset >= 0xf10 && offset < 0xf30))
      for (let i = 0; i < size; i++) this.writeByte(offset + i, (value >>> (8 * i)) & 0xff);
    else if (offset === 0) this.control = value & 3;
    else if (offset === 0xf00 && size === 4) this.writeSgi(value);
    else return;
    this.update();
  }

  private configBank(offset: number): GicBank | undefined {
    return this.bank(this.current(), (offset - 0xc00) >> 3);
  }

  private writeBits(offset: number, size: AccessSize, value: number): void {
    const index = (offset & 0x7c) >> 2;
    const bank = this.bank(this.current(), index);
    if (bank === undefined) return;
    const shift = 8 * (offset & 3);
    let word = value << shift;
    const block = offset & 0xf80;
    // SGIs are always enabled and only SGIR and SPENDSGIR make them pending.
    if (index === 0 && block >= 0x100 && block < 0x300) word &= ~SGIS;
    if (block === 0x80 && size !== 4) {
      const mask = (size === 1 ? 0xff : 0xffff) << shift;
      word = (bank.group & ~mask) | (word & mask);
    }
    bank.writeBits(offset, word);
  }

  private readByte(offset: number): number {
    const cpu = this.current();
    const id = offset & 0x3ff;
    if (offset < 0x800) return this.bank(cpu, id >> 5)?.priority[id & 31] ?? 0;
    if (offset >= 0xf10) return this.own[cpu]?.sources[offset & 15] ?? 0;
    if (id < 32) return this.cpus === 1 ? 0 : 1 << cpu;
    return this.cpus === 1 ? 0 : (this.targets[id] ?? 0);
  }

  private writeByte(offset: number, value: number): void {
    const cpu = this.current();
    const id = offset & 0x3ff;
    if (offset >= 0xf10) {
      const own = this.own[cpu]!;
      const sgi = offset & 15;
      if (offset < 0xf20) own.sources[sgi]! &= ~value;
      else own.sources[sgi]! |= value;
      if (own.sources[sgi] === 0) own.pending &= ~(1 << sgi);
      else own.pending |= 1 << sgi;
    } else if (offset < 0x800) {
      const bank = this.bank(cpu, id >> 5);
      if (bank !== undefined) bank.priority[id & 31] = value;
    } else if (id >= 32 && id < this.lines && this.cpus > 1) this.targets[id] = value & ((1 << this.cpus) - 1);
  }

  private writeSgi(value: number): void {
    const self = this.current();
    const filter = (value >>> 24) & 3;
    const list = filter === 0 ? (value >>> 16) & 0xff : filter === 1 ? ~(1 << self) : filter === 2 ? 1 << self : 0;
    for (let cpu = 0; cpu < this.cpus; cpu++) if ((list >> cpu) & 1) this.sendSgi(self, cpu, value & 15);
  }
}
