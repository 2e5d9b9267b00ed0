import type { Bus } from '../devices/bus.js';
import type { Device } from '../devices/device.js';
import type { Engine } from '../engine/engine.js';
import type { HostAccess } from '../record/host-access.js';
import { mismatch } from '../snapshot/contents.js';
import type { Mmio } from './emulator-types.js';
import { EmulatorError } from './error.js';
import { applyMapping, type Mapping, mappingOf } from './mapping.js';

const PAGE = 4096;
/** Where the pool lies: beyond what any CPU can address. */
export const POOL = 2 ** 52;

/** What is mapped, and what of the pool is taken. */
export interface SavedSpace {
  readonly mapping: Mapping;
  readonly at: number;
  readonly freed: readonly Piece[];
  readonly states: readonly (readonly [mmio: Mmio, state: unknown])[];
}
interface Piece {
  readonly host: number;
  readonly size: number;
}

/** Physical memory that is mapped and unmapped as one likes, out of a pool. */
export class AddressSpace {
  private readonly pool: { at: number; readonly end: number };
  private freed: Piece[] = [];
  private readonly mmios = new WeakMap<Device, Mmio>();

  /** The pool is the engine's memory at {@link POOL}. */
  constructor(
    private readonly bus: Bus,
    private readonly engine: Engine,
    private readonly access: HostAccess,
  ) {
    const { host, size } = engine.memory.find(POOL)!;
    this.pool = { at: host, end: host + size };
  }

  /** Maps zeroed RAM at a physical address; multiples of 4096. Throws `overlap`, `out-of-memory`, `bad-value`. */
  map(address: bigint | number, size: number): void {
    const base = this.range(address, size);
    const host = this.allocate(size);
    this.insert(() => this.bus.mapRam('ram', base, size, host));
    this.engine.memory.map(base, size, host, false);
    this.changed();
  }
  /** Maps memory that the guest cannot write; its stores vanish. */
  mapRom(address: bigint | number, bytes: Uint8Array): void {
    const size = Math.ceil(bytes.length / PAGE) * PAGE;
    const base = this.range(address, size);
    const host = this.allocate(size);
    const rom: Device = { name: 'rom', size, read: () => 0, write: () => {}, reset: () => {} };
    this.insert(() => this.bus.mapRom(base, rom, host));
    this.engine.memory.map(base, size, host, true);
    this.engine.memory.write(base, bytes);
    this.changed();
  }
  /** Maps registers: accesses call `mmio`. What it does not define reads as zero and ignores writes. */
  mapMmio(address: bigint | number, size: number, mmio: Mmio): void {
    const device: Device = {
      name: mmio.name ?? 'mmio',
      size,
      read: (offset, width) => this.access.supply(() => mmio.read?.(offset, width) ?? 0),
      write: (offset, width, value) => mmio.write?.(offset, width, value),
      reset: () => {},
    };
    this.mmios.set(device, mmio);
    this.insert(() => this.bus.map(Number(address), device));
    this.changed();
  }
  /** Unmaps what was mapped at `address`, whole. */
  unmap(address: bigint | number): void {
    const base = Number(address);
    const region = this.bus.find(base);
    if (region === undefined || region.base !== base || base === POOL)
      throw new EmulatorError('bad-value', `nothing was mapped at 0x${base.toString(16)}`, { path: 'unmap' });
    this.bus.unmap(region);
    if (region.host >= 0) {
      this.engine.invalidate(base, region.size);
      this.engine.memory.unmap(base);
      this.freed.push({ host: region.host, size: region.size });
    }
    this.changed();
  }

  /** For {@link restore}. */
  save(): SavedSpace {
    const mapping = mappingOf(this.bus, this.engine);
    const states = mapping.regions.flatMap(({ device }) => {
      const mmio = device && this.mmios.get(device);
      return mmio?.save === undefined ? [] : [[mmio, mmio.save()] as const];
    });
    return { mapping, at: this.pool.at, freed: [...this.freed], states };
  }
  /** `devices`: registers and what they know too. Throws when the pool is of another size. */
  restore({ mapping, at, freed, states }: SavedSpace, devices: boolean): void {
    const pool = (list: Mapping['memory']): number | undefined => list.find(({ base }) => base === POOL)?.size;
    if (pool(mapping.memory) !== pool(this.engine.memory.regions)) throw mismatch();
    applyMapping(this.bus, this.engine, mapping, devices);
    this.pool.at = at;
    this.freed = [...freed];
    if (devices) for (const [mmio, state] of states) mmio.load?.(state);
  }

  private range(address: bigint | number, size: number): number {
    const base = Number(address);
    if (!Number.isSafeInteger(base) || base < 0 || base % PAGE !== 0 || size % PAGE !== 0 || !(size > 0))
      throw new EmulatorError('bad-value', 'address and size are multiples of 4096', { path: 'map' });
    return base;
  }
  private allocate(size: number): number {
    const at = this.freed.findIndex(piece => piece.size === size);
    const host = at >= 0 ? this.freed.splice(at, 1)[0]!.host : this.pool.at;
    if (at < 0) {
      if (host + size > this.pool.end)
        throw new EmulatorError('out-of-memory', `${size} bytes are more than the option \`memory\` left`, {
          path: 'map',
        });
      this.pool.at += size;
    }
    this.engine.memory.bytes.fill(0, host, host + size);
    this.engine.noteWrite(host, size);
    return host;
  }
  private insert(map: () => void): void {
    try {
      map();
    } catch (cause) {
      throw new EmulatorError('overlap', cause instanceof Error ? cause.message : 'something is mapped there', {
        path: 'map',
        cause,
      });
    }
  }
  private changed(): void {
    this.engine.tlb(0).flushAll();
  }
}
