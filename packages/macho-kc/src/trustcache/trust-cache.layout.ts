// XNU osfmk/kern/trustcache.h and its successors; loader wrapper as iBoot hands it over.
import { bytes, layout, u8, u32 } from '@internal/binary/layout';

export const TrustCacheHeader = layout('trust_cache_module', 'little', {
  version: u32('0, 1 or 2'),
  uuid: bytes(16, 'UUID of the module'),
  num_entries: u32('entries that follow'),
});

export const TrustCacheEntry0 = layout('trust_cache_entry0', 'little', { cdhash: bytes(20, 'cdhash') });

export const TrustCacheEntry1 = layout('trust_cache_entry1', 'little', {
  cdhash: bytes(20, 'cdhash'),
  hash_type: u8('1 SHA-1, 2 SHA-256, 3 SHA-256 cut, 4 SHA-384'),
  flags: u8('bit 0: the cdhash of amfid'),
});

export const TrustCacheEntry2 = layout('trust_cache_entry2', 'little', {
  cdhash: bytes(20, 'cdhash'),
  hash_type: u8('1 SHA-1, 2 SHA-256, 3 SHA-256 cut, 4 SHA-384'),
  flags: u8('bit 0: the cdhash of amfid'),
  constraint_category: u8('launch constraint category'),
  reserved: u8('0'),
});

export const TrustCacheWrapper = layout('serialized_trust_caches', 'little', {
  num_caches: u32('modules; that many 32-bit offsets follow'),
});
