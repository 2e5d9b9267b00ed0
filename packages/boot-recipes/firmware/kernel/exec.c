// Loads the first program: a static Mach-O executable with LC_UNIXTHREAD whose signature the trust cache knows.
#include "macho.h"

enum { ENOENT = 2, ENOEXEC = 8, EBADARCH = 86, EBADMACHO = 88 };
#define STACK_TOP 0x16fe00000ul
#define STACK_LIMIT (64 * PAGE_SIZE)
u64 user_stack_bottom = STACK_TOP - STACK_LIMIT, user_stack_top = STACK_TOP;

// What the load commands say.
struct image {
  u64 entry, signature, signature_size;
};

static bool segment_good(const struct file *file, const struct segment_command_64 *segment) {
  return !(segment->vmaddr & (PAGE_SIZE - 1)) && !(segment->vmaddr >> 47) && !(segment->vmsize >> 30) &&
         segment->filesize <= segment->vmsize && segment->fileoff <= file->size &&
         segment->filesize <= file->size - segment->fileoff;
}

static bool segment_used(const struct segment_command_64 *segment) {
  return segment->initprot != 0 && segment->vmsize != 0; // not __PAGEZERO
}

static void load_segment(const struct file *file, const struct segment_command_64 *segment) {
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

// Reads the load commands and checks them, without loading anything; 0 or an errno.
static int parse(const struct file *file, struct image *image) {
  const struct mach_header_64 *header = (const void *)file->data;
  if (file->size < sizeof *header || header->magic != MH_MAGIC_64) return ENOEXEC;
  if (header->cputype != CPU_TYPE_ARM64) return EBADARCH;
  if (header->filetype != MH_EXECUTE || header->sizeofcmds > file->size - sizeof *header) return EBADMACHO;
  const u8 *at = (const u8 *)(header + 1), *end = at + header->sizeofcmds;
  for (u32 i = 0; i < header->ncmds; i++) {
    const struct load_command *command = (const void *)at;
    if ((u64)(end - at) < sizeof *command || command->cmdsize < sizeof *command ||
        command->cmdsize > (u64)(end - at) || (command->cmdsize & 7))
      return EBADMACHO;
    const struct segment_command_64 *segment = (const void *)command;
    if (command->cmd == LC_SEGMENT_64 &&
        (command->cmdsize < sizeof *segment || (segment_used(segment) && !segment_good(file, segment))))
      return EBADMACHO;
    const struct thread_command *thread = (const void *)command;
    if (command->cmd == LC_UNIXTHREAD && command->cmdsize >= sizeof *thread && thread->flavor == ARM_THREAD_STATE64)
      image->entry = thread->pc;
    const struct linkedit_data_command *data = (const void *)command;
    if (command->cmd == LC_CODE_SIGNATURE && command->cmdsize >= sizeof *data) {
      image->signature = data->dataoff;
      image->signature_size = data->datasize;
    }
    at += command->cmdsize;
  }
  return image->entry ? 0 : EBADMACHO;
}

static void load(const struct file *file) {
  const struct mach_header_64 *header = (const void *)file->data;
  const struct load_command *command = (const void *)(header + 1);
  for (u32 i = 0; i < header->ncmds; i++) {
    if (command->cmd == LC_SEGMENT_64 && segment_used((const void *)command)) load_segment(file, (const void *)command);
    command = (const void *)((const u8 *)command + command->cmdsize);
  }
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
  struct image image = {0, 0, 0};
  printf("load_init_program: attempting to load %s\n", path);
  int error = ramdisk_open(path, &file) ? parse(&file, &image) : ENOENT;
  if (!error) error = codesign_check(path, &file, image.signature, image.signature_size);
  if (error) panic("Process 1 exec of %s failed, errno %d", path, error);
  user_map_create();
  load(&file);
  struct context *context = &user_context.saved;
  memset(context, 0, sizeof *context);
  context->pc = image.entry;
  const char *arguments[] = {path, "-s"};
  context->sp = build_stack(arguments, single_user ? 2 : 1);
  context->cpsr = 0; // EL0, nothing masked
  return_to_user();
}
