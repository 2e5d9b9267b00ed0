import type { Dma } from '../device.js';
import { BLK_STATUS, type BlockStore, VirtioBlock } from './blk.js';
import type { VirtioPciOptions } from './pci.js';

/** Identification on PCI by which AppleVirtIO finds its disks. */
export const APPLE_BLOCK_PCI: Required<VirtioPciOptions> = { vendor: 0x106b, device: 0x1a00 };

const T_BARRIER = 0x10000;
/** Where the specification has max_secure_erase_sectors. */
const TYPE_OFFSET = 60;
const CONFIG_SIZE = 64;
const TYPES = { root: 1, aux: 2 } as const;

/**
 * The block device of Apple's virtual machines: Virtio's, with a type that tells the root disk from the auxiliary one,
 * and a barrier request.
 *
 * @example pci.add(new VirtioPci(new AppleVirtioBlock(bus, disk, 'root'), APPLE_BLOCK_PCI));
 */
export class AppleVirtioBlock extends VirtioBlock {
  override readonly name = 'apple-virtio-blk';

  constructor(dma: Dma, store: BlockStore, type: keyof typeof TYPES) {
    super(dma, store, '', CONFIG_SIZE);
    this.config[TYPE_OFFSET] = TYPES[type];
  }

  /** Requests are done in order anyway. */
  protected override other(type: number): number {
    return type === T_BARRIER ? BLK_STATUS.ok : super.other(type);
  }
}
