/** RFC 1950 by the host's streams. */

/** Deflates bytes. */
export function deflated(bytes: Uint8Array): Promise<Uint8Array> {
  return piped(bytes, new CompressionStream('deflate'), Number.POSITIVE_INFINITY);
}
/** Inflates bytes; rejects when they are damaged, or come to more than `limit`. */
export function inflated(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  return piped(bytes, new DecompressionStream('deflate'), limit);
}

async function piped(
  bytes: Uint8Array,
  through: CompressionStream | DecompressionStream,
  limit: number,
): Promise<Uint8Array> {
  const writer = through.writable.getWriter();
  // Errors of the writer come up at the reader too.
  writer.write(bytes as Uint8Array<ArrayBuffer>).catch(() => {});
  writer.close().catch(() => {});
  const parts: Uint8Array[] = [];
  let total = 0;
  const reader = through.readable.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    total += part.value.length;
    if (total > limit) throw new RangeError(`more than ${limit} bytes`);
    parts.push(part.value);
  }
  const out = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
