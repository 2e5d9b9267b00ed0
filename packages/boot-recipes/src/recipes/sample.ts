import { kernelPlaces } from '../diagnosis/symbols.js';
import { BootError } from '../error.js';
import type { StartedBoard } from '../machines/board.js';
import { MOST_SAMPLE_CPUS, SAMPLE_BOARD } from '../machines/sample-board.js';
import { type SampleMachineOptions, sampleMachine } from '../machines/sample-machine.js';
import { vmapple } from '../machines/vmapple.js';
import { VMAPPLE_BOARD, VMAPPLE_TREE_BOARD } from '../machines/vmapple-board.js';
import { checkKernel, checkTree } from '../xnu/integrity.js';
import { openKernel } from '../xnu/kernel.js';
import { unwrapPayload } from '../xnu/payload.js';
import { loadXnu, planToJson, planToText, planXnu } from '../xnu/plan.js';
import { virtXnuTree } from '../xnu/virt-tree.js';
import type { Recipe } from './recipe.js';
import { sampleImages } from './sample-images.js';
import { cpusOf } from './xnu-cpus.js';

/** What the sample needs to know of the two boards. */
interface Board {
  readonly ram: number;
  readonly timebase: number;
  /** Device tree, alone or in an IM4P, for so many CPUs at least. */
  readonly deviceTree: (cpus: number) => Uint8Array;
  readonly make: (options: SampleMachineOptions) => StartedBoard;
}

function boardOf(name = 't8020'): Board {
  if (name === 't8020') return { ...SAMPLE_BOARD, deviceTree: () => sampleImages().deviceTree, make: sampleMachine };
  const { ram, timebase } = VMAPPLE_BOARD;
  if (name === 'vmapple')
    return {
      ram,
      timebase,
      deviceTree: cpus => virtXnuTree({ cpus, timebase, board: VMAPPLE_TREE_BOARD }),
      make: options => vmapple({ cpus: 1, ...options }),
    };
  throw new BootError('bad-option', `"${name}"; the sample runs on t8020 and vmapple`, { path: 'machine' });
}

/** Our own kernel, started as XNU is. */
export const sample: Recipe = {
  name: 'sample',
  summary: 'a small kernel of our own, started by the XNU loader on an Apple-like board',
  explanation:
    'Boots the firmware that comes with this package (sources: firmware/; ours, not Darwin): a signed kext collection in ' +
    'an LZFSE IM4P, whose kernel follows XNU’s boot protocol, applies the chained fixups and starts two kexts, with an ' +
    'Apple device tree, a RAM disk as md0 and a trust cache that has the first program’s hash. The board has the A12’s ' +
    'UART and AIC at their addresses, timers and fast interrupts between processors on FIQ, and PSCI; --machine vmapple ' +
    'is that of Apple’s virtual machines. --disk adds a virtio disk on PCI Express, --smp CPUs up to 4. launchd tests ' +
    'itself, runs /etc/rc and is a shell on the serial port until nobody types for 3 s, then switches off; with -s among ' +
    'the command line’s words it is a shell at once and stays. panic=1 and panic=2 show how a panic looks, rd=disk9 how ' +
    'a missing root does. A collection whose pages have other hashes than its signature says, or a tree with another ' +
    'digest than it says, is refused. --kernel, --devicetree, --initrd and --trust-cache take yours in place of ours. ' +
    'Verified: both boards, 1 to 4 CPUs, interpreter and compiled; the kernel also in QEMU.',
  inputs: [
    { option: 'kernel', required: false, what: 'Mach-O kernel, alone or in an IM4P; ours when not given' },
    {
      option: 'deviceTree',
      required: false,
      what: 'Apple device tree, alone or in an IM4P; the board’s when not given',
    },
    { option: 'initrd', required: false, what: 'RAM disk (ustar), alone or in an IM4P; ours when not given' },
    {
      option: 'trustCache',
      required: false,
      what: 'trust cache module, alone or in an IM4P; ours with our RAM disk, none with another, which is then not checked',
    },
  ],
  options: [
    'kernel',
    'deviceTree',
    'initrd',
    'trustCache',
    'append',
    'memory',
    'machine',
    'smp',
    'disk',
    'slide',
    'patches',
    'edits',
    'mode',
  ],
  async prepare(options) {
    const images = sampleImages();
    const board = boardOf(options.machine);
    const memory = options.memory ?? 256 << 20;
    if ((options.smp ?? 1) > MOST_SAMPLE_CPUS)
      throw new BootError('bad-option', `${options.smp} CPUs; the sample starts at most ${MOST_SAMPLE_CPUS}`, {
        path: 'smp',
      });
    const smp = options.smp ?? 1;
    const deviceTree = options.deviceTree ?? board.deviceTree(smp);
    const tree = unwrapPayload(deviceTree, 'devicetree', ['dtre', 'rdtr']);
    await checkTree(tree);
    const { cpus, boardEdits } = cpusOf({ smp, deviceTree: tree });
    const file = options.kernel ?? images.collection;
    const original = openKernel(file);
    checkKernel(original.bytes);
    const kernel = options.patches?.length ? openKernel(file, options.patches) : original;
    const trustCache = options.trustCache ?? (options.initrd === undefined ? images.trustCache : undefined);
    const plan = planXnu({
      kernel,
      deviceTree: tree,
      boardEdits,
      edits: options.edits,
      ramDisk: unwrapPayload(options.initrd ?? images.ramDisk, 'initrd', ['rdsk']),
      commandLine: options.append ?? 'serial=3 debug=0x8 -v rd=md0',
      commandLineSize: 608,
      trustCache: trustCache && unwrapPayload(trustCache, 'trust-cache', ['trst', 'rtsc']),
      physBase: BigInt(board.ram),
      memSize: BigInt(memory),
      slide: options.slide === undefined ? undefined : BigInt(options.slide),
      // Always the same, so that runs can be compared.
      randomSeed: Uint8Array.from({ length: 64 }, (_, i) => (i * 37 + 11) & 0xff),
      timebase: board.timebase,
    });
    const { mode, log, disk } = options;
    const { machine, write } = board.make({
      memory,
      cpus,
      entry: plan.entry,
      bootArgs: plan.bootArgs.physical,
      disk: disk && { store: disk },
      mode,
      log,
    });
    loadXnu(plan, write);
    return {
      machine,
      plan: { cpus, ...planToJson(plan) },
      planText: planToText(plan),
      ...kernelPlaces(kernel.bytes, plan.slide),
    };
  },
};
