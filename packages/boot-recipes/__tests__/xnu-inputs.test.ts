import { openTree } from 'apple-devicetree';
import { describe, expect, it } from 'vitest';
import { isBootError } from '../src/error.js';
import { sampleImages } from '../src/recipes/sample-images.js';
import { decodeBootArgs } from '../src/xnu/boot-args.js';
import { fillMemoryMap, prepareDeviceTree } from '../src/xnu/device-tree.js';
import { openKernel } from '../src/xnu/kernel.js';
import { unwrapPayload } from '../src/xnu/payload.js';
import { loadXnu, planToJson, planToText, planXnu } from '../src/xnu/plan.js';
import { entryStub } from '../src/xnu/stub.js';
import { checkTrustCache, wrapTrustCache } from '../src/xnu/trust-cache.js';

const images = sampleImages();
const treeBytes = unwrapPayload(images.deviceTree, 'device tree', ['dtre']);
const facts = {
  dramBase: 0x40000000n,
  dramSize: 0x20000000n,
  randomSeed: Uint8Array.from({ length: 64 }, (_, i) => i + 1),
  timebase: 24_000_000,
  memoryMap: ['DeviceTree', 'RAMDisk'],
};

/** A module of version 1 with these hashes, one byte each standing for twenty. */
function trustCache(hashes: readonly number[], version = 1): Uint8Array {
  const module = new Uint8Array(24 + hashes.length * 22);
  const view = new DataView(module.buffer);
  view.setUint32(0, version, true);
  view.setUint32(20, hashes.length, true);
  for (const [i, hash] of hashes.entries()) module.fill(hash, 24 + i * 22, 44 + i * 22);
  return module;
}

describe('device tree', () => {
  it('gets what the kernel reads, and no placeholder is left', () => {
    expect([...openTree(treeBytes).nodes()].some(node => node.properties.some(p => p.placeholder))).toBe(true);
    const prepared = prepareDeviceTree(treeBytes, facts);
    fillMemoryMap(prepared, 'RAMDisk', 0x48000000n, 0x8000n);
    const bytes = prepared.tree.serialize();
    expect(bytes.length).toBe(prepared.size);
    const tree = openTree(bytes);
    const chosen = tree.node('/chosen');
    expect([chosen.u64('dram-base'), chosen.u64('dram-size')]).toEqual([0x40000000n, 0x20000000n]);
    expect(chosen.bytes('random-seed')).toEqual(facts.randomSeed);
    const cpu = tree.node('/cpus/cpu0');
    expect([cpu.string('state'), cpu.u64('timebase-frequency')]).toEqual(['running', 24_000_000n]);
    expect([...tree.nodes()].some(node => node.properties.some(p => p.placeholder))).toBe(false);
    const map = tree.node('/chosen/memory-map');
    expect(map.properties.map(p => p.name).slice(0, 5)).toEqual([
      'name',
      'DeviceTree',
      'RAMDisk',
      'MemoryMapReserved-2',
      'MemoryMapReserved-3',
    ]);
    const entry = map.bytes('RAMDisk')!;
    expect(new DataView(entry.buffer, entry.byteOffset).getBigUint64(0, true)).toBe(0x48000000n);
    expect(prepared.edits.flatMap(edit => edit.paths)).toContain('/chosen/memory-map.RAMDisk');
  });

  it('says which node is missing', () => {
    const tree = openTree(treeBytes);
    tree.node('/defaults').remove();
    expect(() => prepareDeviceTree(tree.serialize(), facts)).toThrow(/^\/defaults: /);
  });

  it('refuses a short seed', () => {
    expect(() => prepareDeviceTree(treeBytes, { ...facts, randomSeed: new Uint8Array(63) })).toThrow(/seed/);
  });
});

describe('trust cache', () => {
  it('is wrapped as one module at offset 8', () => {
    const module = trustCache([1, 2, 9]);
    const wrapped = wrapTrustCache(module, 0x4000);
    expect(wrapped.length).toBe(0x4000);
    expect([...wrapped.subarray(0, 8)]).toEqual([1, 0, 0, 0, 8, 0, 0, 0]);
    expect(wrapped.subarray(8, 8 + module.length)).toEqual(module);
  });

  it.each<[string, Uint8Array, string, number | undefined]>([
    ['an unknown version', trustCache([1], 3), 'unsupported', 0],
    ['entries out of order', trustCache([1, 3, 2]), 'bad-value', 24 + 44],
    ['the same entry twice', trustCache([1, 1]), 'bad-value', 24 + 22],
    ['a cut entry', trustCache([1, 2]).subarray(0, 60), 'truncated', 20],
    ['a cut header', trustCache([]).subarray(0, 10), 'truncated', 10],
  ])('refuses %s', (_, module, code, offset) => {
    try {
      checkTrustCache(module);
      expect.unreachable();
    } catch (error) {
      expect(isBootError(error) && [error.code, error.offset]).toEqual([code, offset]);
    }
  });
});

describe('kernel', () => {
  it('opens from an IM4P and from the bare Mach-O', () => {
    const kernel = openKernel(images.kernel);
    expect(kernel).toMatchObject({ kind: 'kernel', architecture: 'arm64', entry: 0xfffffe0007008000n });
    expect(openKernel(kernel.bytes).segments.map(s => s.name)).toEqual(kernel.segments.map(s => s.name));
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['text', new TextEncoder().encode('not a kernel at all'), /neither a Mach-O/],
    ['nothing', new Uint8Array(), /neither a Mach-O/],
    ['another component', images.ramDisk, /component "rdsk"/],
    ['a cut Mach-O', openKernel(images.kernel).bytes.slice(0, 20000), /truncated|missing|ends/],
    ['a cut IM4P', images.kernel.slice(0, 4000), /bytes/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => openKernel(bytes)).toThrow(message);
  });
});

describe('plan', () => {
  const plan = planXnu({
    kernel: openKernel(images.kernel),
    deviceTree: treeBytes,
    ramDisk: new Uint8Array(5000).fill(1),
    trustCache: trustCache([1, 2]),
    commandLine: 'rd=md0 -v',
    commandLineSize: 608,
    physBase: 0x40000000n,
    memSize: 0x10000000n,
    randomSeed: facts.randomSeed,
    timebase: 24_000_000,
  });

  it('writes into memory what it says', () => {
    const memory = new Uint8Array(0x8000000);
    loadXnu(plan, (physical, bytes) => {
      memory.set(bytes, physical - 0x40000000);
      return true;
    });
    const at = Number(plan.bootArgs.physical - 0x40000000n);
    const args = decodeBootArgs(memory.subarray(at), 608);
    expect(args).toMatchObject({
      virtBase: plan.virtBase,
      topOfKernelData: plan.topOfKernelData,
      commandLine: 'rd=md0 -v',
    });
    const treeAt = Number(args.deviceTree - args.virtBase);
    const tree = openTree(memory.slice(treeAt, treeAt + args.deviceTreeLength));
    const map = tree.node('/chosen/memory-map');
    for (const region of [plan.ramDisk!, plan.trustCache!, plan.deviceTree, plan.bootArgs]) {
      const value = map.bytes(region.name)!;
      const view = new DataView(value.buffer, value.byteOffset);
      expect([view.getBigUint64(0, true), view.getBigUint64(8, true)]).toEqual([region.physical, region.size]);
    }
  });

  it('fails when the machine has no RAM where something goes', () => {
    expect(() => loadXnu(plan, physical => physical < Number(plan.ramDisk!.physical))).toThrow(/RAMDisk: .*no RAM/);
  });

  it('prints as JSON and as text', () => {
    const json = JSON.parse(JSON.stringify(planToJson(plan)));
    expect(json).toMatchObject({ virtBase: '0xfffffe0000000000', entry: '0x47008000' });
    expect(json.regions.map((r: { name: string }) => r.name)).toEqual([
      'TrustCache',
      'kernel __TEXT',
      'kernel __TEXT_EXEC',
      'kernel __DATA_CONST',
      'kernel __DATA',
      'kernel __LINKEDIT',
      'RAMDisk',
      'DeviceTree',
      'BootArgs',
    ]);
    expect(planToText(plan)).toMatch(/0x47000000 +0x4000 TrustCache at 0xfffffe0007000000/);
  });
});

describe('entry stub', () => {
  it('loads x0 and branches through x16', () => {
    const words = new Uint32Array(entryStub(0x123456789abcdef0n, 0x47008000n).buffer);
    expect([...words].map(word => word.toString(16))).toEqual([
      'd29bde00',
      'f2b35780',
      'f2cacf00',
      'f2e24680',
      'd2900010',
      'f2a8e010',
      'f2c00010',
      'f2e00010',
      'd61f0200',
    ]);
  });
});
