// The file that the kernel runs from: a kernel alone, or a kext collection whose pointers it fixes up and whose kexts
// it starts.
#include "macho.h"

static const struct mach_header_64 *header; // the outermost one
static u64 slide;                           // actual address - recorded address

static const void *next_command(const struct mach_header_64 *image, const struct load_command *before) {
  const u8 *at = before ? (const u8 *)before + before->cmdsize : (const u8 *)(image + 1);
  return at < (const u8 *)(image + 1) + image->sizeofcmds ? at : NULL;
}

static const void *command_of(const struct mach_header_64 *image, u32 kind) {
  const struct load_command *command = NULL;
  while ((command = next_command(image, command)))
    if (command->cmd == kind) return command;
  return NULL;
}

// The outer segments, in turn.
static const struct segment_command_64 *next_segment(const struct segment_command_64 *before) {
  const struct load_command *command = (const void *)before;
  while ((command = next_command(header, command)))
    if (command->cmd == LC_SEGMENT_64) return (const void *)command;
  return NULL;
}

static const void *at_file_offset(u64 offset) {
  const struct segment_command_64 *segment = NULL;
  while ((segment = next_segment(segment)))
    if (offset >= segment->fileoff && offset - segment->fileoff < segment->filesize)
      return (const void *)(segment->vmaddr + slide + (offset - segment->fileoff));
  return NULL;
}

// The nearest page below this code with a header. An image of a collection says that it is one: the collection's own
// header lies below all of them.
static const struct mach_header_64 *find_header(void) {
  const u8 *page = (const u8 *)ROUND_DOWN((u64)find_header, PAGE_SIZE);
  for (;; page -= PAGE_SIZE) {
    const struct mach_header_64 *found = (const void *)page;
    if (found->magic == MH_MAGIC_64 && found->cputype == CPU_TYPE_ARM64 && !(found->flags & MH_DYLIB_IN_CACHE))
      return found;
  }
}

// One chain of kernel-cache pointers: target:30 cacheLevel:2 diversity:16 addrDiv:1 key:2 next:12 isAuth:1, 4 bytes apart.
static const char *fix_chain(u8 *location) {
  for (;;) {
    struct __attribute__((packed)) {
      u64 value;
    } *pointer = (void *)location;
    u64 raw = pointer->value, next = raw >> 51 & 0xfff;
    if (raw >> 63) return "a signed pointer";
    if (raw >> 30 & 3) return "a pointer into another collection";
    pointer->value = (u64)header + (raw & 0x3fffffff);
    if (!next) return NULL;
    location += next * 4;
  }
}

static const char *fix_segment(const struct dyld_chained_starts_in_segment *starts) {
  if (starts->pointer_format != DYLD_CHAINED_PTR_64_KERNEL_CACHE) return "an unknown pointer format";
  u8 *page = (u8 *)header + starts->segment_offset;
  for (u32 i = 0; i < starts->page_count; i++, page += starts->page_size) {
    if (starts->page_start[i] == DYLD_CHAINED_PTR_START_NONE) continue;
    const char *error = fix_chain(page + starts->page_start[i]);
    if (error) return error;
  }
  return NULL;
}

// Finds the file and applies its chained fixups; what is wrong with them, or NULL. Comes before the first use of any
// pointer in the kernel's data, and while everything can still be written to.
const char *collection_attach(void) {
  header = find_header();
  slide = (u64)header - next_segment(NULL)->vmaddr;
  if (header->filetype != MH_FILESET) return NULL;
  const struct linkedit_data_command *command = command_of(header, LC_DYLD_CHAINED_FIXUPS);
  if (!command) return "no LC_DYLD_CHAINED_FIXUPS";
  const struct dyld_chained_fixups_header *fixups = at_file_offset(command->dataoff);
  if (!fixups || fixups->fixups_version != 0) return "bad chained fixups";
  const struct dyld_chained_starts_in_image *image = (const void *)((const u8 *)fixups + fixups->starts_offset);
  for (u32 i = 0; i < image->seg_count; i++) {
    if (!image->seg_info_offset[i]) continue;
    const char *error = fix_segment((const void *)((const u8 *)image + image->seg_info_offset[i]));
    if (error) return error;
  }
  return NULL;
}

u64 collection_start(void) { return (u64)header; }

u64 collection_end(void) {
  const struct segment_command_64 *segment = NULL;
  u64 end = 0;
  while ((segment = next_segment(segment)))
    if (segment->vmaddr + segment->vmsize > end) end = segment->vmaddr + segment->vmsize;
  return end + slide;
}

// What the outer segments allow at an address; reading and writing outside of them.
int collection_protection(u64 va) {
  const struct segment_command_64 *segment = NULL;
  while ((segment = next_segment(segment)))
    if (va - slide >= segment->vmaddr && va - slide - segment->vmaddr < segment->vmsize) return (int)segment->initprot;
  return PROT_READ | PROT_WRITE;
}

static struct kmod_info *kmod_info_of(const struct mach_header_64 *image) {
  const struct symtab_command *command = command_of(image, LC_SYMTAB);
  const struct nlist_64 *symbols = command ? at_file_offset(command->symoff) : NULL;
  const char *strings = command ? at_file_offset(command->stroff) : NULL;
  if (!symbols || !strings) return NULL;
  for (u32 i = 0; i < command->nsyms; i++)
    if (symbols[i].n_sect && streq(strings + symbols[i].n_strx, "_kmod_info"))
      return (struct kmod_info *)(symbols[i].n_value + slide);
  return NULL;
}

static u32 run_initializers(const struct mach_header_64 *image) {
  const struct load_command *command = NULL;
  u32 count = 0;
  while ((command = next_command(image, command))) {
    const struct segment_command_64 *segment = (const void *)command;
    if (command->cmd != LC_SEGMENT_64) continue;
    for (u32 i = 0; i < segment->nsects; i++) {
      const struct section_64 *section = &segment->sections[i];
      u32 type = section->flags & SECTION_TYPE;
      u64 at = section->addr + slide, end = at + section->size;
      if (type == S_MOD_INIT_FUNC_POINTERS)
        for (; at < end; at += 8, count++) (*(void (**)(void))at)();
      if (type == S_INIT_FUNC_OFFSETS)
        for (; at < end; at += 4, count++) ((void (*)(void))((u64)image + *(const u32 *)at))();
    }
  }
  return count;
}

// Starts the kexts in the order of the collection.
void kexts_start(void) {
  if (header->filetype != MH_FILESET) return;
  printf("kext collection at %p, slide 0x%lx\n", (const void *)header, slide);
  const struct load_command *command = NULL;
  while ((command = next_command(header, command))) {
    const struct fileset_entry_command *entry = (const void *)command;
    if (command->cmd != LC_FILESET_ENTRY) continue;
    const char *id = (const char *)entry + entry->entry_id;
    const struct mach_header_64 *image = (const void *)(entry->vmaddr + slide);
    if (image->filetype == MH_EXECUTE) continue; // the kernel
    struct kmod_info *info = kmod_info_of(image);
    // Its own addresses are no fixups: they are as recorded.
    if (!info || info->address != entry->vmaddr) panic("kext %s: bad kmod_info", id);
    info->address += slide;
    u32 initializers = run_initializers(image);
    printf("kext %s %s at %p, %u initializers\n", info->name, info->version, (const void *)image, initializers);
    int result = info->start(info, NULL);
    if (result) panic("kext %s: start returned %d", id, result);
  }
}

// For kexts, whose calling convention passes variable arguments in another way than the kernel's.
void kext_log(const char *kext, const char *text) { printf("%s: %s\n", kext, text); }
void kext_log_value(const char *kext, const char *text, u64 value, const char *unit) {
  printf("%s: %s %lu %s\n", kext, text, value, unit);
}
