import { buildStaticKernel } from 'macho-kc';
import type { LoadedFile } from '../../src/recipes/recipe.js';
import { openKernel } from '../../src/xnu/kernel.js';
import { planXnu } from '../../src/xnu/plan.js';
import { entryStub } from '../../src/xnu/stub.js';
import { virtXnuTree } from '../../src/xnu/virt-tree.js';

const TEXT = 0xfffffe0007008000n;
/** Where {@link guestFiles} start. */
export const ENTRY = 0x40200000;

/** A guest's machine code (base64) as a kernel: a static Mach-O with its code one page above the header. */
export function guestKernel(base64: string): Uint8Array {
  const code = Uint8Array.from(Buffer.from(base64, 'base64'));
  return buildStaticKernel({
    entry: TEXT,
    segments: [{ name: '__TEXT_EXEC', address: TEXT, protection: 'r-x', bytes: code }],
  });
}

/** The same, placed for a machine that is told an address only; the first CPU starts at {@link ENTRY}. */
export function guestFiles(base64: string, memory = 0x10000000): LoadedFile[] {
  const plan = planXnu({
    kernel: openKernel(guestKernel(base64)),
    deviceTree: virtXnuTree({ cpus: 2, timebase: 62_500_000 }),
    commandLine: '',
    commandLineSize: 608,
    physBase: 0x40000000n,
    memSize: BigInt(memory),
    virtBaseUnit: 0x4000000n,
    randomSeed: new Uint8Array(64).fill(7),
    timebase: 62_500_000,
  });
  const loads = plan.contents
    .filter(({ bytes }) => bytes.length > 0)
    .map(({ region, bytes }) => ({ address: Number(region.physical), bytes, name: region.name }));
  return [...loads, { address: ENTRY, bytes: entryStub(plan.bootArgs.physical, plan.entry), name: 'stub' }];
}
