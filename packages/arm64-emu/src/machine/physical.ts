import type { Bus, HostMemory } from '../devices/bus.js';
import type { PhysicalIo } from '../engine/host.js';

/** Device access through a bus; 8 bytes are two words there. */
export function busIo(bus: () => Bus): PhysicalIo {
  return {
    read: (address, size) => (size === 8 ? bus().load64(address) : bus().load(address, size)),
    write: (address, size, value) =>
      size === 8 ? bus().store64(address, BigInt(value)) : bus().store(address, size, Number(value)),
  };
}

/** A range of guest memory within linear memory. */
interface Backed {
  readonly base: number;
  readonly size: number;
  readonly host: number;
}

/** What backs a bus: the engine's linear memory, which hears of stores by devices and the host. */
export function engineMemory(engine: {
  readonly memory: { readonly bytes: Uint8Array; readonly regions: readonly Backed[] };
  invalidate(address: number, size: number): void;
}): HostMemory {
  const { memory } = engine;
  return {
    bytes: memory.bytes,
    changed(host, size) {
      const region = memory.regions.find(r => host >= r.host && host < r.host + r.size);
      if (region !== undefined) engine.invalidate(region.base + (host - region.host), size);
    },
  };
}
