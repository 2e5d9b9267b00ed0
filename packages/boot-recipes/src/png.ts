import { crc32 } from './ipsw/zip.js';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const TRUE_COLOUR = 2;

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

async function zlib(data: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([data as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A picture as a guest has it in memory: 32 bits for each pixel, B, G, R and one that is ignored. */
export interface Picture {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Bytes from a row to the next. */
  readonly rowBytes: number;
  readonly bytes: Uint8Array;
}

/**
 * A picture as a PNG file (ISO/IEC 15948): 8 bits for each colour, no alpha.
 *
 * @example
 * ```ts
 * import { encodePng } from 'boot-recipes';
 *
 * const png = await encodePng({ width: 1, height: 1, rowBytes: 4, bytes: Uint8Array.of(255, 0, 0, 0) });
 * if (png[1] !== 0x50) throw new Error('one blue pixel');
 * ```
 */
export async function encodePng({ width, height, rowBytes, bytes }: Picture): Promise<Uint8Array> {
  const lines = new Uint8Array(height * (1 + 3 * width));
  let at = 0;
  for (let y = 0; y < height; y++) {
    lines[at++] = 0; // no filter
    for (let x = 0, from = y * rowBytes; x < width; x++, from += 4) {
      lines[at++] = bytes[from + 2]!;
      lines[at++] = bytes[from + 1]!;
      lines[at++] = bytes[from]!;
    }
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = 8;
  header[9] = TRUE_COLOUR;
  const parts = [SIGNATURE, chunk('IHDR', header), chunk('IDAT', await zlib(lines)), chunk('IEND', new Uint8Array())];
  const file = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) {
    file.set(part, end);
    end += part.length;
  }
  return file;
}
