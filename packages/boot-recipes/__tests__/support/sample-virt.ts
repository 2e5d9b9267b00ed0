import { openTree } from 'apple-devicetree';
import type { LoadedFile } from '../../src/recipes/recipe.js';
import { sampleImages } from '../../src/recipes/sample-images.js';
import { openKernel } from '../../src/xnu/kernel.js';
import { unwrapPayload } from '../../src/xnu/payload.js';
import { planXnu, type XnuInputs } from '../../src/xnu/plan.js';
import { entryStub } from '../../src/xnu/stub.js';

/** The sample's tree, changed to describe a virt machine with a GICv3. */
function virtTree(): Uint8Array {
  const tree = openTree(unwrapPayload(sampleImages().deviceTree, 'device tree', ['dtre']));
  const armIo = tree.node('/arm-io');
  armIo.setU64('ranges', 0, 0x08000000, 0x10000000);
  const uart = armIo.node('uart0');
  uart.setString('compatible', 'arm,pl011');
  uart.setU64('reg', 0x1000000, 0x1000);
  armIo.node('aic').remove();
  const gic = armIo.addNode('gic');
  gic.setString('compatible', 'arm,gic-v3');
  gic.setU64('reg', 0, 0x10000, 0xa0000, 0x20000);
  return tree.serialize();
}

/** Files that start the sample on a virt machine of 256 MiB when put into its memory; `entry` is where. */
export function sampleOnVirt(changes: Partial<XnuInputs> = {}): { loads: LoadedFile[]; entry: number; memory: number } {
  const images = sampleImages();
  const plan = planXnu({
    kernel: openKernel(images.kernel),
    deviceTree: virtTree(),
    ramDisk: unwrapPayload(images.ramDisk, 'RAM disk', ['rdsk']),
    commandLine: 'serial=3 rd=md0',
    commandLineSize: 608,
    physBase: 0x40000000n,
    memSize: 0x10000000n,
    randomSeed: new Uint8Array(64).fill(7),
    timebase: 62_500_000,
    ...changes,
  });
  // The machine's own device tree takes the first megabyte of RAM.
  const entry = 0x40200000;
  const loads = plan.contents
    .filter(({ bytes }) => bytes.length > 0)
    .map(({ region, bytes }) => ({ address: Number(region.physical), bytes, name: region.name }));
  loads.push({ address: entry, bytes: entryStub(plan.bootArgs.physical, plan.entry), name: 'stub' });
  return { loads, entry, memory: Number(plan.memSize) };
}
