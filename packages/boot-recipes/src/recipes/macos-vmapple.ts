import { kernelPlaces } from '../diagnosis/symbols.js';
import { vmapple } from '../machines/vmapple.js';
import { VMAPPLE_BOARD } from '../machines/vmapple-board.js';
import { loadXnu, planToJson, planToText, planXnu } from '../xnu/plan.js';
import type { Recipe } from './recipe.js';
import { cpusOf } from './xnu-cpus.js';
import { checkMemory, screenOf, XNU_OPTIONS, xnuInputs } from './xnu-options.js';

const COMMAND_LINE = 'serial=3 debug=0x8 -v -noprogress rd=md0 keepsyms=1';

/** macOS 12 and later, as Apple's virtual machines boot it. */
export const macosVmapple: Recipe = {
  name: 'macos-vmapple',
  summary: 'a macOS 12 or later kernel for Apple’s virtual machines, with the restore RAM disk',
  explanation:
    'Boots kernelcache.release.vma2 of a macOS IPSW with its device tree, restore RAM disk and that RAM disk’s trust ' +
    'cache, so that code signing needs no patch: all four come from --ipsw UniversalMac_….ipsw (device class ' +
    'vma2macosap), of which only these are read. The machine has the memory map of Apple’s virtual machines: GICv3, ' +
    'PL011, PL031, PL061, pvpanic, PCIe with Apple’s virtio disk (--disk), PSCI and the hypercalls for pointer ' +
    'authentication keys. Verified with our ' +
    'own kernel in Apple’s place; Apple’s kernel was not tried.',
  device: 'vma2macosap',
  inputs: [
    { option: 'kernel', required: true, ipsw: true, what: 'kernel collection, alone or in an IM4P' },
    { option: 'deviceTree', required: true, ipsw: true, what: 'device tree, alone or in an IM4P' },
    { option: 'initrd', required: false, ipsw: true, what: 'RAM disk for rd=md0, alone or in an IM4P' },
    { option: 'trustCache', required: false, ipsw: true, what: 'the RAM disk’s trust cache, alone or in an IM4P' },
  ],
  options: [...XNU_OPTIONS, 'smp', 'disk'],
  prepare(options) {
    const memory = checkMemory(options.memory ?? 0x80000000);
    const { cpus, boardEdits } = cpusOf(options);
    const { ram: base, timebase } = VMAPPLE_BOARD;
    const inputs = xnuInputs(options, { ram: { base, size: memory }, timebase, commandLine: COMMAND_LINE });
    const plan = planXnu({ ...inputs, boardEdits });
    const { entry, bootArgs } = plan;
    const { mode, log } = options;
    const disk = options.disk && ({ store: options.disk, apple: 'root' } as const);
    const { machine, write, read } = vmapple({ memory, cpus, entry, bootArgs: bootArgs.physical, disk, mode, log });
    loadXnu(plan, write);
    return {
      machine,
      plan: { machine: 'vmapple', cpus, ...planToJson(plan) },
      planText: `vmapple, ${cpus} CPU${cpus > 1 ? 's' : ''}, ${memory / 0x100000} MiB\n${planToText(plan)}`,
      screen: screenOf(inputs.video, read),
      ...kernelPlaces(inputs.kernel.bytes, plan.slide),
    };
  },
};
