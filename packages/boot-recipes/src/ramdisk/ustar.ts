/** A file of the archive. */
export interface UstarFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Permissions. */
  readonly mode: number;
}

const BLOCK = 512;

/** A POSIX ustar archive with nothing in it that depends on time or place, padded with zeroes to `unit` bytes. */
export function writeUstar(files: readonly UstarFile[], unit: number): Uint8Array {
  const size = files.reduce((sum, { bytes }) => sum + BLOCK + Math.ceil(bytes.length / BLOCK) * BLOCK, 2 * BLOCK);
  const archive = new Uint8Array(Math.ceil(size / unit) * unit);
  const encoder = new TextEncoder();
  let at = 0;
  for (const { name, bytes, mode } of files) {
    const header = archive.subarray(at, at + BLOCK);
    const put = (offset: number, text: string): void => {
      header.set(encoder.encode(text), offset);
    };
    const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
    put(0, name);
    put(100, octal(mode, 7));
    put(108, octal(0, 7));
    put(116, octal(0, 7));
    put(124, octal(bytes.length, 11));
    put(136, octal(0, 11));
    put(148, '        ');
    put(156, '0');
    put(257, 'ustar\x0000');
    const sum = header.reduce((total, byte) => total + byte, 0);
    put(148, `${octal(sum, 6)} `);
    archive.set(bytes, at + BLOCK);
    at += BLOCK + Math.ceil(bytes.length / BLOCK) * BLOCK;
  }
  return archive;
}
