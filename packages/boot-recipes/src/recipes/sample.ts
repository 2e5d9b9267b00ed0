import { kernelSymbols } from '../diagnosis/symbols.js';
import { BootError } from '../error.js';
import type { StartedBoard } from '../machines/board.js';
import { SAMPLE_BOARD } from '../machines/sample-board.js';
import { type SampleMachineOptions, sampleMachine } from '../machines/sample-machine.js';
import { vmapple } from '../machines/vmapple.js';
import { VMAPPLE_BOARD, VMAPPLE_TREE_BOARD } from '../machines/vmapple-board.js';
import { openKernel } from '../xnu/kernel.js';
import { unwrapPayload } from '../xnu/payload.js';
import { loadXnu, planToJson, planToText, planXnu } from '../xnu/plan.js';
import { virtXnuTree } from '../xnu/virt-tree.js';
import type { Recipe } from './recipe.js';
import { sampleImages } from './sample-images.js';

/** What the sample needs to know of the two boards. */
interface Board {
  readonly ram: number;
  readonly timebase: number;
  /** The images' own when not given. */
  readonly deviceTree?: Uint8Array;
  readonly make: (options: SampleMachineOptions) => StartedBoard;
}

function boardOf(name = 't8020'): Board {
  if (name === 't8020') return { ...SAMPLE_BOARD, make: sampleMachine };
  const { ram, timebase } = VMAPPLE_BOARD;
  if (name === 'vmapple')
    return {
      ram,
      timebase,
      deviceTree: virtXnuTree({ cpus: 1, timebase, board: VMAPPLE_TREE_BOARD }),
      make: options => vmapple({ ...options, cpus: 1 }),
    };
  throw new BootError('bad-option', `"${name}"; the sample runs on t8020 and vmapple`, { path: 'machine' });
}

/** Our own kernel, started as XNU is. */
export const sample: Recipe = {
  name: 'sample',
  summary: 'a small kernel of our own, started by the XNU loader on an Apple-like board',
  explanation:
    'Boots the firmware that comes with this package (sources: firmware/): a kext collection with a kernel that follows ' +
    'XNU’s boot protocol, applies the chained fixups itself and starts two kexts, unpacked from an LZFSE IM4P, with an Apple device tree and a RAM disk, on a board with the A12’s UART address, ' +
    'timer on FIQ and PSCI, or with --machine vmapple on the board of Apple’s virtual machines. It prints what it was given, runs /sbin/launchd at EL0 and powers off. ' +
    'With -s among the command line’s words launchd is a shell; panic=1 and panic=2 show how a panic looks. ' +
    '--kernel and --initrd take a kernel and a RAM disk of yours in place of ours.',
  inputs: [
    { option: 'kernel', required: false, what: 'Mach-O kernel, alone or in an IM4P; ours when not given' },
    { option: 'initrd', required: false, what: 'RAM disk, alone or in an IM4P; ours when not given' },
  ],
  options: ['kernel', 'initrd', 'trustCache', 'append', 'memory', 'machine', 'mode'],
  prepare(options) {
    const images = sampleImages();
    const board = boardOf(options.machine);
    const memory = options.memory ?? 256 << 20;
    const kernel = openKernel(options.kernel ?? images.collection);
    const plan = planXnu({
      kernel,
      deviceTree: board.deviceTree ?? unwrapPayload(images.deviceTree, 'device tree', ['dtre']),
      ramDisk: unwrapPayload(options.initrd ?? images.ramDisk, 'initrd', ['rdsk']),
      commandLine: options.append ?? 'serial=3 debug=0x8 -v rd=md0',
      commandLineSize: 608,
      trustCache: options.trustCache && unwrapPayload(options.trustCache, 'trust-cache', ['trst', 'rtsc']),
      physBase: BigInt(board.ram),
      memSize: BigInt(memory),
      // Always the same, so that runs can be compared.
      randomSeed: Uint8Array.from({ length: 64 }, (_, i) => (i * 37 + 11) & 0xff),
      timebase: board.timebase,
    });
    const { mode, log } = options;
    const started = { memory, entry: plan.entry, bootArgs: plan.bootArgs.physical, mode, log };
    const { machine, write } = board.make(started);
    loadXnu(plan, write);
    return {
      machine,
      plan: planToJson(plan),
      planText: planToText(plan),
      symbol: kernelSymbols(kernel.bytes, plan.slide),
    };
  },
};
