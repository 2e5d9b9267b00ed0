import type { Dma } from '../device.js';
import type { HostInput, InputGate } from '../host-input.js';
import { F_VERSION_1, VirtioDevice } from './device.js';
import { gather, scatter, segmentBytes } from './queue.js';

const F_MAC = 1n << 5n;
const F_STATUS = 1n << 16n;
const LINK_UP = 1;
const RECEIVE = 0;
const TRANSMIT = 1;
/** Largest Ethernet frame with a VLAN tag. */
const MAX_FRAME = 1518;
/** Frames that wait for the guest's buffers; further ones are lost, as on a wire. */
const MAX_WAITING = 256;

/** The other end of the cable: takes Ethernet frames without checksum and may answer through `deliver`. */
export interface NetworkPeer {
  /** A frame that the guest sent. */
  send(frame: Uint8Array): void;
  /** Set by the device: gives the guest a frame. */
  deliver: ((frame: Uint8Array) => void) | undefined;
}

/**
 * Virtio network device (Virtio 1.2, 5.1) with one pair of queues and no offloads.
 *
 * @example new VirtioNet(bus, new UserNetwork(), Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x56))
 */
export class VirtioNet extends VirtioDevice implements HostInput {
  /** See {@link Stateful}. */
  override readonly stateFields = ['status', 'driverFeatures', 'queues', 'config', 'waiting'];
  readonly name = 'virtio-net';
  readonly id = 1;
  readonly features = F_MAC | F_STATUS;
  /** See {@link HostInput}. */
  readonly hostInput = 'network';
  gate: InputGate | undefined;
  private waiting: Uint8Array[] = [];

  /** @param mac six bytes */
  constructor(
    dma: Dma,
    private readonly peer: NetworkPeer,
    mac: Uint8Array,
  ) {
    super(dma, 2, new Uint8Array(12));
    this.config.set(mac.subarray(0, 6));
    this.config[6] = LINK_UP;
    peer.deliver = frame => {
      if (this.gate?.arrives(frame) !== true) this.enter(frame);
    };
  }

  enter(frame: Uint8Array): void {
    if (!this.running || this.waiting.length >= MAX_WAITING) return;
    this.waiting.push(frame);
    this.notify(RECEIVE);
  }

  override reset(): void {
    super.reset();
    this.waiting = [];
  }

  protected process(index: number): void {
    if (index === TRANSMIT)
      this.drain(TRANSMIT, ({ readable }) => {
        const size = segmentBytes(readable) - this.headerSize;
        if (size > 0 && size <= MAX_FRAME) this.peer.send(gather(this.dma, readable).subarray(this.headerSize));
        return 0;
      });
    else if (index === RECEIVE) this.receive();
  }

  /** Bytes of virtio_net_hdr: legacy drivers have no num_buffers without mergeable buffers. */
  private get headerSize(): number {
    return this.negotiated(F_VERSION_1) ? 12 : 10;
  }

  private receive(): void {
    const queue = this.queues[RECEIVE]!;
    let wanted = false;
    for (let left = queue.size; left > 0 && this.waiting.length > 0; left--) {
      const chain = queue.pop();
      if (chain === undefined) break;
      const frame = this.waiting.shift()!;
      const packet = new Uint8Array(this.headerSize + frame.length);
      packet.set(frame, this.headerSize);
      if (this.headerSize === 12) packet[10] = 1; // num_buffers
      // A buffer that is too small gets nothing rather than a piece.
      const fits = segmentBytes(chain.writable) >= packet.length;
      wanted = queue.push(chain, fits ? scatter(this.dma, chain.writable, packet) : 0) || wanted;
    }
    if (wanted) this.interrupt?.('queue', RECEIVE);
  }
}
