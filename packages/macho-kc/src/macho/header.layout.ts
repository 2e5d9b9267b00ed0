// mach/machine.h and mach-o/loader.h: what a file begins with. mach-o/fat.h: the wrapper of several architectures.
import { i32, layout, u32, u64 } from '@internal/binary/layout';

export const MachHeader32 = layout('mach_header', 'little', {
  magic: u32('0xfeedface'),
  cputype: i32('cpu_type_t'),
  cpusubtype: u32('cpu_subtype_t with capability bits in the top byte'),
  filetype: u32('MH_EXECUTE, MH_KEXT_BUNDLE, MH_FILESET ...'),
  ncmds: u32('number of load commands'),
  sizeofcmds: u32('bytes of all load commands'),
  flags: u32('MH_* flags'),
});

export const MachHeader64 = layout('mach_header_64', 'little', {
  magic: u32('0xfeedfacf'),
  cputype: i32('cpu_type_t'),
  cpusubtype: u32('cpu_subtype_t with capability bits in the top byte'),
  filetype: u32('MH_EXECUTE, MH_KEXT_BUNDLE, MH_FILESET ...'),
  ncmds: u32('number of load commands'),
  sizeofcmds: u32('bytes of all load commands'),
  flags: u32('MH_* flags'),
  reserved: u32('0'),
});

export const FatHeader = layout('fat_header', 'big', {
  magic: u32('0xcafebabe, or 0xcafebabf for 64-bit offsets'),
  nfat_arch: u32('number of architectures that follow'),
});

export const FatArch32 = layout('fat_arch', 'big', {
  cputype: i32('cpu_type_t'),
  cpusubtype: u32('cpu_subtype_t'),
  offset: u32('of the Mach-O file, bytes'),
  size: u32('of the Mach-O file, bytes'),
  align: u32('power of two'),
});

export const FatArch64 = layout('fat_arch_64', 'big', {
  cputype: i32('cpu_type_t'),
  cpusubtype: u32('cpu_subtype_t'),
  offset: u64('of the Mach-O file, bytes'),
  size: u64('of the Mach-O file, bytes'),
  align: u32('power of two'),
  reserved: u32('0'),
});
