import type { Dma } from '../device.js';
import type { HostInput, InputGate } from '../host-input.js';
import { VirtioDevice } from './device.js';
import { scatter, segmentBytes } from './queue.js';

/** Bytes that one request gets at most; a driver asks again for more. */
const MAX_REQUEST = 0x10000;

/** Virtio entropy device (Virtio 1.2, 5.4). */
export class VirtioRng extends VirtioDevice implements HostInput {
  readonly name = 'virtio-rng';
  readonly id = 4;
  readonly features = 0n;
  /** See {@link HostInput}. */
  readonly hostInput = 'entropy';
  gate: InputGate | undefined;

  /** @param random gives so many random bytes; a seeded generator keeps the machine deterministic */
  constructor(
    dma: Dma,
    private readonly random: (size: number) => Uint8Array,
  ) {
    super(dma, 1, new Uint8Array(0));
  }

  protected process(index: number): void {
    this.drain(index, ({ writable }) => {
      const make = (): Uint8Array => this.random(Math.min(segmentBytes(writable), MAX_REQUEST));
      return scatter(this.dma, writable, this.gate?.answers(make) ?? make());
    });
  }

  /** Nothing comes unasked. */
  enter(): void {}
}
