import { BootError } from '../error.js';
import type { Recipe } from './recipe.js';
import { prepareVirt } from './virt-boot.js';

const NETBOOT = '/usr/lib/debian-installer/images/12/arm64/text/debian-installer/arm64';
const PACKAGE = 'debian-installer-12-netboot-arm64';

/** An arm64 Linux kernel. */
export const linux: Recipe = {
  name: 'linux',
  summary: 'an arm64 Linux kernel on the virt machine, console on its PL011',
  explanation:
    `Boots an Image (also gzipped) and an initial RAM disk as QEMU's -kernel and -initrd do. Verified with the kernel ` +
    `and RAM disk of Debian 12's package ${PACKAGE} (Linux 6.1), which are taken when none are given. ` +
    'For a shell at once: --append rdinit=/bin/sh. The command line is passed as it is; without console= the kernel ' +
    'prints to the PL011, which is stdout-path of the device tree.',
  inputs: [
    {
      option: 'kernel',
      required: true,
      what: 'arm64 Image, plain or gzipped',
      debian: { package: PACKAGE, paths: [`${NETBOOT}/linux`] },
    },
    {
      option: 'initrd',
      required: false,
      what: 'initial RAM disk: cpio archive, compressed or not',
      debian: { package: PACKAGE, paths: [`${NETBOOT}/initrd.gz`] },
    },
  ],
  options: ['kernel', 'initrd', 'append', 'memory', 'load', 'gic', 'virtualization', 'cpu', 'smp', 'mode'],
  prepare(options) {
    if (options.kernel === undefined)
      throw new BootError(
        'missing-input',
        `an arm64 Linux Image is needed: give one with --kernel, or install Debian's package ${PACKAGE}, which has ` +
          `${NETBOOT}/linux and initrd.gz`,
        { path: 'kernel' },
      );
    return prepareVirt(options);
  },
};
