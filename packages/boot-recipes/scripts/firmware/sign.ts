import { createHash } from 'node:crypto';

const LC_SEGMENT_64 = 0x19;
const LC_CODE_SIGNATURE = 0x1d;
const HEADER = 32;
const MACH_PAGE = 0x4000;
/** Pages that are hashed, as Apple's linker hashes them. */
const PAGE_SHIFT = 12;
const DIRECTORY = 88;
const SUPER_BLOB = 20;
const HASH = 32;

/** An ad-hoc code directory (version 0x20400, SHA-256) in its super blob. */
function signatureOf(code: Uint8Array, identifier: string, text: { offset: number; size: number }): Uint8Array {
  const page = 1 << PAGE_SHIFT;
  const slots = Math.ceil(code.length / page);
  const identOffset = DIRECTORY;
  const hashOffset = identOffset + identifier.length + 1;
  const length = hashOffset + slots * HASH;
  const blob = Buffer.alloc(SUPER_BLOB + length);
  [0xfade0cc0, blob.length, 1, 0, SUPER_BLOB].forEach((value, i) => {
    blob.writeUInt32BE(value, 4 * i);
  });
  const directory = blob.subarray(SUPER_BLOB);
  const adHoc = 2;
  [0xfade0c02, length, 0x20400, adHoc, hashOffset, identOffset, 0, slots, code.length].forEach((value, i) => {
    directory.writeUInt32BE(value, 4 * i);
  });
  directory.set([HASH, 2, 0, PAGE_SHIFT], 36);
  directory.writeBigUInt64BE(BigInt(text.offset), 64);
  directory.writeBigUInt64BE(BigInt(text.size), 72);
  directory.write(identifier, identOffset, 'latin1');
  for (let i = 0; i < slots; i++)
    directory.set(
      createHash('sha256')
        .update(code.subarray(i * page, (i + 1) * page))
        .digest(),
      hashOffset + i * HASH,
    );
  return new Uint8Array(blob);
}

/**
 * Signs a Mach-O ad hoc: LC_CODE_SIGNATURE behind its load commands, the signature at the end of `__LINKEDIT`, which must
 * be the last segment. Same input, same bytes.
 */
export function signAdHoc(macho: Uint8Array, identifier: string): Uint8Array {
  const start = (macho.length + 15) & ~15;
  const size = signatureOf(new Uint8Array(start), identifier, { offset: 0, size: 0 }).length;
  const signed = new Uint8Array(start + size);
  signed.set(macho);
  const view = new DataView(signed.buffer);
  const [count, bytes] = [view.getUint32(16, true), view.getUint32(20, true)];
  let text = { offset: 0, size: 0 };
  let at = HEADER;
  for (let i = 0; i < count; i++, at += view.getUint32(at + 4, true)) {
    if (view.getUint32(at, true) !== LC_SEGMENT_64) continue;
    const name = Buffer.from(signed.subarray(at + 8, at + 24))
      .toString('latin1')
      .replace(/\0+$/, '');
    if (name === '__TEXT') text = { offset: 0, size: Number(view.getBigUint64(at + 48, true)) };
    if (name !== '__LINKEDIT') continue;
    const fileSize = signed.length - Number(view.getBigUint64(at + 40, true));
    view.setBigUint64(at + 48, BigInt(fileSize), true);
    view.setBigUint64(at + 32, BigInt(Math.ceil(fileSize / MACH_PAGE) * MACH_PAGE), true);
  }
  if (signed.subarray(at, at + 16).some(byte => byte !== 0)) throw new Error('no room for LC_CODE_SIGNATURE');
  [LC_CODE_SIGNATURE, 16, start, size].forEach((value, i) => {
    view.setUint32(at + 4 * i, value, true);
  });
  view.setUint32(16, count + 1, true);
  view.setUint32(20, bytes + 16, true);
  signed.set(signatureOf(signed.subarray(0, start), identifier, text), start);
  return signed;
}
