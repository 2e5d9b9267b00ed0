/** CRC32 and CRC32C. */
import { routine } from '../spec/routines.js';

/** The table of a reflected polynomial. */
function table(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, i) => {
    let c = i;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ polynomial : c >>> 1;
    return c;
  });
}
/** Arguments: checksum in the low half, data in the high half; `param` is the number of bytes. */
function checksum(name: string, polynomial: number): void {
  const t = table(polynomial);
  routine(name, (view, at, count) => {
    let c = view.getUint32(at, true);
    for (let i = 0; i < count; i++) c = t[(c ^ view.getUint8(at + 8 + i)) & 255]! ^ (c >>> 8);
    view.setUint32(at, c, true);
  });
}
checksum('crc32', 0xedb88320);
checksum('crc32c', 0x82f63b78);
