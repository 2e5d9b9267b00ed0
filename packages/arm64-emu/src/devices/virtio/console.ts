import type { Dma } from '../device.js';
import type { SerialPort } from '../serial-port.js';
import { VirtioDevice } from './device.js';
import { gather, QueueFault, scatter, segmentBytes } from './queue.js';

const F_EMERG_WRITE = 1n << 2n;
const RECEIVE = 0;
const TRANSMIT = 1;
const EMERG_WR = 8;
/** Bytes that one request may send: as much as Linux's driver ever does. */
const MAX_REQUEST = 0x10000;

/** Virtio console (Virtio 1.2, 5.3) with one port: Linux's hvc0. */
export class VirtioConsole extends VirtioDevice {
  /** See {@link Stateful}. */
  override readonly stateFields = ['status', 'driverFeatures', 'queues', 'config', 'port'];
  readonly name = 'virtio-console';
  readonly id = 3;
  readonly features = F_EMERG_WRITE;

  constructor(
    dma: Dma,
    private readonly port: SerialPort,
  ) {
    super(dma, 2, new Uint8Array(12));
    port.onInput = () => this.notify(RECEIVE);
  }

  protected process(index: number): void {
    if (index === TRANSMIT)
      this.drain(TRANSMIT, ({ readable }) => {
        if (segmentBytes(readable) > MAX_REQUEST) throw new QueueFault('too much output in one request');
        for (const byte of gather(this.dma, readable)) this.port.output?.(byte);
        return 0;
      });
    else if (this.port.pending > 0) this.receive();
  }

  /** One byte at offset 8 goes out at once, driver or not. */
  override writeConfig(offset: number, value: number): void {
    if (offset === EMERG_WR) this.port.output?.(value);
  }

  private receive(): void {
    const queue = this.queues[RECEIVE]!;
    let wanted = false;
    for (let left = queue.size; left > 0 && this.port.pending > 0; left--) {
      const chain = queue.pop();
      if (chain === undefined) break;
      const count = Math.min(segmentBytes(chain.writable), this.port.pending);
      const bytes = Uint8Array.from({ length: count }, () => this.port.take()!);
      wanted = queue.push(chain, scatter(this.dma, chain.writable, bytes)) || wanted;
    }
    if (wanted) this.interrupt?.('queue', RECEIVE);
  }
}
