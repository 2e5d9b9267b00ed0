// mach-o/loader.h, mach/machine.h.

export const MH_MAGIC = 0xfeedface;
export const MH_MAGIC_64 = 0xfeedfacf;
export const FAT_MAGIC = 0xcafebabe;
export const FAT_MAGIC_64 = 0xcafebabf;

/** Names of `filetype`. */
export const FILE_TYPES = {
  MH_OBJECT: 0x1,
  MH_EXECUTE: 0x2,
  MH_FVMLIB: 0x3,
  MH_CORE: 0x4,
  MH_PRELOAD: 0x5,
  MH_DYLIB: 0x6,
  MH_DYLINKER: 0x7,
  MH_BUNDLE: 0x8,
  MH_DYLIB_STUB: 0x9,
  MH_DSYM: 0xa,
  MH_KEXT_BUNDLE: 0xb,
  MH_FILESET: 0xc,
  MH_GPU_EXECUTE: 0xd,
  MH_GPU_DYLIB: 0xe,
} as const;

/** Bits of the header's `flags`. */
export const MH_FLAGS = {
  MH_NOUNDEFS: 0x1,
  MH_INCRLINK: 0x2,
  MH_DYLDLINK: 0x4,
  MH_BINDATLOAD: 0x8,
  MH_PREBOUND: 0x10,
  MH_SPLIT_SEGS: 0x20,
  MH_LAZY_INIT: 0x40,
  MH_TWOLEVEL: 0x80,
  MH_FORCE_FLAT: 0x100,
  MH_NOMULTIDEFS: 0x200,
  MH_NOFIXPREBINDING: 0x400,
  MH_PREBINDABLE: 0x800,
  MH_ALLMODSBOUND: 0x1000,
  MH_SUBSECTIONS_VIA_SYMBOLS: 0x2000,
  MH_CANONICAL: 0x4000,
  MH_WEAK_DEFINES: 0x8000,
  MH_BINDS_TO_WEAK: 0x10000,
  MH_ALLOW_STACK_EXECUTION: 0x20000,
  MH_ROOT_SAFE: 0x40000,
  MH_SETUID_SAFE: 0x80000,
  MH_NO_REEXPORTED_DYLIBS: 0x100000,
  MH_PIE: 0x200000,
  MH_DEAD_STRIPPABLE_DYLIB: 0x400000,
  MH_HAS_TLV_DESCRIPTORS: 0x800000,
  MH_NO_HEAP_EXECUTION: 0x1000000,
  MH_APP_EXTENSION_SAFE: 0x2000000,
  MH_NLIST_OUTOFSYNC_WITH_DYLDINFO: 0x4000000,
  MH_SIM_SUPPORT: 0x8000000,
  MH_IMPLICIT_PAGEZERO: 0x10000000,
  MH_DYLIB_IN_CACHE: 0x80000000,
} as const;

export const CPU_TYPE_X86_64 = 0x01000007;
export const CPU_TYPE_ARM64 = 0x0100000c;
export const CPU_TYPE_ARM64_32 = 0x0200000c;
export const CPU_SUBTYPE_MASK = 0x00ffffff;

/** Architectures by name: CPU type and subtype (without capability bits). */
export const ARCHITECTURES = {
  i386: { cputype: 7, cpusubtype: 3 },
  x86_64: { cputype: CPU_TYPE_X86_64, cpusubtype: 3 },
  x86_64h: { cputype: CPU_TYPE_X86_64, cpusubtype: 8 },
  armv7: { cputype: 12, cpusubtype: 9 },
  armv7k: { cputype: 12, cpusubtype: 12 },
  arm64: { cputype: CPU_TYPE_ARM64, cpusubtype: 0 },
  arm64v8: { cputype: CPU_TYPE_ARM64, cpusubtype: 1 },
  arm64e: { cputype: CPU_TYPE_ARM64, cpusubtype: 2 },
  arm64_32: { cputype: CPU_TYPE_ARM64_32, cpusubtype: 1 },
} as const;

/** Name of an architecture of {@link ARCHITECTURES}. */
export type Architecture = keyof typeof ARCHITECTURES;

/** Architecture's name, or the two numbers in hex. */
export function architectureName(cputype: number, cpusubtype: number): string {
  const sub = cpusubtype & CPU_SUBTYPE_MASK;
  for (const [name, arch] of Object.entries(ARCHITECTURES))
    if (arch.cputype === cputype && arch.cpusubtype === sub) return name;
  return `0x${(cputype >>> 0).toString(16)}/0x${(cpusubtype >>> 0).toString(16)}`;
}

/** Platforms of LC_BUILD_VERSION. */
export const PLATFORMS = {
  macos: 1,
  ios: 2,
  tvos: 3,
  watchos: 4,
  bridgeos: 5,
  maccatalyst: 6,
  iossimulator: 7,
  tvossimulator: 8,
  watchossimulator: 9,
  driverkit: 10,
  visionos: 11,
  visionossimulator: 12,
  firmware: 13,
  sepos: 14,
} as const;

export const VM_PROT_READ = 1;
export const VM_PROT_WRITE = 2;
export const VM_PROT_EXECUTE = 4;

/** Low byte of a section's flags. */
export const SECTION_TYPES = {
  S_REGULAR: 0x0,
  S_ZEROFILL: 0x1,
  S_CSTRING_LITERALS: 0x2,
  S_4BYTE_LITERALS: 0x3,
  S_8BYTE_LITERALS: 0x4,
  S_LITERAL_POINTERS: 0x5,
  S_NON_LAZY_SYMBOL_POINTERS: 0x6,
  S_LAZY_SYMBOL_POINTERS: 0x7,
  S_SYMBOL_STUBS: 0x8,
  S_MOD_INIT_FUNC_POINTERS: 0x9,
  S_MOD_TERM_FUNC_POINTERS: 0xa,
  S_COALESCED: 0xb,
  S_GB_ZEROFILL: 0xc,
  S_INTERPOSING: 0xd,
  S_16BYTE_LITERALS: 0xe,
  S_DTRACE_DOF: 0xf,
  S_LAZY_DYLIB_SYMBOL_POINTERS: 0x10,
  S_THREAD_LOCAL_REGULAR: 0x11,
  S_THREAD_LOCAL_ZEROFILL: 0x12,
  S_THREAD_LOCAL_VARIABLES: 0x13,
  S_THREAD_LOCAL_VARIABLE_POINTERS: 0x14,
  S_THREAD_LOCAL_INIT_FUNCTION_POINTERS: 0x15,
  S_INIT_FUNC_OFFSETS: 0x16,
} as const;

/** Whether a section of these flags has no bytes in the file. */
export function isZeroFill(flags: number): boolean {
  const kind = flags & 0xff;
  return (
    kind === SECTION_TYPES.S_ZEROFILL ||
    kind === SECTION_TYPES.S_GB_ZEROFILL ||
    kind === SECTION_TYPES.S_THREAD_LOCAL_ZEROFILL
  );
}

/** `r-x` text of a protection. */
export const protectionText = (prot: number): string =>
  `${prot & VM_PROT_READ ? 'r' : '-'}${prot & VM_PROT_WRITE ? 'w' : '-'}${prot & VM_PROT_EXECUTE ? 'x' : '-'}`;

/** `X.Y` or `X.Y.Z` of a version in 16.8.8 bits. */
export function versionText(version: number): string {
  const patch = version & 0xff;
  return `${version >>> 16}.${(version >>> 8) & 0xff}${patch === 0 ? '' : `.${patch}`}`;
}
