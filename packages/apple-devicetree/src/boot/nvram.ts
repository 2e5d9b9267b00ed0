import { concatBytes, encodeText, latin1 } from '../bytes.js';
import { fail } from '../error.js';
import { ChrpHeaderSize, NvramBankSize, readChrpHeader, writeChrpHeader, writeNvramBank } from './nvram.generated.js';

const BANK = 0x5a;
const SYSTEM = 0x70;
const FREE = 0x7f;
/** Partition sizes are counted in blocks of this many bytes, which is also the size of a header. */
const BLOCK = ChrpHeaderSize;
const BANK_SIZE = ChrpHeaderSize + NvramBankSize;

/** Byte sum of the header at `at` without its checksum, with the carry added back in. */
function checksum(image: Uint8Array, at: number): number {
  let sum = 0;
  for (let i = 0; i < ChrpHeaderSize; i++) if (i !== 1) sum += image[at + i]!;
  while (sum > 0xff) sum = (sum & 0xff) + (sum >> 8);
  return sum;
}

function partition(signature: number, text: string, size: number, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(size);
  const name = new Uint8Array(12);
  name.set(encodeText(text));
  writeChrpHeader({ signature, checksum: 0, length: size / BLOCK, name }, bytes, 0, fail);
  bytes[1] = checksum(bytes, 0);
  bytes.set(data, ChrpHeaderSize);
  return bytes;
}

/** RFC 1950, section 8. */
function adler32(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (const byte of bytes) {
    low = (low + byte) % 65521;
    high = (high + low) % 65521;
  }
  return ((high << 16) | low) >>> 0;
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
 * An NVRAM image for `/chosen nvram-proxy-data`: the header that kernels of macOS 12 and later ask for (a partition
 * `nvram` of 32 bytes with a checksum of the image), a `common` partition with the variables, and a free one.
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
  if (!Number.isInteger(size / BLOCK) || size < 6 * BLOCK || size / BLOCK > 0xffff)
    throw fail('out-of-range', `an NVRAM image of ${size} bytes`);
  const all = { 'nonce-seeds': new Uint8Array(SEEDS * SEED_SIZE), ...variables };
  const data = concatBytes(
    Object.entries(all).flatMap(([name, value]) => [
      encodeText(`${name}=`),
      typeof value === 'string' ? encodeText(value) : escapeNvramValue(value),
      Uint8Array.of(0),
    ]),
  );
  const common = Math.floor(size / 4 / BLOCK) * BLOCK;
  const needed = Math.ceil((BLOCK + data.length + 1) / BLOCK) * BLOCK;
  const commonSize = Math.max(common, needed);
  const free = size - BANK_SIZE - commonSize;
  if (free < BLOCK) throw fail('out-of-range', `${data.length} bytes of variables do not fit in ${size} bytes`);
  const image = concatBytes([
    partition(BANK, 'nvram', BANK_SIZE, new Uint8Array()),
    partition(SYSTEM, 'common', commonSize, data),
    partition(FREE, 'wwwwwwwwwwww', free, new Uint8Array()),
  ]);
  const bank = { adler: 0, generation: 1, padding: new Uint8Array(8) };
  writeNvramBank(bank, image, ChrpHeaderSize, fail);
  writeNvramBank({ ...bank, adler: adler32(image.subarray(ChrpHeaderSize + 4)) }, image, ChrpHeaderSize, fail);
  return image;
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
  for (let offset = 0; offset + ChrpHeaderSize <= image.length; ) {
    const { signature, length, name, checksum: said } = readChrpHeader(image, offset, fail);
    const size = length * BLOCK;
    if (size === 0 || size > image.length - offset) break;
    const nul = name.indexOf(0);
    const text = latin1(name, 0, nul < 0 ? name.length : nul);
    found.push({ name: text, signature, offset, size, checksumOk: checksum(image, offset) === said });
    offset += size;
  }
  return found;
}

/** Variables of a partition: text up to each NUL, values as they stand (escaped). */
export function nvramVariables(image: Uint8Array, { offset, size }: NvramPartition): Map<string, string> {
  const variables = new Map<string, string>();
  for (const text of latin1(image, offset + ChrpHeaderSize, offset + size).split('\0')) {
    const equals = text.indexOf('=');
    if (equals > 0) variables.set(text.slice(0, equals), text.slice(equals + 1));
  }
  return variables;
}
