// Loads the first program: a static Mach-O executable with LC_UNIXTHREAD.
#include "macho.h"

#define STACK_TOP 0x16fe00000ul
#define STACK_LIMIT (64 * PAGE_SIZE)
u64 user_stack_bottom = STACK_TOP - STACK_LIMIT, user_stack_top = STACK_TOP;

static void load_segment(const struct file *file, const struct segment_command_64 *segment) {
  if (segment->initprot == 0 || segment->vmsize == 0) return; // __PAGEZERO
  if ((segment->vmaddr & (PAGE_SIZE - 1)) || segment->vmaddr >> 47 || segment->vmsize >> 30 ||
      segment->filesize > segment->vmsize || segment->fileoff > file->size ||
      segment->filesize > file->size - segment->fileoff)
    panic("init program: bad segment %s", segment->segname);
  for (u64 offset = 0; offset < segment->vmsize; offset += PAGE_SIZE) {
    u64 pa = page_alloc();
    if (offset < segment->filesize) {
      u64 length = segment->filesize - offset;
      if (length > PAGE_SIZE) length = PAGE_SIZE;
      memcpy(PHYS_TO_VIRT(pa), file->data + segment->fileoff + offset, length);
      if (segment->initprot & PROT_EXECUTE) cache_text_written(PHYS_TO_VIRT(pa), PAGE_SIZE);
    }
    user_enter(segment->vmaddr + offset, pa, (int)segment->initprot);
  }
}

static u64 load_image(const struct file *file) {
  const struct mach_header_64 *header = (const void *)file->data;
  if (file->size < sizeof *header || header->magic != MH_MAGIC_64 || header->cputype != CPU_TYPE_ARM64 ||
      header->filetype != MH_EXECUTE || header->sizeofcmds > file->size - sizeof *header)
    panic("init program is not an arm64 Mach-O executable");
  const u8 *at = (const u8 *)(header + 1), *end = at + header->sizeofcmds;
  u64 entry = 0;
  for (u32 i = 0; i < header->ncmds; i++) {
    const struct load_command *command = (const void *)at;
    if ((u64)(end - at) < sizeof *command || command->cmdsize < sizeof *command ||
        command->cmdsize > (u64)(end - at) || (command->cmdsize & 7))
      panic("init program: bad load command %u", i);
    if (command->cmd == LC_SEGMENT_64 && command->cmdsize >= sizeof(struct segment_command_64))
      load_segment(file, (const void *)command);
    const struct thread_command *thread = (const void *)command;
    if (command->cmd == LC_UNIXTHREAD && command->cmdsize >= sizeof *thread && thread->flavor == ARM_THREAD_STATE64)
      entry = thread->pc;
    at += command->cmdsize;
  }
  return entry;
}

// Puts argc, argv, an empty environment and the strings at the top of the stack; returns the stack pointer.
static u64 build_stack(const char *const *arguments, u64 count) {
  u64 vector[8], at = STACK_TOP;
  vector[0] = count;
  for (u64 i = 0; i < count; i++) {
    at -= strlen(arguments[i]) + 1;
    vector[1 + i] = at;
    if (copyout(arguments[i], at, strlen(arguments[i]) + 1)) panic("init program: no stack");
  }
  vector[1 + count] = vector[2 + count] = vector[3 + count] = 0; // argv, envp and apple end
  at = ROUND_DOWN(at - (4 + count) * 8, 16);
  if (copyout(vector, at, (4 + count) * 8)) panic("init program: no stack");
  return at;
}

void exec_init_program(const char *path, bool single_user) {
  struct file file;
  printf("load_init_program: attempting to load %s\n", path);
  if (!ramdisk_open(path, &file)) panic("%s is not on the RAM disk", path);
  user_map_create();
  struct context *context = &user_context.saved;
  memset(context, 0, sizeof *context);
  context->pc = load_image(&file);
  const char *arguments[] = {path, "-s"};
  context->sp = build_stack(arguments, single_user ? 2 : 1);
  context->cpsr = 0; // EL0, nothing masked
  return_to_user();
}
