import { A12_COMPATIBLE, experimentEdits, openTree, validateForXnu } from 'apple-devicetree';
import { kernelPlaces } from '../diagnosis/symbols.js';
import { appleT8020 } from '../machines/apple-t8020.js';
import { T8020_BOARD } from '../machines/t8020-board.js';
import { loadXnu, planToJson, planToText, planXnu, readOnlyEnd, type XnuPlan } from '../xnu/plan.js';
import type { Recipe } from './recipe.js';
import { checkMemory, screenOf, XNU_OPTIONS, xnuInputs } from './xnu-options.js';

/** The experiment's command line. */
const COMMAND_LINE =
  'debug=0x8 kextlog=0xffff io=0xfff serial=0x7 cpus=1 cs_enforcement_disable=1 apcie=0xffffffff rd=md0 -noprogress ' +
  'nvram-log=1 amfi_get_out_of_my_way=1';

/** What of the prepared tree the kernel would still stumble over. */
const problemsOf = (plan: XnuPlan): string[] => {
  const tree = openTree(plan.contents.find(({ region }) => region.name === 'DeviceTree')!.bytes);
  return validateForXnu(tree, { hardware: A12_COMPATIBLE }).map(
    ({ severity, path, message, reason }) => `${severity}: ${path} ${message}: ${reason}`,
  );
};

/** The experiment that all of this began with. */
export const macosT8020: Recipe = {
  name: 'macos-11.0.1b1-t8020',
  summary: 'the macOS 11.0.1 beta 1 kernel for the A12 development kit, on the experiment’s board',
  explanation:
    'Boots kernelcache.release.j273 or a like collection of macOS 11 for T8020/T8027, with the device tree of an A12 ' +
    'device and a RAM disk as md0, on a board with the A12Z’s UART, AIC, memory controller and both timers on FIQ. The ' +
    'device tree gets the experiment’s edits, each with its reason in the plan. The kernel collection comes from the ' +
    'IPSW or the Kernel Debug Kit of macOS 11.0.1 beta 1, the tree from an IPSW of the device (DeviceTree.*.im4p), the ' +
    'RAM disk from an IPSW of the same release. The experiment’s debugger patches are --patch kprintf-on, ' +
    'no-iokit-time and allow-any-signature; the second is not needed here, as the virtual timer reaches FIQ. Verified ' +
    'with stand-ins only: placement by the rules of XNU’s start-up code and the first instructions of a collection of ' +
    'Apple-compiled test kernels; Apple’s kernel was not tried.',
  inputs: [
    { option: 'kernel', required: true, ipsw: true, what: 'kernel collection (MH_FILESET), alone or in an IM4P' },
    {
      option: 'deviceTree',
      required: true,
      ipsw: true,
      what: 'device tree of an A12-class device, alone or in an IM4P',
    },
    { option: 'initrd', required: false, ipsw: true, what: 'RAM disk for rd=md0: HFS+ image, alone or in an IM4P' },
    { option: 'trustCache', required: false, ipsw: true, what: 'static trust cache, alone or in an IM4P' },
  ],
  options: XNU_OPTIONS,
  prepare(options) {
    const memory = checkMemory(options.memory ?? 0x80000000);
    const ram = { base: T8020_BOARD.ram, size: memory };
    const inputs = xnuInputs(options, { ram, timebase: T8020_BOARD.timebase, commandLine: COMMAND_LINE });
    const { randomSeed, timebase } = inputs;
    const dram = { address: BigInt(ram.base), size: BigInt(ram.size) };
    const plan = planXnu({
      ...inputs,
      boardEdits: experimentEdits({ dram, randomSeed, timebase }),
    });
    // Everything is sorted by address; the read-only region begins with the trust cache or else the kernel.
    const begin = plan.contents[0]!.region.physical;
    const { machine, write, read } = appleT8020({
      memory,
      entry: plan.entry,
      bootArgs: plan.bootArgs.physical,
      readOnly: { begin, end: readOnlyEnd(inputs.kernel, plan), dram: dram.address },
      mode: options.mode,
      log: options.log,
    });
    loadXnu(plan, write);
    const problems = problemsOf(plan);
    return {
      machine,
      plan: { machine: 'apple-t8020', ...planToJson(plan), deviceTreeProblems: problems },
      planText: [`apple-t8020, 1 CPU, ${memory / 0x100000} MiB`, planToText(plan), ...problems].join('\n'),
      screen: screenOf(inputs.video, read),
      ...kernelPlaces(inputs.kernel.bytes, plan.slide),
    };
  },
};
