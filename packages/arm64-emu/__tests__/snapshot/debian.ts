// Debian's kernel on the virt machine: as a module for the test, and as a program that continues from a snapshot.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { cortexA72 } from '../../src/cpu/models.js';
import { restoreSnapshot, saveSnapshot } from '../../src/snapshot/snapshot.js';
import { createVirt, type VirtMachine, type VirtOptions } from '../../src/virt/virt.js';

const KERNEL = '/usr/lib/debian-installer/images/12/arm64/text/debian-installer/arm64/linux';

export const hasDebian = (): boolean => existsSync(KERNEL);

/** What a run printed, and what it came to. */
export interface Outcome {
  readonly serial: string;
  readonly state: string;
  readonly executed: number;
}

/** The machine without anything in it. */
export function emptyMachine(options: VirtOptions = {}): VirtMachine {
  return createVirt({ memory: 256 * 2 ** 20, flash: false, cpu: cortexA72, smp: 2, ...options });
}

/** The machine about to enter the kernel, which will look for a root file system in vain. */
export function bootMachine(options: VirtOptions = {}): VirtMachine {
  const virt = emptyMachine(options);
  const file = readFileSync(KERNEL);
  virt.load(0x40200000, file[0] === 0x1f ? gunzipSync(file) : file);
  virt.load(0x48000000, virt.deviceTree({ bootargs: 'console=ttyAMA0 earlycon' }));
  virt.machine.start(0x40200000n, 0x48000000n);
  return virt;
}

export async function runFor(virt: VirtMachine, instructions: number): Promise<Outcome> {
  let serial = '';
  virt.serial.output = byte => {
    serial += String.fromCharCode(byte);
  };
  virt.machine.runSync({ instructions });
  const state = createHash('sha256')
    .update(await saveSnapshot(virt, { deflate: false }))
    .digest('hex');
  return { serial, state, executed: virt.machine.executed };
}

const [, program, snapshot, instructions] = process.argv;
if (program?.endsWith('debian.ts') && snapshot !== undefined) {
  const virt = emptyMachine();
  await restoreSnapshot(virt, readFileSync(snapshot));
  process.stdout.write(JSON.stringify(await runFor(virt, Number(instructions))));
}
