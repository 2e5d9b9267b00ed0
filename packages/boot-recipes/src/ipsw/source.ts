import { BootError } from '../error.js';

/** A file of which parts are read, wherever it is. */
export interface RandomAccess {
  /** For messages: path or address. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** `length` bytes from `offset`, fewer only at the end of the file. */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/**
 * A file in memory as a source.
 *
 * @example
 * ```ts
 * import { memorySource } from 'boot-recipes';
 *
 * const part = await memorySource('abc', Uint8Array.of(1, 2, 3)).read(1, 9);
 * if (part.length !== 2) throw new Error('fewer at the end');
 * ```
 */
export const memorySource = (name: string, bytes: Uint8Array): RandomAccess => ({
  name,
  size: bytes.length,
  read: async (offset, length) => bytes.subarray(offset, offset + length),
  close: async () => {},
});

const TRIES = 3;

async function request(url: string, first: number, last: number): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await fetch(url, { headers: { Range: `bytes=${first}-${last}` } });
    } catch (cause) {
      if (attempt === TRIES) throw new BootError('missing-input', 'the server does not answer', { path: url, cause });
    }
  }
}

/**
 * A file behind HTTP, read in ranges: the server must support them.
 *
 * @throws {@link BootError} `missing-input` when it cannot be had, `unsupported` from servers without ranges
 * @example
 * ```ts no-run
 * import { httpSource } from 'boot-recipes';
 *
 * const { size } = await httpSource('https://example.com/some.ipsw');
 * ```
 */
export async function httpSource(url: string): Promise<RandomAccess> {
  const ranged = async (first: number, last: number): Promise<{ bytes: Uint8Array; total: number }> => {
    const response = await request(url, first, last);
    const total = Number(/\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1] ?? Number.NaN);
    if (response.status !== 206 || Number.isNaN(total)) {
      await response.body?.cancel();
      if (response.status === 200)
        throw new BootError('unsupported', 'the server sends whole files only; download it and give its path', {
          path: url,
        });
      throw new BootError('missing-input', `the server answers ${response.status}`, { path: url });
    }
    return { bytes: new Uint8Array(await response.arrayBuffer()), total };
  };
  const { total: size } = await ranged(0, 0);
  return {
    name: url,
    size,
    read: async (offset, length) => {
      const end = Math.min(offset + length, size);
      if (end <= offset) return new Uint8Array();
      const { bytes } = await ranged(offset, end - 1);
      if (bytes.length !== end - offset)
        throw new BootError('truncated', `${bytes.length} of ${end - offset} bytes came`, { offset, path: url });
      return bytes;
    },
    close: async () => {},
  };
}
