import type { Frame } from './protocol.js';

/** Sends what a framebuffer shows whenever it has changed. */
export class FrameSource {
  private last: Uint8Array | undefined;
  private readonly timer: ReturnType<typeof setInterval>;

  /** `interval`: milliseconds between looks. */
  constructor(
    private readonly screen: () => Frame,
    interval: number,
    private readonly send: (frame: Frame) => void,
  ) {
    this.timer = setInterval(() => this.look(), interval);
    this.look();
  }

  /** Sends a frame now if it is another one. */
  look(): void {
    const { width, height, rowBytes, bytes } = this.screen();
    if (this.last !== undefined && isSame(this.last, bytes)) return;
    // With shared memory the client has the same bytes, otherwise a copy.
    if (this.last?.length !== bytes.length) this.last = shared(bytes.length) ?? new Uint8Array(bytes.length);
    this.last.set(bytes);
    this.send({ width, height, rowBytes, bytes: this.last });
  }
  stop(): void {
    clearInterval(this.timer);
  }
}

/** Bytes that both ends of a channel can have; undefined where the host does not allow that. */
export function shared(size: number): Uint8Array | undefined {
  // Pages that are not isolated cannot send it.
  const { SharedArrayBuffer: Shared, crossOriginIsolated } = globalThis as {
    SharedArrayBuffer?: typeof SharedArrayBuffer;
    crossOriginIsolated?: boolean;
  };
  return Shared === undefined || crossOriginIsolated === false ? undefined : new Uint8Array(new Shared(size));
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
