import { openTree } from 'apple-devicetree';
import { describe, expect, it } from 'vitest';
import { boot, prepareBoot } from '../src/boot.js';
import type { RecipeOptions } from '../src/recipes/recipe.js';
import { sampleImages } from '../src/recipes/sample-images.js';
import { darwinVersion } from '../src/xnu/version.js';
import { virtXnuTree } from '../src/xnu/virt-tree.js';
import { cliHere } from './support/cli.js';

const { kernel, ramDisk } = sampleImages();

async function run(options: RecipeOptions): Promise<{ text: string; reason: string }> {
  let text = '';
  const { reason } = await boot('xnu-vmapple-source', {
    kernel,
    initrd: ramDisk,
    timeout: 60,
    ...options,
    output: bytes => {
      text += new TextDecoder().decode(bytes);
    },
  });
  return { text: text.replaceAll('\r', ''), reason };
}

describe('xnu-vmapple-source', () => {
  it.each([
    [1, 256],
    [2, 2048],
    [4, 512],
  ])('boots our kernel with %d CPUs and %d MiB', async (smp, mebibytes) => {
    const { text, reason } = await run({ smp, memory: mebibytes * 0x100000 });
    expect(reason).toBe('power-off');
    expect(text).toContain('launchd: ok: a file of the RAM disk');
    expect(text.match(/^ {2}cpu\d: .*$/gm)).toHaveLength(smp);
    expect(text).toContain(`memSize 0x${(mebibytes * 0x100000 - 0x200000).toString(16)}`);
    expect(text).toMatch(/timer: 5 ticks by FIQ in .*62500000 Hz/);
    expect(text).toContain('virtBase 0xfffffe0004000000, physBase 0x40000000');
  });

  it('takes a tree: as many CPUs as it has, or fewer when asked, never more', async () => {
    const deviceTree = virtXnuTree({ cpus: 3, timebase: 1 });
    expect((await prepareBoot('xnu-vmapple-source', { kernel, deviceTree })).plan.cpus).toBe(3);
    const { text, reason } = await run({ deviceTree, smp: 2 });
    expect(reason).toBe('power-off');
    expect(text.match(/^ {2}cpu\d: .*$/gm)).toEqual(['  cpu0: ARM,v8, running', '  cpu1: ARM,v8, waiting']);
    await expect(prepareBoot('xnu-vmapple-source', { kernel, deviceTree, smp: 4 })).rejects.toThrow(/describes 3/);
  });

  it('has a plan that places by the rules, and sets the panic log aside', async () => {
    const { plan } = await prepareBoot('xnu-vmapple-source', { kernel, initrd: ramDisk, memory: 0x20000000 });
    const regions = plan.regions as { name: string; physical: string; virtual: string; size: string }[];
    for (const { physical, virtual } of regions) expect((BigInt(virtual) - BigInt(physical)) % 0x2000000n).toBe(0n);
    expect(regions.map(r => r.name).slice(-3)).toEqual(['RAMDisk', 'DeviceTree', 'BootArgs']);
    expect(BigInt(plan.topOfKernelData as string) % 0x4000n).toBe(0n);
    const edits = (plan.deviceTreeEdits as { paths: string[] }[]).flatMap(edit => edit.paths);
    expect(edits).toEqual(
      expect.arrayContaining(['/pram.reg', '/chosen.dram-size', '/chosen.embedded-panic-log-size']),
    );
  });

  it('describes the machine that it runs on', () => {
    const tree = openTree(virtXnuTree({ cpus: 2, timebase: 62_500_000 }));
    const base = tree.node('/arm-io').bytes('ranges')!;
    expect(new DataView(base.buffer, base.byteOffset).getBigUint64(8, true)).toBe(0x08000000n);
    const reg = tree.node('/arm-io/gic').bytes('reg')!;
    const view = new DataView(reg.buffer, reg.byteOffset);
    expect([0, 8, 16, 24].map(at => view.getBigUint64(at, true))).toEqual([0n, 0x10000n, 0xa0000n, 0x40000n]);
    expect(tree.node('/arm-io/uart0').string('compatible')).toBe('arm,pl011');
  });

  it.each<[RecipeOptions, RegExp]>([
    [{ kernel: undefined }, /--kernel/],
    [{ smp: 9 }, /smp: .*9 CPUs/],
    [{ memory: 0x100001 }, /whole MiB/],
    [{ memory: 2 ** 33 }, /at most/],
    [{ cpu: 'cortex-a8' }, /cortex-a8/],
    [{ trustCache: new Uint8Array(24) }, /version 0/],
  ])('refuses %j', async (options, message) => {
    await expect(prepareBoot('xnu-vmapple-source', { kernel, ...options })).rejects.toThrow(message);
  });
});

describe('boot_args', () => {
  const named = (version: string): Uint8Array =>
    new TextEncoder().encode(`xDarwin Kernel DDarwin Kernel Version ${version}`);
  it.each([
    ['18.7.0', 18],
    ['21.6.0', 21],
    ['24.1.0', 24],
    ['', undefined],
  ])('follows Darwin %s', (text, version) => {
    expect(darwinVersion(named(text))).toBe(version);
  });

  it.each([256, 608, 1024] as const)('of %d bytes are in the plan when asked for', async size => {
    const { plan } = await prepareBoot('xnu-vmapple-source', { kernel, bootArgs: size });
    expect(plan.bootArgs).toMatchObject({ commandLineSize: size });
  });
});

describe('boot-recipes plan', () => {
  it('prints the plan as JSON without running anything', async () => {
    const { status, stdout } = await cliHere(['plan', 'sample', '--json']);
    expect(status).toBe(0);
    const plan = JSON.parse(stdout);
    expect(plan).toMatchObject({ recipe: 'sample', slide: '0x0', entry: '0x47010000', patches: [] });
    expect(plan.deviceTreeEdits.length).toBeGreaterThan(5);
  });

  it('names what is missing', async () => {
    const { status, stderr } = await cliHere(['plan', 'xnu-vmapple-source']);
    expect(status).toBe(1);
    expect(stderr).toContain('give one with --kernel');
  });

  it('says which options a recipe has not', async () => {
    const { status, stderr } = await cliHere(['plan', 'linux', '--trust-cache', 'x']);
    expect(status).toBe(2);
    expect(stderr).toContain('recipe linux has no option --trust-cache');
  });
});
