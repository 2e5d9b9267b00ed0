import {
  APPLE_BLOCK_PCI,
  AppleVirtioBlock,
  type BlockStore,
  type BuiltMachine,
  type Device,
  type Dma,
  type PciHost,
  type SerialPort,
  VirtioBlock,
  VirtioPci,
} from 'arm64-emu';
import { type GuestMachine, guestOf } from './guest.js';

/** A disk of a board. */
export interface BoardDisk {
  readonly store: BlockStore;
  /** As AppleVirtIO knows disks: Apple's identification, and which disk it is; a standard one when not given. */
  readonly apple?: 'root' | 'aux' | undefined;
}

/** Puts a disk into the next slot. */
export function plugDisk(pci: PciHost, dma: Dma, disk: BoardDisk | undefined): void {
  if (disk === undefined) return;
  const { store, apple } = disk;
  if (apple === undefined) pci.add(new VirtioPci(new VirtioBlock(dma, store, 'disk0')));
  else pci.add(new VirtioPci(new AppleVirtioBlock(dma, store, apple), APPLE_BLOCK_PCI));
}

/** A board with its CPU about to run, and its memory as the loader sees it. */
export interface StartedBoard {
  readonly machine: GuestMachine;
  /** Writes physical memory; false where there is none. */
  write(physical: number, bytes: Uint8Array): boolean;
  /** Reads physical memory; undefined where there is none. */
  read(physical: number, size: number): Uint8Array | undefined;
}

/** What {@link startBoard} adds to a machine. */
interface BoardOptions {
  readonly serial: SerialPort;
  /** Serial ports beside the console, by their names. */
  readonly ports?: Readonly<Record<string, SerialPort>>;
  /** Devices by their physical addresses. */
  readonly devices: readonly (readonly [base: number, device: Device])[];
  /** Physical address of the kernel's first instruction, and of boot_args, which X0 holds. */
  readonly entry: bigint;
  readonly bootArgs: bigint;
  /** Accesses to addresses without a device read 0 and are logged, in place of an external abort. */
  readonly holes?: 'log';
  readonly log?: ((message: string) => void) | undefined;
}

/** Puts the devices in their places and starts the first CPU. */
export function startBoard({ machine, bus, engine }: BuiltMachine, options: BoardOptions): StartedBoard {
  for (const [base, device] of options.devices) {
    bus.map(base, device);
    machine.devices.push(device);
  }
  if (options.holes === 'log')
    bus.onHole = ({ address, size, value }) => {
      const what = value === undefined ? 'read' : `write of 0x${value.toString(16)}`;
      options.log?.(`${what}, ${size} bytes, at unmapped 0x${address.toString(16)}`);
      return 0;
    };
  machine.start(options.entry, options.bootArgs);
  return {
    machine: guestOf({ machine, engine }, options.serial, options.ports),
    write: (physical, bytes) => bus.write(physical, bytes),
    read: (physical, size) => bus.read(physical, size),
  };
}
