// osfmk/mach/kmod.h: kmod_info_64_v1, packed to 4 bytes.
import { bytes, i32, layout, u32, u64 } from '@internal/binary/layout';

export const KmodInfo = layout('kmod_info_64_v1', 'little', {
  next_addr: u64('next in the list; 0 before loading'),
  info_version: i32('1 in files; the builder leaves it'),
  id: u32('load tag'),
  name: bytes(64, 'bundle identifier, NUL-padded'),
  version: bytes(64, 'version, NUL-padded'),
  reference_count: i32('references'),
  reference_list_addr: u64('list of references'),
  address: u64('address of the image'),
  size: u64('bytes of the image'),
  hdr_size: u64('bytes of its header'),
  start_addr: u64('start routine'),
  stop_addr: u64('stop routine'),
});
