import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import type { BlockStore } from '../devices/virtio/blk.js';

/**
 * A disk whose contents are a file, read and written in place. Errors of the file system reach the guest as I/O errors.
 *
 * @example
 * const disk = new FileDisk('root.img', { readOnly: true });
 * const virt = createVirt({ virtio: [dma => new VirtioBlock(dma, disk)] });
 */
export class FileDisk implements BlockStore {
  readonly size: number;
  readonly readOnly: boolean;
  private readonly file: number;

  /** Opens `path`; throws the file system's error. */
  constructor(path: string, options: { readonly readOnly?: boolean } = {}) {
    this.readOnly = options.readOnly ?? false;
    this.file = openSync(path, this.readOnly ? 'r' : 'r+');
    this.size = fstatSync(this.file).size;
  }

  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const n = readSync(this.file, bytes, done, length - done, offset + done);
      // The file was cut short behind our back.
      if (n === 0) throw new RangeError(`the file ends at ${offset + done}`);
      done += n;
    }
    return bytes;
  }

  write(offset: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; )
      done += writeSync(this.file, bytes, done, bytes.length - done, offset + done);
  }

  flush(): void {
    fsyncSync(this.file);
  }

  /** Closes the file; the disk cannot be used any more. */
  close(): void {
    closeSync(this.file);
  }
}
