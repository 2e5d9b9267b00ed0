// Written from the boot protocol's rules, not from the code: what XNU's start-up checks or silently relies on.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Placement, type PlacementInput, place } from '../src/xnu/placement.js';

const KC = 0xfffffe0007004000n;
const base: PlacementInput = {
  segments: [
    { name: '__TEXT', vmaddr: KC, vmsize: 0x4000n },
    { name: '__TEXT_EXEC', vmaddr: KC + 0x4000n, vmsize: 0x800000n },
    { name: '__LINKEDIT', vmaddr: KC + 0x900000n, vmsize: 0x1234n },
  ],
  entry: KC + 0x4100n,
  physBase: 0x40000000n,
  memSize: 1n << 30n,
  deviceTreeSize: 0x1234,
  bootArgsSize: 0x2e0,
  ramDiskSize: 0x123456,
  trustCacheSize: 1000,
};

function rules(input: PlacementInput, placed: Placement): void {
  const { virtBase, physBase, topOfKernelData: top } = placed;
  expect((virtBase - physBase) % 0x2000000n).toBe(0n);
  expect([virtBase % 0x4000n, physBase % 0x4000n, top % 0x4000n]).toEqual([0n, 0n, 0n]);
  const { deviceTree, bootArgs, ramDisk, trustCache, kernel } = placed;
  const all = [...kernel, deviceTree, bootArgs, ramDisk, trustCache].filter(region => region !== undefined);
  for (const region of all) {
    expect(region.physical).toBe(region.virtual - virtBase + physBase);
    expect(region.physical >= physBase && region.physical + region.size <= top).toBe(true);
  }
  const sorted = [...all].sort((a, b) => (a.physical < b.physical ? -1 : 1));
  for (let i = 1; i < sorted.length; i++)
    expect(sorted[i - 1]!.physical + sorted[i - 1]!.size <= sorted[i]!.physical).toBe(true);
  const kernelSorted = sorted.filter(region => kernel.includes(region));
  const lowest = kernelSorted[0]!.physical;
  const last = kernelSorted.at(-1)!;
  const kernelEnd = last.physical + last.size;
  for (const region of [deviceTree, bootArgs, ramDisk].filter(r => r !== undefined))
    expect(region.physical >= kernelEnd).toBe(true);
  if (ramDisk !== undefined) {
    expect(ramDisk.physical % 0x4000n).toBe(0n);
    expect(ramDisk.size % 0x4000n).toBe(0n);
    expect(ramDisk.size >= BigInt(input.ramDiskSize)).toBe(true);
  }
  if (trustCache !== undefined) {
    expect(trustCache.physical % 0x4000n).toBe(0n);
    expect(trustCache.physical + trustCache.size).toBe(lowest);
    expect(trustCache.size >= BigInt(input.trustCacheSize + 8)).toBe(true);
  }
  expect(top < physBase + input.memSize).toBe(true);
  expect(placed.entry).toBe(input.entry - virtBase + physBase);
}

describe('placement', () => {
  it('puts the experiment’s collection where its loader did', () => {
    const placed = place(base);
    expect(placed.virtBase).toBe(0xfffffe0000000000n);
    expect(placed.kernel[0]?.physical).toBe(0x47004000n);
    expect(placed.trustCache).toMatchObject({ physical: 0x47000000n, size: 0x4000n });
    rules(base, placed);
  });

  it('follows the rules for any sizes, RAM at Apple’s address too', () => {
    fc.assert(
      fc.property(
        fc.nat(0x4000000),
        fc.nat(0x800000),
        fc.integer({ min: 1, max: 0x100000 }),
        fc.constantFrom(0x40000000n, 0x800000000n, 0x70000000n),
        fc.constantFrom(KC, 0xfffffff007004000n, 0xfffffe0007c04000n),
        (ramDiskSize, trustCacheSize, deviceTreeSize, physBase, header) => {
          const segments = base.segments.map(s => ({ ...s, vmaddr: s.vmaddr - KC + header }));
          const input = {
            ...base,
            segments,
            entry: header + 0x4000n,
            ramDiskSize,
            trustCacheSize,
            deviceTreeSize,
            physBase,
          };
          rules(input, place(input));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('has no region for what is not given', () => {
    const placed = place({ ...base, ramDiskSize: 0, trustCacheSize: 0 });
    expect([placed.ramDisk, placed.trustCache]).toEqual([undefined, undefined]);
  });

  it.each<[string, Partial<PlacementInput>, RegExp]>([
    ['RAM at no multiple of 32 MiB', { physBase: 0x41000000n }, /physBase: .*32 MiB/],
    ['an entry point outside', { entry: KC - 4n }, /kernel\.entry: .*in no segment/],
    ['no segments', { segments: [] }, /no segments/],
    ['user addresses', { segments: [{ name: '__TEXT', vmaddr: 0x100000000n, vmsize: 0x4000n }] }, /no kernel address/],
    ['too little memory', { memSize: 0x7900000n }, /memSize: .*are needed/],
    ['a trust cache larger than the room', { trustCacheSize: 0x8000000 }, /TrustCache: .*do not fit/],
  ])('refuses %s', (_, change, message) => {
    expect(() => place({ ...base, ...change })).toThrow(message);
  });
});
