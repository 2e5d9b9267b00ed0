import { BinaryError, type BinaryErrorInit, isFamily } from '@internal/binary';
import type { AccessSize, Device, Dma } from './device.js';

const FAMILY = 'BusError';
type BusErrorCode = 'overlap' | 'bad-region';

/** A machine put its address map together wrongly. Guests never cause it. */
export class BusError extends BinaryError<BusErrorCode> {
  constructor(code: BusErrorCode, reason: string, init?: BinaryErrorInit) {
    super(FAMILY, code, reason, init);
  }
}

/** Whether `error` is a {@link BusError}, with the given code if there is one. */
export function isBusError(error: unknown, code?: BusErrorCode): error is BusError {
  return isFamily(error, FAMILY) && (code === undefined || (error as BusError).code === code);
}

/** The memory that backs RAM and flash: the engine's linear memory, or a plain array in tests. */
export interface HostMemory {
  /** Current view; asked for anew before each use, because growing replaces it. */
  readonly bytes: Uint8Array;
  /** Told after someone other than the CPU changed `size` bytes at `host`: decoded code there is stale. */
  changed?(host: number, size: number): void;
}

/** A stretch of the physical address space. Bytes `base` up to `base + size`. */
export interface Region {
  readonly name: string;
  readonly base: number;
  readonly size: number;
  /** Offset of the backing bytes in {@link HostMemory}; -1 when there are none. */
  readonly host: number;
  /** Takes accesses that do not go to the backing bytes. */
  readonly device: Device | undefined;
  /** Reads and fetches go straight to the backing bytes. Flash turns it off while it answers commands. */
  directRead: boolean;
  /** Stores go straight to the backing bytes: true for RAM only. */
  readonly directWrite: boolean;
}

/** An access to an address where nothing is mapped. */
export interface HoleAccess {
  readonly address: number;
  readonly size: number;
  /** The value stored; undefined for a read. */
  readonly value: number | undefined;
}

/** An access to a device's registers: told after a read, before a write. */
export interface DeviceAccess {
  readonly region: Region;
  readonly offset: number;
  readonly size: AccessSize;
  readonly value: number;
  readonly write: boolean;
}

/**
 * The physical address map: RAM, flash and devices, never overlapping.
 * `read` and `write` report an external abort by returning undefined and false.
 *
 * @example
 * const bus = new Bus({ bytes: new Uint8Array(4096) });
 * bus.mapRam('ram', 0x40000000, 4096, 0);
 * bus.map(0x09000000, uart);
 * bus.write(0x40000000, 4, 0x12345678);
 */
export class Bus implements Dma {
  /** Sorted by base. */
  readonly regions: Region[] = [];
  /**
   * What an access to a hole does. Left undefined it is an external abort; a function returns the value
   * read (ignored for stores), or undefined for an external abort.
   */
  onHole: ((access: HoleAccess) => number | undefined) | undefined;
  /** Told of accesses to devices' registers; for traces. */
  onDevice: ((access: DeviceAccess) => void) | undefined;
  /** Called when a region's `directRead` changed, so that translations of it can be dropped. */
  onRemap: ((region: Region) => void) | undefined;
  private last: Region | undefined;

  constructor(readonly memory: HostMemory) {}

  /** Maps a device's registers at `base`; throws {@link BusError} when something is there already. */
  map(base: number, device: Device): Region {
    return this.insert({
      name: device.name,
      base,
      size: device.size,
      host: -1,
      device,
      directRead: false,
      directWrite: false,
    });
  }

  /** Maps RAM whose bytes are at offset `host` of the backing memory. */
  mapRam(name: string, base: number, size: number, host: number): Region {
    this.checkHost(name, host, size);
    return this.insert({ name, base, size, host, device: undefined, directRead: true, directWrite: true });
  }

  /** Maps memory that is read directly while stores go to `device`: ROM and flash. */
  mapRom(base: number, device: Device, host: number): Region {
    this.checkHost(device.name, host, device.size);
    return this.insert({
      name: device.name,
      base,
      size: device.size,
      host,
      device,
      directRead: true,
      directWrite: false,
    });
  }

  /** Removes a region; translations of it have to be dropped. */
  unmap(region: Region): void {
    const at = this.regions.indexOf(region);
    if (at >= 0) this.regions.splice(at, 1);
    if (this.last === region) this.last = undefined;
  }

  /** Switches reads of a region made by {@link mapRom} between its bytes and its device. */
  setDirectRead(region: Region, direct: boolean): void {
    if (region.directRead === direct || region.host < 0) return;
    region.directRead = direct;
    this.onRemap?.(region);
  }

  /** The region that holds the byte at `address`. */
  find(address: number): Region | undefined {
    const last = this.last;
    if (last !== undefined && address >= last.base && address < last.base + last.size) return last;
    const { regions } = this;
    let low = 0;
    let high = regions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const region = regions[middle]!;
      if (address < region.base) high = middle;
      else if (address >= region.base + region.size) low = middle + 1;
      else {
        this.last = region;
        return region;
      }
    }
    return undefined;
  }

  /** Reads 1, 2 or 4 bytes, little-endian; undefined is an external abort. */
  load(address: number, size: AccessSize): number | undefined {
    const region = this.find(address);
    if (region === undefined) return this.onHole?.({ address, size, value: undefined });
    const offset = address - region.base;
    if (offset + size > region.size) return undefined;
    if (region.directRead) {
      const { bytes } = this.memory;
      let value = 0;
      for (let i = size - 1; i >= 0; i--) value = value * 256 + bytes[region.host + offset + i]!;
      return value;
    }
    if (offset % size !== 0) return undefined;
    const read = region.device!.read(offset, size);
    const value = size === 4 ? read >>> 0 : read & (size === 1 ? 0xff : 0xffff);
    this.onDevice?.({ region, offset, size, value, write: false });
    return value;
  }

  /** Writes 1, 2 or 4 bytes, little-endian; false is an external abort. */
  store(address: number, size: AccessSize, value: number): boolean {
    const region = this.find(address);
    if (region === undefined) return this.onHole?.({ address, size, value }) !== undefined;
    const offset = address - region.base;
    if (offset + size > region.size) return false;
    if (region.directWrite) {
      const { bytes } = this.memory;
      for (let i = 0; i < size; i++) bytes[region.host + offset + i] = value >>> (8 * i);
      this.memory.changed?.(region.host + offset, size);
      return true;
    }
    if (offset % size !== 0) return false;
    const written = size === 4 ? value >>> 0 : value & (size === 1 ? 0xff : 0xffff);
    this.onDevice?.({ region, offset, size, value: written, write: true });
    region.device!.write(offset, size, written);
    return true;
  }

  /** Reads 8 bytes as two words, low address first. */
  load64(address: number): bigint | undefined {
    const low = this.load(address, 4);
    const high = low === undefined ? undefined : this.load(address + 4, 4);
    return low === undefined || high === undefined ? undefined : BigInt(low) | (BigInt(high) << 32n);
  }

  /** Writes 8 bytes as two words, low address first. */
  store64(address: number, value: bigint): boolean {
    return (
      this.store(address, 4, Number(value & 0xffffffffn)) &&
      this.store(address + 4, 4, Number((value >> 32n) & 0xffffffffn))
    );
  }

  read(address: number, size: number): Uint8Array | undefined {
    const host = this.ram(address, size);
    return host === undefined ? undefined : this.memory.bytes.slice(host, host + size);
  }

  write(address: number, bytes: Uint8Array): boolean {
    const host = this.ram(address, bytes.length);
    if (host === undefined) return false;
    this.memory.bytes.set(bytes, host);
    this.memory.changed?.(host, bytes.length);
    return true;
  }

  /** Where `size` bytes of RAM at physical `address` are in the backing memory; undefined if any is not RAM. */
  ram(address: number, size: number): number | undefined {
    if (!(size >= 0)) return undefined;
    const region = this.find(address);
    if (region === undefined || !region.directWrite || size > region.base + region.size - address) return undefined;
    return region.host + (address - region.base);
  }

  private checkHost(name: string, host: number, size: number): void {
    if (!Number.isSafeInteger(host) || host < 0 || host + size > this.memory.bytes.length)
      throw new BusError('bad-region', `${size} bytes at host offset ${host} exceed the backing memory`, {
        path: name,
      });
  }

  private insert(region: Region): Region {
    const { name, base, size } = region;
    if (
      !Number.isSafeInteger(base) ||
      !Number.isSafeInteger(size) ||
      base < 0 ||
      size <= 0 ||
      !Number.isSafeInteger(base + size)
    )
      throw new BusError('bad-region', `base ${base} and size ${size} do not describe a region`, { path: name });
    const at = this.regions.findIndex(other => other.base >= base + size);
    const before = this.regions[at < 0 ? this.regions.length - 1 : at - 1];
    if (before !== undefined && before.base + before.size > base)
      throw new BusError('overlap', `overlaps ${before.name} at 0x${before.base.toString(16)}`, {
        offset: base,
        path: name,
      });
    this.regions.splice(at < 0 ? this.regions.length : at, 0, region);
    return region;
  }
}
