import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { MachOError } from './error.js';
import type { ByteSource } from './source.js';
import { createDemangler, type Demangler } from './symbols/demangle.js';

/** Bytes read at a time. */
const BLOCK = 0x10000;

/**
 * A file whose bytes are read when they are first asked for, 64 KiB blocks at a time; what was read stays in memory.
 * Close it when done.
 *
 * @example
 * using file = new FileSource('kernelcache');
 * const collection = openCollection(file);
 */
export class FileSource implements ByteSource {
  readonly byteLength: number;
  private readonly handle: number;
  private readonly bytes: Uint8Array;
  private readonly loaded: Uint8Array;
  private open = true;

  /** Opens a file. Throws Node's own errors for a file that cannot be read. */
  constructor(readonly path: string) {
    this.handle = openSync(path, 'r');
    this.byteLength = fstatSync(this.handle).size;
    // Fresh zero pages take memory only once they are written.
    this.bytes = new Uint8Array(this.byteLength);
    this.loaded = new Uint8Array(Math.ceil(this.byteLength / BLOCK));
  }

  slice(start: number, end: number): Uint8Array {
    const last = Math.min(end, this.byteLength);
    for (let block = Math.floor(start / BLOCK); block * BLOCK < last; block++) {
      if (this.loaded[block]) continue;
      let stop = block;
      while (stop * BLOCK < last && !this.loaded[stop]) this.loaded[stop++] = 1;
      this.fill(block * BLOCK, Math.min(stop * BLOCK, this.byteLength));
      block = stop - 1;
    }
    return this.bytes.subarray(start, end);
  }

  private fill(start: number, end: number): void {
    if (!this.open) throw new MachOError('out-of-range', `${this.path} is closed`, { offset: start });
    for (let at = start; at < end; ) {
      const count = readSync(this.handle, this.bytes, at, end - at, at);
      if (count === 0) throw new MachOError('truncated', `${this.path} has become shorter`, { offset: at });
      at += count;
    }
  }

  /** Closes the file; bytes read so far stay readable. */
  close(): void {
    if (this.open) closeSync(this.handle);
    this.open = false;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** A demangler for C++ and Rust names, from the package's WebAssembly file. */
export async function loadDemangler(): Promise<Demangler> {
  const path = createRequire(import.meta.url).resolve('gecko-profiler-demangle/index_bg.wasm');
  return createDemangler(new Uint8Array(await readFile(path)));
}

export { type Discovery, discoverKexts } from './node/discover.js';
