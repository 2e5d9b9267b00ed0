// Code signatures: LC_CODE_SIGNATURE's super blob with a code directory of SHA-256 hashes, all big-endian.
#include "macho.h"

enum { EACCES = 13, EBADEXEC = 85, EBADMACHO = 88 };
enum { SUPER_BLOB = 0xfade0cc0, CODE_DIRECTORY = 0xfade0c02, SLOT_CODE_DIRECTORY = 0, SHA256 = 2 };
struct __attribute__((packed)) code_directory {
  u32 magic, length, version, flags, hash_offset, ident_offset, special_slots, code_slots, code_limit;
  u8 hash_size, hash_type, platform, page_shift;
};

static u32 big(const void *at) {
  u32 value;
  memcpy(&value, at, 4);
  return __builtin_bswap32(value);
}

static const struct code_directory *directory_of(const struct file *file, u64 offset, u64 size) {
  if (offset > file->size || size > file->size - offset || size < 12) return NULL;
  const u8 *blob = file->data + offset;
  u32 count = big(blob + 8);
  if (big(blob) != SUPER_BLOB || count > (size - 12) / 8) return NULL;
  for (u32 i = 0; i < count; i++) {
    u64 at = big(blob + 16 + 8 * i);
    if (big(blob + 12 + 8 * i) != SLOT_CODE_DIRECTORY) continue;
    if (at > size || size - at < sizeof(struct code_directory)) return NULL;
    const struct code_directory *directory = (const void *)(blob + at);
    u32 length = big(&directory->length), slots = big(&directory->code_slots), hashes = big(&directory->hash_offset);
    if (big(&directory->magic) != CODE_DIRECTORY || length > size - at || directory->hash_type != SHA256 ||
        directory->hash_size != 32 || directory->page_shift < 12 || directory->page_shift > 14 || hashes > length ||
        slots > (length - hashes) / 32 || big(&directory->code_limit) > file->size)
      return NULL;
    return directory;
  }
  return NULL;
}

static void print_hash(const u8 *hash) {
  for (u32 i = 0; i < 20; i++) printf("%02x", hash[i]);
}

// Checks the pages of a program against its signature and, when there is a trust cache, that it lists the signature's
// hash; 0 or an errno, with the reason printed.
int codesign_check(const char *path, const struct file *file, u64 offset, u64 size) {
  if (!offset && trust_cache_present()) {
    printf("CODE SIGNING: %s has no code signature\n", path);
    return EACCES;
  }
  if (!offset) return 0;
  const struct code_directory *directory = directory_of(file, offset, size);
  if (!directory) {
    printf("CODE SIGNING: %s: malformed code signature\n", path);
    return EBADMACHO;
  }
  u8 hash[32];
  sha256(directory, big(&directory->length), hash);
  bool listed = trust_cache_has(hash);
  printf("CODE SIGNING: %s: cdhash ", path);
  print_hash(hash);
  printf(" %s\n", listed ? "is in trust cache module 0"
                         : trust_cache_present() ? "is not in the trust cache" : "(nothing to compare it with)");
  if (!listed && trust_cache_present()) return EACCES;
  u64 limit = big(&directory->code_limit), page = 1ul << directory->page_shift, slots = big(&directory->code_slots);
  if (slots != (limit + page - 1) / page || limit < offset) {
    printf("CODE SIGNING: %s: the signature covers 0x%lx of 0x%lx bytes\n", path, limit, offset);
    return EBADEXEC;
  }
  const u8 *hashes = (const u8 *)directory + big(&directory->hash_offset);
  for (u64 i = 0; i < slots; i++) {
    u64 start = i * page, length = limit - start < page ? limit - start : page;
    sha256(file->data + start, length, hash);
    if (memcmp(hash, hashes + 32 * i, 32) == 0) continue;
    printf("CODE SIGNING: cs_invalid_page: %s: page %lu at 0x%lx has another hash\n", path, i, start);
    return EBADEXEC;
  }
  return 0;
}
