import { buildStaticKernel } from 'macho-kc';
import type { LoadedFile } from '../../src/recipes/recipe.js';
import { openKernel } from '../../src/xnu/kernel.js';
import { planXnu } from '../../src/xnu/plan.js';
import { entryStub } from '../../src/xnu/stub.js';
import { virtXnuTree } from '../../src/xnu/virt-tree.js';
import { XNU_NEEDS } from '../guests/xnu-needs.js';

const TEXT = 0xfffffe0007008000n;

/** The guest of `guests/xnu-needs.S` as a kernel: a static Mach-O with its code one page above the header. */
export function xnuNeedsKernel(): Uint8Array {
  const code = Uint8Array.from(Buffer.from(XNU_NEEDS, 'base64'));
  return buildStaticKernel({
    entry: TEXT,
    segments: [{ name: '__TEXT_EXEC', address: TEXT, protection: 'r-x', bytes: code }],
  });
}

/** The same, placed for a machine that is told an address only: files and where the first CPU starts. */
export function xnuNeedsFiles(): { loads: LoadedFile[]; entry: number } {
  const plan = planXnu({
    kernel: openKernel(xnuNeedsKernel()),
    deviceTree: virtXnuTree({ cpus: 2, timebase: 62_500_000 }),
    commandLine: '',
    commandLineSize: 608,
    physBase: 0x40000000n,
    memSize: 0x10000000n,
    virtBaseUnit: 0x4000000n,
    randomSeed: new Uint8Array(64).fill(7),
    timebase: 62_500_000,
  });
  const loads = plan.contents
    .filter(({ bytes }) => bytes.length > 0)
    .map(({ region, bytes }) => ({ address: Number(region.physical), bytes, name: region.name }));
  const entry = 0x40200000;
  loads.push({ address: entry, bytes: entryStub(plan.bootArgs.physical, plan.entry), name: 'stub' });
  return { loads, entry };
}
