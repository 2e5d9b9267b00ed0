import type { AccessSize, Device, Dma } from './device.js';

const SIGNATURE = 0x00;
const ID = 0x01;
const FILE_DIR = 0x19;
const FIRST_FILE = 0x20;
/** Names are 56 bytes with the closing zero. */
const MAX_NAME = 55;
/** What offset 16 reads: "QEMU CFG". */
const DMA_SIGNATURE = new TextEncoder().encode('QEMU CFG');

/** Items of a kernel that firmware is to boot: its bytes, and their number in 32 bits. */
const KERNEL_ITEMS = {
  kernel: { size: 0x08, data: 0x11 },
  initrd: { size: 0x0b, data: 0x12 },
  commandLine: { size: 0x14, data: 0x15 },
} as const;

const DMA_ERROR = 1;
const DMA_READ = 2;
const DMA_SKIP = 4;
const DMA_SELECT = 8;
const DMA_WRITE = 16;
const CHUNK = 0x10000;

/**
 * QEMU's firmware configuration device with its memory-mapped and DMA interfaces (QEMU, docs/specs/fw_cfg):
 * named, read-only blobs for firmware. The registers are big-endian.
 *
 * @example
 * const config = new FwCfg(bus);
 * config.addFile('etc/boot-fail-wait', Uint8Array.of(0, 0, 0, 0));
 * bus.map(0x09020000, config);
 */
export class FwCfg implements Device {
  /** See {@link Stateful}. */
  readonly stateFields = ['selected', 'position', 'dmaHigh'];
  readonly name = 'fw-cfg';
  readonly size = 0x18;
  private readonly items = new Map<number, Uint8Array>();
  private readonly files: { readonly name: string; readonly key: number; readonly size: number }[] = [];
  private selected = 0;
  private position = 0;
  private dmaHigh = 0;

  constructor(private readonly dma: Dma) {
    this.items.set(SIGNATURE, DMA_SIGNATURE.slice(0, 4));
    this.items.set(ID, Uint8Array.of(3, 0, 0, 0));
    this.items.set(FILE_DIR, new Uint8Array(4));
  }

  /** Sets the value of a numbered item, such as 0x05 (number of CPUs, 16 bits little-endian). */
  set(key: number, value: Uint8Array): void {
    this.items.set(key & 0x3fff, value);
  }

  /**
   * Offers a kernel to firmware that looks for one, as EDK2 does.
   *
   * @example config.setKernel({ kernel, initrd, commandLine: 'console=ttyAMA0' });
   */
  setKernel(boot: { readonly kernel: Uint8Array; readonly initrd?: Uint8Array; readonly commandLine?: string }): void {
    const put = ({ size, data }: { size: number; data: number }, value: Uint8Array | undefined): void => {
      if (value === undefined) return;
      this.set(
        size,
        Uint8Array.from([0, 8, 16, 24], shift => value.length >>> shift),
      );
      this.set(data, value);
    };
    put(KERNEL_ITEMS.kernel, boot.kernel);
    put(KERNEL_ITEMS.initrd, boot.initrd);
    put(
      KERNEL_ITEMS.commandLine,
      boot.commandLine === undefined ? undefined : new TextEncoder().encode(`${boot.commandLine}\0`),
    );
  }

  /** Adds a file; throws a RangeError for a name that the directory cannot hold. */
  addFile(name: string, value: Uint8Array): void {
    if (name.length > MAX_NAME || this.files.some(file => file.name === name))
      throw new RangeError(`fw_cfg cannot hold a file called ${name}`);
    const key = FIRST_FILE + this.files.length;
    this.files.push({ name, key, size: value.length });
    this.items.set(key, value);
    this.items.set(FILE_DIR, this.directory());
  }

  reset(): void {
    this.selected = this.position = this.dmaHigh = 0;
  }

  read(offset: number, size: AccessSize): number {
    let value = 0;
    if (offset < 8) for (let i = 0; i < size; i++) value |= this.next() << (8 * i);
    else if (offset >= 16) for (let i = 0; i < size; i++) value |= DMA_SIGNATURE[offset - 16 + i]! << (8 * i);
    return value;
  }

  write(offset: number, size: AccessSize, value: number): void {
    if (offset === 8 && size === 2) this.select(swap16(value));
    else if (offset === 16 && size === 4) this.dmaHigh = swap32(value);
    else if (offset === 20 && size === 4) {
      const address = this.dmaHigh * 2 ** 32 + swap32(value);
      this.dmaHigh = 0;
      this.transfer(address);
    }
  }

  private select(key: number): void {
    this.selected = key & 0x3fff;
    this.position = 0;
  }

  private next(): number {
    return this.items.get(this.selected)?.[this.position++] ?? 0;
  }

  /** Carries out the FWCfgDmaAccess structure at `address`: control, length, address, all big-endian. */
  private transfer(address: number): void {
    const bytes = this.dma.read(address, 16);
    if (bytes === undefined) return;
    const access = new DataView(bytes.buffer, bytes.byteOffset, 16);
    const control = access.getUint32(0);
    const length = access.getUint32(4);
    const target = access.getUint32(8) * 2 ** 32 + access.getUint32(12);
    if (control & DMA_SELECT) this.select(control >>> 16);
    // No item can be written.
    const done = control & DMA_READ ? this.copyOut(target, length) : !(control & DMA_WRITE);
    if (done && control & DMA_SKIP && !(control & DMA_READ)) this.position += length;
    const result = new Uint8Array(4);
    result[3] = done ? 0 : DMA_ERROR;
    this.dma.write(address, result);
  }

  /** Copies to RAM, zeros behind the item's end; ends at the first address that is not RAM. */
  private copyOut(target: number, length: number): boolean {
    const item = this.items.get(this.selected) ?? new Uint8Array(0);
    for (let done = 0; done < length; ) {
      const n = Math.min(CHUNK, length - done);
      const chunk = new Uint8Array(n);
      chunk.set(item.subarray(this.position, this.position + n));
      if (!this.dma.write(target + done, chunk)) return false;
      this.position += n;
      done += n;
    }
    return true;
  }

  private directory(): Uint8Array {
    const bytes = new Uint8Array(4 + 64 * this.files.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, this.files.length);
    this.files.forEach(({ name, key, size }, i) => {
      const at = 4 + 64 * i;
      view.setUint32(at, size);
      view.setUint16(at + 4, key);
      bytes.set(new TextEncoder().encode(name).subarray(0, MAX_NAME), at + 8);
    });
    return bytes;
  }
}

const swap16 = (v: number): number => ((v & 0xff) << 8) | ((v >> 8) & 0xff);
const swap32 = (v: number): number => (swap16(v & 0xffff) * 0x10000 + swap16(v >>> 16)) >>> 0;
