/** One way in which a kernel says that something is wrong. */
export interface FailureRule {
  /** For programs. */
  readonly id: string;
  readonly pattern: RegExp;
  /** What of the boot it concerns. */
  readonly topic:
    | 'trust cache'
    | 'device tree'
    | 'memory controller'
    | 'memory'
    | 'random seed'
    | 'root device'
    | 'first program'
    | 'console'
    | 'interrupts'
    | 'kernel';
  /** Where in the kernel's start-up the message comes from, or what part of the boot protocol it is about. */
  readonly place: string;
  readonly cause: string;
  readonly try: string;
}

/** errno values that refuse a first program. */
const ERRNO: Readonly<Record<string, readonly [name: string, cause: string, remedy: string]>> = {
  2: ['ENOENT', 'the RAM disk has no such file', 'look at the RAM disk: /sbin/launchd must be on it'],
  8: ['ENOEXEC', 'the file is no Mach-O that the kernel runs', 'check the file’s architecture with kc info'],
  13: [
    'EACCES',
    'the kernel refused it: signature not in the trust cache, or a program for iOS on a kernel for macOS',
    'give the RAM disk’s own trust cache with --trust-cache, or --patch allow-any-signature',
  ],
  85: ['EBADEXEC', 'the executable is damaged', 'compare the RAM disk with the original'],
  86: ['EBADARCH', 'the executable is for another architecture', 'an arm64e kernel wants arm64e or arm64 programs'],
  88: [
    'EBADMACHO',
    'the Mach-O is malformed, or dyld is missing',
    'the RAM disk needs /usr/lib/dyld for dynamic programs',
  ],
};

/** The name, cause and remedy of a first program's errno. */
export const execFailure = (errno: string): readonly [name: string, cause: string, remedy: string] =>
  ERRNO[errno] ?? [`errno ${errno}`, 'the kernel could not run the first program', 'look the number up in sys/errno.h'];

/** Messages of XNU by what they mean; the first that matches a line explains it. */
export const FAILURES: readonly FailureRule[] = [
  {
    id: 'trust-cache-place',
    pattern: /EXTRADATA is in an unexpected place/,
    topic: 'trust cache',
    place: 'arm_vm_prot_init: EXTRADATA must lie at or below the kernel’s mach header',
    cause: 'the trust cache does not end at or below the kernel’s header',
    try: 'let the plan place it: it goes immediately below the kernel, in whole pages of 16 KiB',
  },
  {
    id: 'trust-cache-bytes',
    pattern:
      /short serialized trust cache|too short for its \d+ entries|overlaps previous module|unsupported version .*trust|trust cache.*unsupported version|Number of trust caches/i,
    topic: 'trust cache',
    place: 'trust cache set-up: the serialized modules behind the loader’s wrapper',
    cause: 'the module is damaged, of a version that this kernel does not know, or not the only one',
    try: 'kernels of macOS 11 and 12 take version 1 with sorted entries: boot-recipes make-trustcache',
  },
  {
    id: 'device-tree-overflow',
    pattern: /Device tree property overflow|DeviceTree.*(out of bounds|overflow)/i,
    topic: 'device tree',
    place: 'device tree walk, before the console',
    cause: 'a property’s length still has the placeholder flag (bit 31), or the tree is damaged',
    try: 'check the tree with adt validate; the loader resolves placeholders in trees that it is given',
  },
  {
    id: 'dram',
    pattern: /Unable to find '(dram-base|dram-size)'/,
    topic: 'device tree',
    place: 'arm_init: /chosen dram-base and dram-size',
    cause: '/chosen lacks dram-base or dram-size',
    try: 'use --devicetree with a tree that has /chosen, and no --dt-edit that removes them',
  },
  {
    id: 'random-seed',
    pattern: /Expected \d+ seed bytes from bootloader/,
    topic: 'random seed',
    place: 'early random: /chosen random-seed',
    cause: '/chosen random-seed is shorter than 64 bytes',
    try: 'do not edit /chosen.random-seed',
  },
  {
    id: 'ctrr',
    pattern:
      /(rorgn|ctrr|ktrr|amcc)[^\n]*(mismatch|panic|failed|missing|unable|not (set|found|locked))|unexpected ro region/i,
    topic: 'memory controller',
    place: 'rorgn_stash_range and rorgn_lockdown: the memory controller’s CTRR registers',
    cause:
      'the read-only region in the memory controller’s registers is not the kernel’s, or /chosen/lock-regs lacks a property',
    try: 'set /chosen/asmb.lp-sip2 (u32) to 1 with --dt-edit: the kernel then leaves the lock alone',
  },
  {
    id: 'memory-configuration',
    pattern: /Unsupported memory configuration/,
    topic: 'memory',
    place: 'arm_vm_init: memSize of boot_args',
    cause: 'RAM is more than half of the kernel’s address window',
    try: 'give less with --memory',
  },
  {
    id: 'gic',
    pattern: /cannot find (GIC node|GIC MMIO|GICR base)|timed out waiting for redistributor/,
    topic: 'interrupts',
    place: 'pe_arm_init_interrupts: the interrupt controller’s node',
    cause: '/arm-io/gic is missing or its reg has not {distributor, size, redistributors, size}',
    try: 'leave --devicetree away to have a tree generated',
  },
  {
    id: 'no-root',
    pattern: /[Ss]till waiting for root device/,
    topic: 'root device',
    place: 'IOFindBSDRoot: rd= on the command line, RAMDisk in /chosen/memory-map',
    cause: 'nothing that the kernel found is the root device',
    try: 'give a RAM disk with --initrd and rd=md0 on the command line; HFS+, or the first program itself for mockfs',
  },
  {
    id: 'mount-root',
    pattern: /cannot mount root|vfs_mountroot.*fail|mountroot.*failed/i,
    topic: 'root device',
    place: 'vfs_mountroot: the root device’s file system',
    cause: 'the root device has no file system that the kernel mounts',
    try: 'unwrap the image (IM4P payload, not the .dmg’s outer container) and check that it is HFS+; look with file',
  },
  {
    id: 'uart',
    pattern: /Unable to find serial device driver|serial device devicetree node doesn't have/,
    topic: 'console',
    place: 'serial_init: compatible of the node with boot-console, or of uart0',
    cause: 'the console’s node has another compatible than the kernel’s drivers',
    try: 'uart0’s first compatible must be uart-1,samsung (or arm,pl011 for VMAPPLE kernels)',
  },
  {
    id: 'wrong-platform',
    pattern: /CS Platform Exec Logging|wrong platform/,
    topic: 'first program',
    place: 'check_for_signature in exec',
    cause: 'the first program is for another platform than the kernel',
    try: 'use a RAM disk of macOS, or --patch allow-any-signature',
  },
  {
    id: 'io-error',
    pattern: /Unable to find driver for this platform/,
    topic: 'device tree',
    place: 'IOPlatformExpert: compatible of the root node',
    cause: 'no platform expert matches the root node’s compatible',
    try: 'the root’s compatible must be the board’s that the kernel was built for',
  },
  {
    id: 'invalid-page',
    pattern: /cs_invalid_page/,
    topic: 'first program',
    place: 'code signing: page hashes of the code directory',
    cause:
      'a page of the program is not what its code directory says: the RAM disk is damaged, or the program was changed',
    try: 'compare the RAM disk with the original; sign a changed program again and make a trust cache of it',
  },
  {
    id: 'not-trusted',
    pattern: /cdhash [0-9a-f]{40} is not in the trust cache|not in (any|the) trust cache/i,
    topic: 'trust cache',
    place: 'trust cache look-up at exec: code directory hash, binary search',
    cause: 'the program’s code directory hash is not among the entries, or they are out of order',
    try: 'give the trust cache that belongs to the RAM disk, or make one: boot-recipes make-trustcache',
  },
  {
    id: 'fixups',
    pattern: /chained fixups: |kernel collection .*fixup|dyld_chained/i,
    topic: 'kernel',
    place: 'kernel_startup: chained fixups of the collection',
    cause: 'a pointer of the collection is in no form that the kernel takes, or its chain is broken',
    try: 'list its pointers with kc fixups; the loader changes no pointer of a collection',
  },
  {
    id: 'kmod',
    pattern: /kext \S+: bad kmod_info|can't (find|load) kext|Kext .* link failed/i,
    topic: 'kernel',
    place: 'kext start: kmod_info of the collection’s entries',
    cause: 'the collection’s entry and the kext’s kmod_info do not agree',
    try: 'compare it with kc info and kc kexts, or build it again',
  },
  {
    id: 'no-ramdisk',
    pattern: /no RAM disk|RAM disk: |RAM disk \[|specified root memory device/,
    topic: 'root device',
    place: 'IOFindBSDRoot: RAMDisk in /chosen/memory-map',
    cause: 'there is no RAM disk, or what is there is no file system that the kernel reads',
    try: 'give a RAM disk with --initrd; our own kernel reads POSIX ustar archives: boot-recipes make-ramdisk',
  },
  {
    id: 'init-killed',
    pattern: /unexpected SIG\w+ of init/,
    topic: 'first program',
    place: 'exec of the first program: what it asks for cannot be mapped',
    cause:
      'the kernel ended it, by the reason’s namespace: 9 is exec (code 1: a Mach-O that it does not take), 3 code signing',
    try: 'RELEASE kernels take programs with dyld only; a static one is for kernels built to allow it: look with kc info',
  },
  {
    id: 'init-died',
    pattern: /init(proc)? (program: exception|exited)|initproc failed|launchd exited/i,
    topic: 'first program',
    place: 'after exec: the first program ended or crashed',
    cause: 'the first program may not end; what it printed before says why it did',
    try: 'with -s our own is a shell; look at the RAM disk’s programs with a debugger: --gdb',
  },
];
