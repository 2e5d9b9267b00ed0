// The recipe of the experiment with stand-ins of the right shape: a collection built from Apple-compiled test kernels and
// kexts, a genuine device tree of an A12, a RAM disk of zeros. Every rule here is one of XNU's start-up code.

import { fixture, fixturePath, fixturesUnder } from '@internal/binary/testing';
import { openTree } from 'apple-devicetree';
import { EVERYWHERE, GuestMemory, Hooks } from 'arm64-emu';
import { buildCollection, buildTrustCache, encodeTrustCache } from 'macho-kc';
import { discoverKexts } from 'macho-kc/node';
import { describe, expect, it } from 'vitest';
import { prepareBoot } from '../src/boot.js';
import type { PreparedBoot, RecipeOptions } from '../src/recipes/recipe.js';
import { decodeBootArgs } from '../src/xnu/boot-args.js';
import { openKernel } from '../src/xnu/kernel.js';

const CASE = 'macho-kc/kc-cases/kext-bind-to-kext-arm64-chains';
const TREES = fixturesUnder('img4/im4p/devicetree').filter(path => /iPhoneX[SR]|iPadAir3|iPadmini5|iPad8/.test(path));
const have = TREES.length > 0;
const MIB32 = 0x2000000n;
const PAGE = 0x4000n;

function collection(): Uint8Array {
  const kernel = fixture(`${CASE}/main.kernel`);
  for (const arch of ['arm64e', 'arm64']) {
    const { kexts } = discoverKexts(fixturePath(`${CASE}/extensions`), arch);
    const result = kexts.length > 0 ? buildCollection({ kind: 'boot', kernel, kexts }) : undefined;
    if (result?.ok) return result.bytes;
  }
  throw new Error('no collection');
}

const trustCache = (entries: number): Uint8Array =>
  encodeTrustCache(
    buildTrustCache({
      entries: Array.from({ length: entries }, (_, i) => ({
        cdhash: Uint8Array.from({ length: 20 }, (_, j) => (j === 0 ? i & 0xff : i >> 8)),
        hashType: 2,
      })),
    }),
  );

const prepare = (options: RecipeOptions = {}): Promise<PreparedBoot> =>
  prepareBoot('macos-11.0.1b1-t8020', {
    kernel: collection(),
    deviceTree: fixture(TREES[0]!),
    initrd: new Uint8Array(0x100000 - 0x3000),
    trustCache: trustCache(800),
    memory: 0x20000000,
    ...options,
  });

interface Region {
  readonly name: string;
  readonly physical: bigint;
  readonly virtual: bigint;
  readonly size: bigint;
}
const regionsOf = ({ plan }: PreparedBoot): Region[] =>
  (plan.regions as Record<string, string>[]).map(r => ({
    name: r.name!,
    physical: BigInt(r.physical!),
    virtual: BigInt(r.virtual!),
    size: BigInt(r.size!),
  }));

describe.skipIf(!have)('macos-11.0.1b1-t8020 with stand-ins', () => {
  it.each([0, 0x200000, 0x2e00000, 0x20000000])('places by the rules, slid by %i', async slide => {
    const prepared = await prepare({ slide });
    const { plan } = prepared;
    const [virtBase, physBase, top] = [plan.virtBase, plan.physBase, plan.topOfKernelData].map(v =>
      BigInt(v as string),
    );
    const regions = regionsOf(prepared);
    const kernel = regions.filter(r => r.name.startsWith('kernel '));
    const low = kernel[0]!;
    const last = kernel.at(-1)!;
    const end = last.physical + last.size;
    expect((virtBase! - physBase!) % MIB32).toBe(0n);
    expect(top! % PAGE).toBe(0n);
    for (const { physical, virtual } of regions) expect(physical).toBe(virtual - virtBase! + physBase!);
    const segments = openKernel(collection()).segments;
    expect(kernel.map(r => r.virtual)).toEqual(segments.map(s => s.vmaddr + BigInt(slide)));

    const tc = regions.find(r => r.name === 'TrustCache')!;
    expect(tc.physical + tc.size).toBe(low.physical);
    expect([tc.physical % PAGE, tc.size % PAGE]).toEqual([0n, 0n]);
    expect(tc.physical).toBeGreaterThanOrEqual(physBase!);
    expect(tc.size).toBeGreaterThanOrEqual(8n + 24n + 800n * 22n);
    for (const name of ['RAMDisk', 'DeviceTree', 'BootArgs']) {
      const region = regions.find(r => r.name === name)!;
      expect(region.physical).toBeGreaterThanOrEqual(end);
      expect(region.physical + region.size).toBeLessThanOrEqual(top!);
    }
    const disk = regions.find(r => r.name === 'RAMDisk')!;
    expect([disk.physical % PAGE, disk.size % PAGE]).toEqual([0n, 0n]);
    for (const [i, next] of regions.slice(1).entries())
      expect(next.physical).toBeGreaterThanOrEqual(regions[i]!.physical + regions[i]!.size);
  });

  it.each(TREES)('edits %s so that nothing is left that XNU stumbles over', async path => {
    const { plan } = await prepare({ deviceTree: fixture(path) });
    expect(plan.deviceTreeProblems).toEqual([]);
    const edits = (plan.deviceTreeEdits as { paths: string[]; reason: string }[]).filter(e => e.paths.length > 0);
    expect(edits.every(edit => edit.reason !== '')).toBe(true);
    expect(edits.flatMap(e => e.paths)).toEqual(
      expect.arrayContaining(['/chosen/memory-map.RAMDisk', '/chosen/memory-map.TrustCache', '/chosen.random-seed']),
    );
  });

  it('starts the kernel at its entry with translation off', async () => {
    const { machine, plan } = await prepare();
    const seen: { pc: bigint; word: number }[] = [];
    const { engine } = machine.target!;
    Hooks.of(machine.target!).code(EVERYWHERE, (_, pc, word) => {
      seen.push({ pc, word: word >>> 0 });
    });
    machine.runSync({ instructions: 8 });
    expect(seen[0]!.pc).toBe(BigInt(plan.entry as string));
    const kernel = openKernel(collection());
    const text = kernel.segments.find(s => kernel.entry >= s.vmaddr && kernel.entry < s.vmaddr + s.vmsize)!;
    const view = new DataView(text.bytes.buffer, text.bytes.byteOffset);
    expect(seen[0]!.word).toBe(view.getUint32(Number(kernel.entry - text.vmaddr), true));
    expect(engine.disassemble(seen[0]!.word, seen[0]!.pc)).toMatch(/^[a-z]/);
  });

  it.each([256, 608, 1024] as const)(
    'hands over boot_args with a command line of %i bytes, and a memory map that says what is where',
    async size => {
      const prepared = await prepare({ bootArgs: size, append: 'serial=3 -v' });
      const { plan, machine } = prepared;
      const read = (physical: bigint, bytes: bigint): Uint8Array =>
        new GuestMemory(machine.target!).readPhysical(Number(physical), Number(bytes));
      const regions = new Map(regionsOf(prepared).map(region => [region.name, region]));
      const args = regions.get('BootArgs')!;
      const entered = machine.target!.machine.within(0, cpu => ({ el: cpu.el, pc: cpu.pc, x0: cpu.x(0) }));
      expect(entered).toEqual({ el: 1, pc: BigInt(plan.entry as string), x0: args.physical });
      const decoded = decodeBootArgs(read(args.physical, args.size), size);
      const tree = regions.get('DeviceTree')!;
      expect(decoded).toMatchObject({
        revision: 2,
        version: 2,
        virtBase: BigInt(plan.virtBase as string),
        physBase: 0x40000000n,
        topOfKernelData: BigInt(plan.topOfKernelData as string),
        deviceTree: tree.virtual,
        deviceTreeLength: Number(tree.size),
        commandLine: 'serial=3 -v',
      });
      expect(decoded.memSize).toBeLessThanOrEqual(0x20000000n);
      expect(decoded.memSize % PAGE).toBe(0n);
      // memSize counts from physBase, and the panic log lies behind what it covers.
      expect(decoded.physBase + decoded.memSize).toBeGreaterThan(decoded.topOfKernelData);
      const given = openTree(read(tree.physical, tree.size));
      const map = given.node('/chosen/memory-map');
      for (const name of ['RAMDisk', 'TrustCache', 'DeviceTree', 'BootArgs']) {
        const bytes = map.bytes(name)!;
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        const { physical, size: length } = regions.get(name)!;
        expect([view.getBigUint64(0, true), view.getBigUint64(8, true)], name).toEqual([physical, length]);
      }
      // The wrapper: one module, at offset 8.
      const cache = regions.get('TrustCache')!;
      expect([...read(cache.physical, 12n)]).toEqual([1, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0]);
      // CTRR: the memory controller announces what lies between the trust cache and the last read-only segment.
      const amcc = machine.target!.machine.bus;
      expect(BigInt(amcc.load(0x200000680, 4)!)).toBe((cache.physical - 0x40000000n) >> 14n);
    },
  );

  it('takes edits of the user after its own', async () => {
    const list = {
      format: 'apple-device-tree-edits',
      version: 1,
      edits: [
        { op: 'set', node: '/chosen/asmb', property: 'lp-sip2', type: 'u32', value: 1, make: true, reason: 'mine' },
      ],
    } as const;
    const { plan } = await prepare({ edits: [list] });
    expect(plan.deviceTreeEdits).toContainEqual({ paths: ['/chosen/asmb.lp-sip2'], reason: 'mine' });
  });
});

describe('macos-11.0.1b1-t8020', () => {
  it.each<[keyof RecipeOptions, RegExp]>([
    ['kernel', /--kernel/],
    ['deviceTree', /--devicetree/],
  ])('asks for %s by name', async (name, message) => {
    const options = { kernel: have ? collection() : new Uint8Array(4), [name]: undefined };
    if (name === 'deviceTree' && !have) return;
    await expect(prepareBoot('macos-11.0.1b1-t8020', options)).rejects.toThrow(message);
  });
});
