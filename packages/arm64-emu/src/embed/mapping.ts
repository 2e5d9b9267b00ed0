import type { Bus, Region } from '../devices/bus.js';
import type { Engine } from '../engine/engine.js';
import type { MemoryRegion } from '../engine/physical-memory.js';

/** What is mapped where in an address space that changes. */
export interface Mapping {
  readonly regions: readonly Region[];
  readonly memory: readonly MemoryRegion[];
}

/** The present mapping. */
export function mappingOf(bus: Bus, engine: Engine): Mapping {
  return { regions: [...bus.regions], memory: [...engine.memory.regions] };
}

/**
 * Maps what `mapping` has and unmaps what it lacks; `devices`: also registers. Decoded code of what comes and goes is
 * dropped. TLBs are the caller's business.
 */
export function applyMapping(bus: Bus, engine: Engine, mapping: Mapping, devices: boolean): void {
  const { memory } = engine;
  const isConcerned = (r: Region): boolean => devices || r.host >= 0;
  const extra = bus.regions.filter(r => isConcerned(r) && !mapping.regions.some(other => isSame(r, other)));
  const missing = mapping.regions.filter(r => isConcerned(r) && !bus.regions.some(other => isSame(r, other)));
  for (const region of extra) {
    bus.unmap(region);
    if (region.host < 0) continue;
    engine.invalidate(region.base, region.size);
    memory.unmap(region.base);
  }
  for (const { name, base, size, host, device, directWrite } of missing) {
    if (host < 0) bus.map(base, device!);
    else {
      if (directWrite) bus.mapRam(name, base, size, host);
      else bus.mapRom(base, device!, host);
      memory.map(base, size, host, !directWrite);
      engine.invalidate(base, size);
    }
  }
  // Of two that overlap in linear memory the order counts.
  if (extra.length + missing.length > 0) memory.sortLike(mapping.memory);
}

const isSame = (a: Region, b: Region): boolean =>
  a.base === b.base && a.size === b.size && a.host === b.host && (a.host >= 0 || a.device === b.device);
