import { BootError } from '../error.js';

/** Whether `bytes` begin as a gzip member does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Decompresses a gzip file; other bytes are returned as they are.
 *
 * @param limit most bytes that may come out
 * @throws {@link BootError} `bad-value` for damaged data, `out-of-range` when more than `limit` bytes come out
 * @example const image = await gunzip(await readFile('Image.gz'));
 */
export async function gunzip(bytes: Uint8Array, limit = 2 ** 30): Promise<Uint8Array> {
  if (!isGzip(bytes)) return bytes;
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('gzip'));
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new BootError('bad-value', 'damaged gzip data', { path: 'gzip', cause });
    });
    if (done) break;
    size += value.length;
    if (size > limit) {
      await reader.cancel();
      throw new BootError('out-of-range', `more than ${limit} bytes come out`, { path: 'gzip' });
    }
    chunks.push(value);
  }
  const out = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}
