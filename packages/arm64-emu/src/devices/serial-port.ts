import type { HostInput, InputGate } from './host-input.js';

/**
 * The host's end of a serial line. The UART sends to `output` and takes what `receive` queued when
 * its FIFO has room, so nothing is lost however fast the host types.
 *
 * @example
 * const port = new SerialPort();
 * port.output = byte => process.stdout.write(Uint8Array.of(byte));
 * port.receive(new TextEncoder().encode('uname -m\n'));
 */
export class SerialPort implements HostInput {
  /** See {@link Stateful}. */
  readonly stateFields = ['queue', 'head'];
  /** Called with each byte that the guest sends. */
  output: ((byte: number) => void) | undefined;
  /** Set by the UART: called when input arrived. */
  onInput: (() => void) | undefined;
  /** See {@link HostInput}. */
  readonly hostInput = 'serial';
  gate: InputGate | undefined;
  private queue: number[] = [];
  private head = 0;

  /** Queues bytes for the guest. */
  receive(bytes: Uint8Array): void {
    if (bytes.length > 0 && this.gate?.arrives(bytes) !== true) this.enter(bytes);
  }
  enter(bytes: Uint8Array): void {
    for (const byte of bytes) this.queue.push(byte);
    this.onInput?.();
  }

  /** Number of bytes that wait to be taken. */
  get pending(): number {
    return this.queue.length - this.head;
  }

  /** Removes and returns the oldest byte. */
  take(): number | undefined {
    if (this.head === this.queue.length) return undefined;
    const byte = this.queue[this.head++]!;
    if (this.head > 4096 || this.head === this.queue.length) {
      this.queue = this.queue.slice(this.head);
      this.head = 0;
    }
    return byte;
  }
}
