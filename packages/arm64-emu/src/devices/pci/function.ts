import { type AccessSize, type InterruptLine, unconnected } from '../device.js';

/** Bytes of a conventional function's configuration space. */
const CONFIG_SIZE = 256;
const COMMAND = 0x04;
const STATUS = 0x06;
const BAR0 = 0x10;
const CAPABILITIES = 0x34;
const MEMORY_SPACE = 2;
const INTERRUPT_DISABLE = 0x400;
const STATUS_INTERRUPT = 8;
const STATUS_CAPABILITIES = 0x10;
const ERROR_BITS = 0xf9;

/** A memory base address register. Only 64-bit ones exist here: they take two slots. */
export interface PciBar {
  /** Slot, 0 to 4. */
  readonly index: number;
  /** Bytes, a power of two from 4096 up. */
  readonly size: number;
  read(offset: number, size: AccessSize): number;
  write(offset: number, size: AccessSize, value: number): void;
}

/** Identification of a {@link PciFunction}. */
export interface PciIdentity {
  readonly vendor: number;
  readonly device: number;
  /** Class, subclass and programming interface in 24 bits. */
  readonly classCode: number;
  readonly revision?: number;
  readonly subsystemVendor?: number;
  readonly subsystem?: number;
}

/** A PCI function with a type 0 header (PCI Local Bus 3.0, chapter 6), INTA and memory BARs. */
export class PciFunction {
  /** See {@link Stateful}. */
  readonly stateFields: readonly string[] = ['config', 'pending'];
  protected readonly config = new Uint8Array(CONFIG_SIZE);
  /** Bits that a write changes. */
  private readonly writable = new Uint8Array(CONFIG_SIZE);
  private readonly bars: PciBar[] = [];
  private capabilityEnd = 0x40;
  private lastCapability = CAPABILITIES;
  private pending = false;
  /** Set by the host bridge. */
  line: InterruptLine = unconnected;

  constructor(
    readonly name: string,
    identity: PciIdentity,
  ) {
    this.put16(0x00, identity.vendor);
    this.put16(0x02, identity.device);
    this.config[0x08] = identity.revision ?? 0;
    this.config[0x09] = identity.classCode;
    this.put16(0x0a, identity.classCode >> 8);
    this.put16(0x2c, identity.subsystemVendor ?? 0);
    this.put16(0x2e, identity.subsystem ?? 0);
    this.writable.set([0x07, 0x04], COMMAND);
    this.writable[0x0c] = 0xff; // cache line size
    this.writable[0x3c] = 0xff; // interrupt line
  }

  reset(): void {
    for (let i = 0; i < CONFIG_SIZE; i++) this.config[i]! &= ~this.writable[i]!;
    for (const { index } of this.bars) this.config[BAR0 + 4 * index]! |= 0x0c;
    this.setInterrupt(false);
  }

  /** Announces INTA. */
  protected useInterrupt(): void {
    this.config[0x3d] = 1;
  }

  protected addBar(bar: PciBar): void {
    const at = BAR0 + 4 * bar.index;
    this.bars.push(bar);
    this.config[at] = 0x0c; // 64 bits, prefetchable
    const mask = BigInt.asUintN(64, -BigInt(bar.size));
    new DataView(this.writable.buffer).setBigUint64(at, mask, true);
  }

  /** Appends a capability: `bytes` follow its id and link. Returns its offset; `writable` are bits of `bytes`. */
  protected addCapability(id: number, bytes: Uint8Array, writable?: Uint8Array): number {
    const at = this.capabilityEnd;
    this.config[STATUS] = STATUS_CAPABILITIES;
    this.config[this.lastCapability] = at;
    this.config[at] = id;
    this.config.set(bytes, at + 2);
    if (writable !== undefined) this.writable.set(writable, at + 2);
    this.lastCapability = at + 1;
    this.capabilityEnd = (at + 2 + bytes.length + 3) & ~3;
    return at;
  }

  /** Raises or lowers INTA. */
  protected setInterrupt(level: boolean): void {
    this.pending = level;
    this.config[STATUS] = (this.config[STATUS]! & ~STATUS_INTERRUPT) | (level ? STATUS_INTERRUPT : 0);
    this.line.set(level && (this.get16(COMMAND) & INTERRUPT_DISABLE) === 0);
  }

  readConfig(offset: number, size: AccessSize): number {
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = (value << 8) | (this.config[offset + i] ?? 0xff);
    return value;
  }

  writeConfig(offset: number, size: AccessSize, value: number): void {
    for (let i = 0; i < size; i++) {
      const at = offset + i;
      const byte = (value >>> (8 * i)) & 0xff;
      if (at >= CONFIG_SIZE) return;
      // Error bits of the status register are cleared by ones.
      if (at === STATUS + 1) this.config[at]! &= ~(byte & ERROR_BITS);
      else this.config[at] = (this.config[at]! & ~this.writable[at]!) | (byte & this.writable[at]!);
    }
    this.setInterrupt(this.pending);
  }

  /** The BAR that decodes `size` bytes at a bus address, and the offset in it. */
  decode(address: number, size: number): { readonly bar: PciBar; readonly offset: number } | undefined {
    if ((this.get16(COMMAND) & MEMORY_SPACE) === 0) return undefined;
    for (const bar of this.bars) {
      const at = BAR0 + 4 * bar.index;
      const base =
        (this.get16(at) & 0xfff0) +
        this.get16(at + 2) * 0x10000 +
        (this.get16(at + 4) + this.get16(at + 6) * 0x10000) * 2 ** 32;
      // A base of zero is a BAR that nobody has set.
      if (base !== 0 && address >= base && address + size <= base + bar.size) return { bar, offset: address - base };
    }
    return undefined;
  }

  /** A BAR by its slot. */
  protected bar(index: number): PciBar | undefined {
    return this.bars.find(bar => bar.index === index);
  }

  private get16(at: number): number {
    return this.config[at]! | (this.config[at + 1]! << 8);
  }
  private put16(at: number, value: number): void {
    this.config[at] = value;
    this.config[at + 1] = value >> 8;
  }
}
