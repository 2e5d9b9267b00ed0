// Mach-O, as far as this kernel reads it: names of mach-o/loader.h, nlist.h and fixup-chains.h, and kmod.h.
#pragma once
#include "kernel.h"

enum { MH_MAGIC_64 = 0xfeedfacf, CPU_TYPE_ARM64 = 0x0100000c, MH_EXECUTE = 2, MH_FILESET = 12 };
#define MH_DYLIB_IN_CACHE 0x80000000u
#define LC_REQ_DYLD 0x80000000u
enum { LC_SYMTAB = 2, LC_UNIXTHREAD = 5, LC_SEGMENT_64 = 0x19, LC_CODE_SIGNATURE = 0x1d, ARM_THREAD_STATE64 = 6 };
#define LC_DYLD_CHAINED_FIXUPS (0x34u | LC_REQ_DYLD)
#define LC_FILESET_ENTRY (0x35u | LC_REQ_DYLD)

struct mach_header_64 {
  u32 magic, cputype, cpusubtype, filetype, ncmds, sizeofcmds, flags, reserved;
};
struct load_command {
  u32 cmd, cmdsize;
};
struct section_64 {
  char sectname[16], segname[16];
  u64 addr, size;
  u32 offset, align, reloff, nreloc, flags, reserved1, reserved2, reserved3;
};
struct segment_command_64 {
  u32 cmd, cmdsize;
  char segname[16];
  u64 vmaddr, vmsize, fileoff, filesize;
  u32 maxprot, initprot, nsects, flags;
  struct section_64 sections[];
};
struct thread_command {
  u32 cmd, cmdsize, flavor, count;
  u64 x[29], fp, lr, sp, pc;
  u32 cpsr, pad;
};
struct symtab_command {
  u32 cmd, cmdsize, symoff, nsyms, stroff, strsize;
};
struct nlist_64 {
  u32 n_strx;
  u8 n_type, n_sect;
  u16 n_desc;
  u64 n_value;
};
struct linkedit_data_command {
  u32 cmd, cmdsize, dataoff, datasize;
};
struct fileset_entry_command {
  u32 cmd, cmdsize;
  u64 vmaddr, fileoff;
  u32 entry_id, reserved;
};

enum { SECTION_TYPE = 0xff, S_MOD_INIT_FUNC_POINTERS = 9, S_INIT_FUNC_OFFSETS = 0x16 };

struct dyld_chained_fixups_header {
  u32 fixups_version, starts_offset, imports_offset, symbols_offset, imports_count, imports_format, symbols_format;
};
struct dyld_chained_starts_in_image {
  u32 seg_count, seg_info_offset[];
};
struct __attribute__((packed)) dyld_chained_starts_in_segment {
  u32 size;
  u16 page_size, pointer_format;
  u64 segment_offset;
  u32 max_valid_pointer;
  u16 page_count, page_start[];
};
enum { DYLD_CHAINED_PTR_64_KERNEL_CACHE = 8, DYLD_CHAINED_PTR_START_NONE = 0xffff };

struct __attribute__((packed, aligned(4))) kmod_info {
  u64 next;
  int info_version;
  u32 id;
  char name[64], version[64];
  int reference_count;
  u64 reference_list, address, size, hdr_size;
  int (*start)(struct kmod_info *, void *), (*stop)(struct kmod_info *, void *);
};
_Static_assert(sizeof(struct kmod_info) == 196, "kmod_info");
