import type { PatchSet } from './patch-set.js';

/** BL: its top six bits are 100101. */
const CALL = ['94', '95', '96', '97'].map(top => `?? ?? ?? ${top}`);
const NOP = '1f 20 03 d5';
/** What functions begin with: PACIBSP; SUB SP; STP with writeback. */
const PROLOGUES = ['7f 23 03 d5', 'ff ?? ?? d1', '?? ?? b? a9', '5f 24 03 d5'];

/** `kprintf` writes to the serial port: its private flag, which no boot argument clears, is cleared in the image. */
export const KPRINTF_ON: PatchSet = {
  name: 'kprintf-on',
  description: 'Let kprintf write to the serial port of RELEASE kernels (with the boot argument debug=0x8)',
  patches: [
    {
      name: 'disable_kprintf_output',
      reason: 'RELEASE kprintf tests two flags; this one starts true and has no boot argument',
      find: [{ by: 'flag', inFunction: '_kprintf', not: '_disable_serial_output' }],
      expect: ['01 00 00 00'],
      replace: { bytes: '00 00 00 00' },
    },
  ],
};

/** `bsd_init` does not wait for a real-time clock. */
export const NO_IOKIT_TIME: PatchSet = {
  name: 'no-iokit-time',
  description: 'Skip the wait of up to 30 s for a real-time clock in bsd_init',
  patches: [
    {
      name: 'IOKitInitializeTime',
      reason: 'waits for an IORTC service, which a machine without one never offers',
      find: [
        { by: 'call', to: '_IOKitInitializeTime', inFunction: '_bsd_init' },
        { by: 'call', to: '_IOKitInitializeTime', inFunctionUsing: 'Failed to allocate bsd pageable map' },
        { by: 'call-after-string', text: 'bsd_init: calling IOKitInitializeTime\n', skip: 1 },
      ],
      expect: CALL,
      replace: { bytes: NOP },
    },
  ],
};

/** Any program may run: `check_for_signature` allows everything. */
export const ALLOW_ANY_SIGNATURE: PatchSet = {
  name: 'allow-any-signature',
  description: 'Let any program run: unsigned, untrusted, or for another platform',
  patches: [
    {
      name: 'check_for_signature',
      reason: 'refuses an iOS launchd on a macOS kernel, and programs without a trusted signature',
      find: [
        { by: 'symbol', symbol: '_check_for_signature' },
        { by: 'string', text: "CS Platform Exec Logging: Executing platform signed binary '%s' with cdhash %s\n" },
        { by: 'string', text: "CS Platform Exec Logging: Executing platform signed binary '%s'\n" },
        { by: 'string', text: 'CS Platform Exec Logging' },
      ],
      expect: PROLOGUES,
      // mov w0, #0; ret
      replace: { bytes: '00 00 80 52 c0 03 5f d6' },
    },
  ],
};

/** What makes Ghidra's importer accept a collection; pointers and symbols are another matter: see `exportForDisassembler`. */
export const GHIDRA_FIX: PatchSet = {
  name: 'ghidra',
  description:
    "Let Ghidra's old importer load a collection: no DOCTYPE in the kernel management plist, no LC_BUILD_VERSION",
  patches: [
    {
      name: 'doctype',
      reason: 'an XML parser without network access stops at the DOCTYPE',
      find: [{ by: 'text', from: '<!DOCTYPE', to: '>', followedBy: '<key>KMBuildVersion', within: 0x100 }],
      every: true,
      replace: { fill: 0x20 },
    },
    {
      name: 'build-version',
      reason: 'the importer refuses its platform',
      find: [{ by: 'load-command', command: 'LC_BUILD_VERSION' }],
      expect: ['32 00 00 00'],
      replace: { bytes: 'ff' },
    },
  ],
};

/** Runs arm64e code on a CPU without pointer authentication. */
export const PAC_TO_PLAIN: PatchSet = {
  name: 'pac-to-plain',
  description: 'Turn pointer-authentication instructions into NOP or their plain form',
  patches: [{ name: 'pac', reason: 'the CPU has no pointer authentication', rewrite: 'pac-to-plain' }],
};

/** The sets that come with the package, by name. */
export const PATCH_SETS: ReadonlyMap<string, PatchSet> = new Map(
  [KPRINTF_ON, NO_IOKIT_TIME, ALLOW_ANY_SIGNATURE, GHIDRA_FIX, PAC_TO_PLAIN].map(set => [set.name, set]),
);
