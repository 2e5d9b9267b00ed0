import { createVirt, VIRT_MAP } from 'arm64-emu';
import { kernelPlaces } from '../diagnosis/symbols.js';
import { guestOf } from '../machines/guest.js';
import { loadXnu, planToJson, planToText, planXnu } from '../xnu/plan.js';
import { virtXnuTree } from '../xnu/virt-tree.js';
import type { Recipe } from './recipe.js';
import { cpuModel } from './virt-boot.js';
import { cpusOf } from './xnu-cpus.js';
import { checkMemory, screenOf, XNU_OPTIONS, xnuInputs } from './xnu-options.js';

/** Counter rate of the machine `virt`, in Hz. */
const TIMEBASE = 62_500_000;
/** XNU's tables take virtual and physical addresses that agree modulo 32 MiB; with this unit RAM below the kernel is small. */
const VIRT_BASE_UNIT = 0x4000000n;
const COMMAND_LINE = 'serial=3 debug=0x14e -v -noprogress rd=md0 cs_enforcement_disable=1 keepsyms=1';

/** A kernel compiled from the public sources for the VMAPPLE board. */
export const xnuVmappleSource: Recipe = {
  name: 'xnu-vmapple-source',
  summary: 'an XNU kernel compiled from the public sources for the VMAPPLE board, on the machine virt',
  explanation:
    'Boots a plain kernel Mach-O of the VMAPPLE configuration (16K pages, GICv3, PL011, PSCI) on the memory map of ' +
    'QEMU’s virt, with a RAM disk as md0. The device tree is generated; --devicetree takes one of yours, whose memory ' +
    'map, DRAM, seed, clock and panic log are filled in. The virtual timer (PPI 27) is group 0 and comes as FIQ, SGIs ' +
    'are IRQs, further CPUs start by PSCI CPU_ON. Without a framebuffer -noprogress must stay on the command line. ' +
    'Verified with kernels of xnu-8020.140.41 (macOS 12.5) compiled from the public sources, RELEASE and DEVELOPMENT, ' +
    'with stand-ins for the closed kexts and a static launchd: to its last line and power-off with 1, 2 and 4 CPUs, ' +
    '256 MiB and 2 GiB, interpreted and compiled, with a trust cache, slid, and on the framebuffer; and with guest ' +
    'programs of our own that use all that such a kernel needs.',
  inputs: [
    { option: 'kernel', required: true, what: 'kernel Mach-O for arm64 or arm64e, alone or in an IM4P' },
    {
      option: 'initrd',
      required: false,
      what: 'RAM disk for rd=md0: HFS+, or for mockfs the first program, alone or in an IM4P',
    },
    { option: 'deviceTree', required: false, what: 'Apple device tree; generated when not given' },
    { option: 'trustCache', required: false, what: 'trust cache module, alone or in an IM4P' },
  ],
  options: [...XNU_OPTIONS, 'smp', 'cpu'],
  prepare(options) {
    const { cpus, boardEdits } = cpusOf(options);
    const memory = checkMemory(options.memory ?? 0x40000000);
    const ram = { base: VIRT_MAP.ram.base, size: memory };
    const inputs = xnuInputs(
      options,
      { ram, timebase: TIMEBASE, commandLine: COMMAND_LINE },
      { deviceTree: virtXnuTree({ cpus, timebase: TIMEBASE }) },
    );
    const plan = planXnu({ ...inputs, boardEdits, virtBaseUnit: VIRT_BASE_UNIT });
    const { log } = options;
    const { machine, serial, bus, engine } = createVirt({
      memory,
      smp: cpus,
      gic: 3,
      cpu: cpuModel(options.cpu),
      flash: false,
      highmem: false,
      ...(options.mode === undefined ? {} : { mode: options.mode }),
      ...(log === undefined ? {} : { log }),
    });
    loadXnu(plan, (physical, bytes) => bus.write(physical, bytes));
    machine.start(plan.entry, plan.bootArgs.physical);
    return {
      machine: guestOf({ machine, engine }, serial),
      plan: { machine: 'virt', cpus, ...planToJson(plan) },
      planText: `virt, ${cpus} CPU${cpus > 1 ? 's' : ''}, ${memory / 0x100000} MiB\n${planToText(plan)}`,
      screen: screenOf(inputs.video, (physical, size) => bus.read(physical, size)),
      ...kernelPlaces(inputs.kernel.bytes, plan.slide),
    };
  },
};
