// The sample on the machine of the experiment: as a module for the test, and as a program that continues from a snapshot.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { restoreSnapshot, saveSnapshot } from 'arm64-emu';
import { appleT8020 } from '../../src/machines/apple-t8020.js';
import type { GuestMachine } from '../../src/machines/guest.js';
import { sampleImages } from '../../src/recipes/sample-images.js';
import { openKernel } from '../../src/xnu/kernel.js';
import { unwrapPayload } from '../../src/xnu/payload.js';
import { loadXnu, planXnu } from '../../src/xnu/plan.js';

const MEMORY = 0x10000000;

/** About to enter the kernel. */
export function sampleOnApple(): GuestMachine {
  const images = sampleImages();
  const plan = planXnu({
    kernel: openKernel(images.collection),
    deviceTree: unwrapPayload(images.deviceTree, 'device tree', ['dtre']),
    ramDisk: unwrapPayload(images.ramDisk, 'RAM disk', ['rdsk']),
    commandLine: 'serial=3 debug=0x8 -v rd=md0',
    commandLineSize: 608,
    physBase: 0x40000000n,
    memSize: BigInt(MEMORY),
    randomSeed: new Uint8Array(64).fill(7),
    timebase: 24_000_000,
  });
  const readOnly = { begin: 0x44000000n, end: 0x46000000n, dram: 0x40000000n };
  const started = appleT8020({ memory: MEMORY, entry: plan.entry, bootArgs: plan.bootArgs.physical, readOnly });
  loadXnu(plan, started.write);
  return started.machine;
}

/** Runs for so many instructions: what was printed, and the state after. */
export async function runFor(machine: GuestMachine, instructions: number): Promise<{ text: string; state: string }> {
  let text = '';
  machine.serial.output = byte => {
    text += String.fromCharCode(byte);
  };
  machine.runSync({ instructions });
  const bytes = await saveSnapshot(machine.target!, { deflate: false });
  return { text, state: createHash('sha256').update(bytes).digest('hex') };
}

const [, program, snapshot, instructions] = process.argv;
if (program?.endsWith('sample-on-apple.ts') && snapshot !== undefined) {
  const machine = sampleOnApple();
  await restoreSnapshot(machine.target!, readFileSync(snapshot));
  process.stdout.write(JSON.stringify(await runFor(machine, Number(instructions))));
}
