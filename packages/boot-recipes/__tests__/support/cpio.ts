/** A member of a cpio archive in the "newc" format. */
export interface CpioMember {
  readonly name: string;
  /** File type and permissions, as in st_mode. */
  readonly mode: number;
  readonly bytes: Uint8Array;
}

const MAGIC = '070701';
const HEADER = 110;
const pad4 = (n: number): number => (n + 3) & ~3;

/** Members of one archive or of several in a row. */
export function* readCpio(archive: Uint8Array): Generator<CpioMember> {
  const text = new TextDecoder('latin1');
  for (let at = 0; at + HEADER <= archive.length; ) {
    if (text.decode(archive.subarray(at, at + 6)) !== MAGIC) {
      at += 4;
      continue;
    }
    const field = (i: number): number =>
      Number.parseInt(text.decode(archive.subarray(at + 6 + 8 * i, at + 14 + 8 * i)), 16);
    const [mode, size, nameSize] = [field(1), field(6), field(11)];
    const start = pad4(at + HEADER + nameSize);
    const name = text.decode(archive.subarray(at + HEADER, at + HEADER + nameSize - 1));
    if (name !== 'TRAILER!!!') yield { name, mode, bytes: archive.subarray(start, start + size) };
    at = pad4(start + size);
  }
}

/** An archive of the members in order. */
export function writeCpio(members: readonly CpioMember[]): Uint8Array {
  const encoder = new TextEncoder();
  const chunks: Uint8Array[] = [];
  const all = [...members, { name: 'TRAILER!!!', mode: 0, bytes: new Uint8Array() }];
  for (const [index, { name, mode, bytes }] of all.entries()) {
    // ino, mode, uid, gid, nlink, mtime, filesize, devmajor, devminor, rdevmajor, rdevminor, namesize, check
    const fields = [index + 1, mode, 0, 0, 1, 0, bytes.length, 0, 0, 0, 0, name.length + 1, 0];
    const head = encoder.encode(`${MAGIC}${fields.map(f => f.toString(16).padStart(8, '0')).join('')}${name}\0`);
    const record = new Uint8Array(pad4(head.length) + pad4(bytes.length));
    record.set(head);
    record.set(bytes, pad4(head.length));
    chunks.push(record);
  }
  const archive = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    archive.set(chunk, at);
    at += chunk.length;
  }
  return archive;
}
