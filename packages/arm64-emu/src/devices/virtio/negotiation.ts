import {
  F_ANY_LAYOUT,
  F_EVENT_IDX,
  F_INDIRECT_DESC,
  F_NOTIFY_ON_EMPTY,
  F_VERSION_1,
  STATUS_DRIVER_OK,
  STATUS_FEATURES_OK,
  STATUS_NEEDS_RESET,
  type VirtioDevice,
} from './device.js';

const RING = F_INDIRECT_DESC | F_EVENT_IDX;

/** Features and status as every transport has them (Virtio 1.2, 3.1), 32 bits of features at a time. */
export class Negotiation {
  /** See {@link Stateful}. */
  readonly stateFields = ['deviceSelect', 'driverSelect'];
  deviceSelect = 0;
  driverSelect = 0;

  /** @param version 1 is legacy, 2 is Virtio 1.x */
  constructor(
    private readonly device: VirtioDevice,
    private readonly version: 1 | 2,
  ) {}

  reset(): void {
    this.deviceSelect = this.driverSelect = 0;
  }

  /** What is offered to the driver. */
  get offered(): bigint {
    return this.device.features | RING | (this.version === 1 ? F_ANY_LAYOUT | F_NOTIFY_ON_EMPTY : F_VERSION_1);
  }

  readFeatures(): number {
    return half(this.offered, this.deviceSelect);
  }

  readDriverFeatures(): number {
    return half(this.device.driverFeatures, this.driverSelect);
  }

  writeDriverFeatures(value: number): void {
    const { device, driverSelect } = this;
    // They are fixed once the driver has said FEATURES_OK.
    if (driverSelect > 1 || device.status & (STATUS_FEATURES_OK | STATUS_DRIVER_OK)) return;
    const shift = 32n * BigInt(driverSelect);
    const others = device.driverFeatures & ~(0xffffffffn << shift);
    device.driverFeatures = (others | (BigInt(value) << shift)) & this.offered;
  }

  /** Writes the status; zero resets the device, which the transport has to follow. */
  writeStatus(value: number): void {
    const { device } = this;
    if (value === 0) {
      device.reset();
      return;
    }
    let next = value;
    // A driver of version 2 that does not speak it is told so.
    if (this.version === 2 && !device.negotiated(F_VERSION_1)) next &= ~STATUS_FEATURES_OK;
    device.status = next | (device.status & STATUS_NEEDS_RESET);
    if (next & (STATUS_FEATURES_OK | STATUS_DRIVER_OK)) device.featuresDone();
  }
}

const half = (bits: bigint, index: number): number =>
  index > 1 ? 0 : Number((bits >> BigInt(32 * index)) & 0xffffffffn);
