import { BootError } from '../error.js';
import type { Recipe } from './recipe.js';
import { prepareVirt } from './virt-boot.js';

/** Anything for QEMU's `virt`. */
export const virt: Recipe = {
  name: 'virt',
  summary: "anything that runs on QEMU's -M virt: Image, ELF or raw files at given addresses",
  explanation:
    "The machine's memory map and device tree follow QEMU 7.2's virt. --kernel takes an arm64 Image or an ELF file; " +
    "--load FILE@ADDRESS puts a file into memory as it is, as QEMU's loader device does, and --entry says where the " +
    'first CPU starts. The device tree blob lies at the base of RAM unless an Image is booted, for which x0 holds its ' +
    'address.',
  inputs: [
    { option: 'kernel', required: false, what: 'arm64 Image (plain or gzipped) or ELF executable' },
    { option: 'initrd', required: false, what: 'initial RAM disk, for an Image' },
  ],
  options: ['kernel', 'initrd', 'append', 'memory', 'load', 'entry', 'gic', 'virtualization', 'cpu', 'smp', 'mode'],
  prepare(options) {
    if (options.kernel === undefined && options.entry === undefined)
      throw new BootError('missing-input', 'give --kernel, or --load with --entry', { path: 'kernel' });
    return prepareVirt(options);
  },
};
