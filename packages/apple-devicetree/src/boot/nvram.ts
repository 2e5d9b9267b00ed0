import { concatBytes, encodeText, latin1, viewOf } from '../bytes.js';
import { fail } from '../error.js';

/** A CHRP partition's header: u8 signature, u8 checksum, u16 length in 16-byte blocks, char name[12]. */
const HEADER = 16;
const SYSTEM = 0x70;
const FREE = 0x7f;

/** Byte sum of a header without its checksum, with the carry added back in. */
function checksum(header: Uint8Array): number {
  let sum = 0;
  header.forEach((byte, i) => {
    if (i === 1) return;
    sum += byte;
    if (sum > 0xff) sum = (sum & 0xff) + 1;
  });
  return sum;
}

function partition(signature: number, name: string, size: number, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes[0] = signature;
  viewOf(bytes).setUint16(2, size / HEADER, true);
  bytes.set(encodeText(name), 4);
  bytes[1] = checksum(bytes.subarray(0, HEADER));
  bytes.set(data, HEADER);
  return bytes;
}

/** Binary values in NVRAM text: a run of zeroes or of 0xff is 0xff and a count, with bit 7 set for 0xff (xnu `IONVRAM.cpp`). */
export function escapeNvramValue(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let i = 0; i < bytes.length; ) {
    const byte = bytes[i]!;
    if (byte !== 0 && byte !== 0xff) {
      out.push(byte);
      i++;
      continue;
    }
    let count = 0;
    while (i < bytes.length && bytes[i] === byte && count < 0x7f) {
      count++;
      i++;
    }
    out.push(0xff, (byte & 0x80) | count);
  }
  return Uint8Array.from(out);
}

/** Records of `nonce-seeds`: how many, and the size of each in bytes (u64 and 16 bytes). */
const SEEDS = 4;
const SEED_SIZE = 24;

/** What a new NVRAM image holds. */
export interface NvramOptions {
  /** Variables of the `common` partition: text, or bytes that are escaped. */
  readonly variables?: Readonly<Record<string, string | Uint8Array>> | undefined;
  /** Size of the image in bytes, a multiple of 16; 0x2000 when not given. */
  readonly size?: number | undefined;
}

/**
 * An NVRAM image for `/chosen nvram-proxy-data`: a `common` partition with the variables, and a free one.
 *
 * Without `nonce-seeds` among the variables it has empty ones, because AppleImage4 dereferences null otherwise.
 *
 * @throws {@link DeviceTreeError} `out-of-range` when the variables do not fit
 * @example
 * ```ts
 * import { createTree, nvramImage } from 'apple-devicetree';
 * const image = nvramImage({ variables: { 'auto-boot': 'true' } });
 * createTree().root.addNode('chosen').setBytes('nvram-proxy-data', image);
 * ```
 */
export function nvramImage({ variables = {}, size = 0x2000 }: NvramOptions = {}): Uint8Array {
  if (!Number.isInteger(size / HEADER) || size < 4 * HEADER || size / HEADER > 0xffff)
    throw fail('out-of-range', `an NVRAM image of ${size} bytes`);
  const all = { 'nonce-seeds': new Uint8Array(SEEDS * SEED_SIZE), ...variables };
  const data = concatBytes(
    Object.entries(all).flatMap(([name, value]) => [
      encodeText(`${name}=`),
      typeof value === 'string' ? encodeText(value) : escapeNvramValue(value),
      Uint8Array.of(0),
    ]),
  );
  const common = Math.floor(size / 4 / HEADER) * HEADER;
  const needed = Math.ceil((HEADER + data.length + 1) / HEADER) * HEADER;
  const commonSize = Math.max(common, needed);
  if (commonSize > size - HEADER)
    throw fail('out-of-range', `${data.length} bytes of variables do not fit in ${size} bytes`);
  return concatBytes([
    partition(SYSTEM, 'common', commonSize, data),
    partition(FREE, 'wwwwwwwwwwww', size - commonSize, new Uint8Array()),
  ]);
}

/** A partition found in an NVRAM image; offset and size in bytes. */
export interface NvramPartition {
  readonly name: string;
  readonly signature: number;
  readonly offset: number;
  readonly size: number;
  readonly checksumOk: boolean;
}

/** The chain of partitions, up to the first header that makes no sense. */
export function nvramPartitions(image: Uint8Array): NvramPartition[] {
  const found: NvramPartition[] = [];
  for (let offset = 0; offset + HEADER <= image.length; ) {
    const header = image.subarray(offset, offset + HEADER);
    const size = viewOf(header).getUint16(2, true) * HEADER;
    if (size === 0 || size > image.length - offset) break;
    const nul = header.indexOf(0, 4);
    found.push({
      name: latin1(header, 4, nul < 0 ? HEADER : nul),
      signature: header[0]!,
      offset,
      size,
      checksumOk: checksum(header) === header[1],
    });
    offset += size;
  }
  return found;
}

/** Variables of a partition: text up to each NUL, values as they stand (escaped). */
export function nvramVariables(image: Uint8Array, { offset, size }: NvramPartition): Map<string, string> {
  const variables = new Map<string, string>();
  for (const text of latin1(image, offset + HEADER, offset + size).split('\0')) {
    const equals = text.indexOf('=');
    if (equals > 0) variables.set(text.slice(0, equals), text.slice(equals + 1));
  }
  return variables;
}
