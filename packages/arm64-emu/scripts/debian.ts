/** Debian's installer on the virt machine, for measurements: package debian-installer-12-netboot-arm64. */
import { existsSync, readFileSync } from 'node:fs';
import { cortexA72 } from '../src/cpu/models.js';
import { createVirt, type VirtMachine, type VirtOptions } from '../src/virt/virt.js';

const FOLDER = '/usr/lib/debian-installer/images/12/arm64/text/debian-installer/arm64/';
export const KERNEL = `${FOLDER}linux`;
export const INITRD = `${FOLDER}initrd.gz`;
const KERNEL_AT = 0x4020_0000;
const INITRD_AT = 0x4800_0000;
const TREE_AT = 0x4b00_0000;

export const hasDebian = (): boolean => existsSync(KERNEL);

/** A machine about to enter the kernel; `text` is what it has printed. */
export interface DebianMachine extends VirtMachine {
  readonly text: () => string;
}

/** `bootargs`: what the kernel is told beside its console. */
export function debianMachine(options: VirtOptions = {}, bootargs = ''): DebianMachine {
  const virt = createVirt({ memory: 512 * 2 ** 20, flash: false, cpu: cortexA72, ...options });
  const initrd = readFileSync(INITRD);
  virt.load(KERNEL_AT, readFileSync(KERNEL));
  virt.load(INITRD_AT, initrd);
  const range = { start: INITRD_AT, end: INITRD_AT + initrd.length };
  // With a seed the kernel need not wait for randomness; QEMU gives one, too.
  const rngSeed = new Uint8Array(32).fill(7);
  virt.load(TREE_AT, virt.deviceTree({ bootargs: `console=ttyAMA0 ${bootargs}`.trim(), initrd: range, rngSeed }));
  virt.machine.start(BigInt(KERNEL_AT), BigInt(TREE_AT));
  let text = '';
  virt.serial.output = byte => {
    text += String.fromCharCode(byte);
  };
  return { ...virt, text: () => text };
}
