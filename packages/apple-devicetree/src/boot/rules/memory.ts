import { isZero } from '../../bytes.js';
import { isFreeSlot, MEMORY_MAP } from '../../memory-map.js';
import { memoryRanges, pmapIoRanges } from '../../types/records.js';
import { hex, needs, PAGE, whole, type XnuRule } from './rule.js';

/** Random seed, RAM, the memory map and device memory. */
export const memoryRules: readonly XnuRule[] = [
  {
    id: 'random-seed',
    severity: 'panic',
    certainty: 'read',
    reason: 'early random: "Expected 64 seed bytes from bootloader, but got N"',
    *check(tree) {
      const seed = tree.find('/chosen')?.property('random-seed');
      if (seed === undefined) yield { path: '/chosen.random-seed', message: 'is missing' };
      else if (seed.length < 64) yield { path: seed.path, message: `has ${seed.length} bytes, 64 are needed` };
      else if (isZero(seed.value)) yield { path: seed.path, message: 'is all zero' };
    },
  },
  {
    id: 'dram',
    severity: 'panic',
    certainty: 'read',
    reason: 'macOS kernels read where RAM is at start',
    *check(tree) {
      const chosen = tree.find('/chosen');
      yield* needs(chosen, '/chosen', 'dram-base', 8);
      yield* needs(chosen, '/chosen', 'dram-size', 8);
      if (whole(chosen, 'dram-size') === 0n) yield { path: '/chosen.dram-size', message: 'is 0' };
    },
  },
  {
    id: 'memory-map',
    severity: 'panic',
    certainty: 'read',
    reason:
      'the kernel looks up the RAM disk, the trust cache and kernel collections here; each value is {u64 address, u64 size}',
    *check(tree) {
      const map = tree.find(MEMORY_MAP);
      if (map === undefined) yield { path: MEMORY_MAP, message: 'is missing' };
      for (const { name, path, length } of map?.properties ?? [])
        if (!['name', 'AAPL,phandle', 'kernel-only'].includes(name) && !isFreeSlot(name) && length !== 16)
          yield { path, message: `has ${length} bytes, not 16` };
    },
  },
  {
    id: 'memory-map-places',
    severity: 'warning',
    certainty: 'read',
    reason: 'RAM disk and trust cache lie in RAM on 16 KiB pages, apart from each other; mdevadd cuts sizes to 4 KiB',
    *check(tree) {
      const chosen = tree.find('/chosen');
      const base = whole(chosen, 'dram-base') ?? 0n;
      const end = base + (whole(chosen, 'dram-size') ?? 0n);
      const places: { path: string; from: bigint; to: bigint }[] = [];
      for (const name of ['RAMDisk', 'TrustCache']) {
        const range = tree.find(MEMORY_MAP)?.read(name, memoryRanges)?.[0];
        if (range === undefined) continue;
        const { address, size } = range;
        const path = `${MEMORY_MAP}.${name}`;
        if (address % PAGE !== 0n || size % PAGE !== 0n)
          yield { path, message: `${hex(address)}, ${hex(size)} bytes: not on 16 KiB` };
        if (address < base || address + size > end)
          yield { path, message: `${hex(address)}, ${hex(size)} bytes: outside RAM` };
        for (const other of places)
          if (address < other.to && address + size > other.from) yield { path, message: `overlaps ${other.path}` };
        places.push({ path, from: address, to: address + size });
      }
    },
  },
  {
    id: 'defaults',
    severity: 'panic',
    certainty: 'read',
    reason: 'open code looks up /defaults; pmap-io-ranges are page aligned and apart from RAM',
    *check(tree) {
      const defaults = tree.find('/defaults');
      if (defaults === undefined) yield { path: '/defaults', message: 'is missing' };
      const ranges = defaults?.read('pmap-io-ranges', pmapIoRanges);
      if (ranges === undefined && defaults?.property('pmap-io-ranges') !== undefined)
        yield { path: '/defaults.pmap-io-ranges', message: 'is not a list of 24-byte ranges' };
      const base = whole(tree.find('/chosen'), 'dram-base') ?? 0n;
      const end = base + (whole(tree.find('/chosen'), 'dram-size') ?? 0n);
      for (const [i, { address, size, name }] of (ranges ?? []).entries()) {
        const path = `/defaults.pmap-io-ranges[${i}]`;
        if (address % PAGE !== 0n || size % PAGE !== 0n)
          yield { path, message: `${name} at ${hex(address)}, ${hex(size)} bytes: not on 16 KiB` };
        if (address < end && address + size > base)
          yield { path, message: `${name} at ${hex(address)}, ${hex(size)} bytes: overlaps RAM` };
      }
    },
  },
];
