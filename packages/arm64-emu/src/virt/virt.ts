import { type BinaryCode, BinaryError, type BinaryErrorInit, isFamily } from '@internal/binary';
import { writeFdt } from '@internal/binary/fdt';
import { type CpuModel, max, withFeatures } from '../cpu/models.js';
import type { Bus } from '../devices/bus.js';
import { CfiFlash } from '../devices/cfi-flash.js';
import type { Device, Dma, InterruptLine, Log } from '../devices/device.js';
import { FwCfg } from '../devices/fw-cfg.js';
import { GicState } from '../devices/gic-state.js';
import { Gicv2 } from '../devices/gicv2.js';
import { Gicv3 } from '../devices/gicv3.js';
import { PciHost } from '../devices/pci/host.js';
import { Pl011 } from '../devices/pl011.js';
import { Pl031 } from '../devices/pl031.js';
import { Pl061 } from '../devices/pl061.js';
import { SerialPort } from '../devices/serial-port.js';
import type { VirtioDevice } from '../devices/virtio/device.js';
import { VirtioMmio } from '../devices/virtio/mmio.js';
import { VirtioPci } from '../devices/virtio/pci.js';
import type { Engine } from '../engine/engine.js';
import { type BuildOptions, buildMachine, type RamSpec } from '../machine/build.js';
import type { Machine } from '../machine/machine.js';
import { type VirtTreeOptions, virtDeviceTree } from './device-tree.js';
import { gicSysRegs } from './gic-sysregs.js';
import { VIRT_GIC_LINES, VIRT_IRQ, VIRT_MAP, VIRT_PPI, VIRTIO_MMIO_SLOTS, virtAffinity } from './memory-map.js';

const MIB = 0x100000;
/** Size of the blob that QEMU makes; loaders and firmware have room to add to it. */
export const VIRT_DTB_SIZE = MIB;
/** The button's line is up for this long, in nanoseconds. */
const BUTTON_PRESS = 100_000_000n;
const POWER_BUTTON_PIN = 3;

const FAMILY = 'VirtError';

/** A machine was asked for that cannot be: code `out-of-range` or `bad-value`; `path` names the option. */
export class VirtError extends BinaryError<BinaryCode> {
  constructor(code: BinaryCode, reason: string, init?: BinaryErrorInit) {
    super(FAMILY, code, reason, init);
  }
}

/** Whether `error` is a {@link VirtError}, with the given code if there is one. */
export function isVirtError(error: unknown, code?: BinaryCode): error is VirtError {
  return isFamily(error, FAMILY) && (code === undefined || (error as VirtError).code === code);
}

/** Options of {@link createVirt}. */
export interface VirtOptions
  extends Pick<
    BuildOptions,
    'nsPerInstruction' | 'quantum' | 'firmware' | 'seed' | 'unknownRegisters' | 'profile' | 'mode' | 'compiler'
  > {
  /** Bytes of RAM, a multiple of 1 MiB; 512 MiB by default. */
  readonly memory?: number;
  /** Number of CPUs; 1 by default, at most 8. */
  readonly smp?: number;
  /** Version of the interrupt controller; 3 by default. */
  readonly gic?: 2 | 3;
  /** `max` by default. */
  readonly cpu?: CpuModel;
  /**
   * Whether CPUs have EL2, and start there, as QEMU's `virtualization=on`; false by default, for models that have no EL2
   * themselves. PSCI is then behind SMC.
   */
  readonly virtualization?: boolean;
  /** Virtio devices in the order of QEMU's `-device` options: the first gets the last transport. */
  readonly virtio?: readonly ((dma: Dma) => VirtioDevice)[];
  /** Virtio devices on the PCIe bus, from slot 1 on. */
  readonly pci?: readonly ((dma: Dma) => VirtioDevice)[];
  /** Whether PCIe has its configuration space and a window above 4 GiB; by default, if the CPU's addresses reach that. */
  readonly highmem?: boolean;
  /** Register layout of the transports; 1 (legacy) is QEMU's default. */
  readonly virtioVersion?: 1 | 2;
  /** Contents of the two flash banks, up to 64 MiB each. False leaves the flash out. */
  readonly flash?: readonly [(Uint8Array | undefined)?, (Uint8Array | undefined)?] | false;
  /** Seconds since 1970 that the real time clock starts with; 0 by default, to be deterministic. */
  readonly epoch?: number;
  /** Told what the guest does that is not modelled, accesses to unmapped addresses included. */
  readonly log?: Log;
}

/** What {@link VirtMachine.deviceTree} adds to what the machine knows itself. */
export type VirtChosen = Pick<VirtTreeOptions, 'bootargs' | 'initrd' | 'stdoutPath' | 'rngSeed' | 'kaslrSeed'>;

/** The machine that {@link createVirt} makes, with handles of what its user may want to touch. */
export interface VirtMachine {
  readonly machine: Machine;
  readonly engine: Engine;
  readonly bus: Bus;
  /** Host's end of the PL011. */
  readonly serial: SerialPort;
  readonly fwCfg: FwCfg;
  readonly gpio: Pl061;
  readonly gic: Gicv2 | Gicv3;
  readonly pci: PciHost;
  /** RAM, by physical address and bytes. */
  readonly ram: { readonly base: number; readonly size: number };
  /** The blob, {@link VIRT_DTB_SIZE} bytes long. */
  deviceTree(chosen?: VirtChosen): Uint8Array;
  /** Copies bytes into RAM; throws {@link VirtError} `out-of-range` when they do not fit. */
  load(address: number, bytes: Uint8Array): void;
  /** Presses the power button for a moment. */
  pressPowerButton(): void;
}

/** `compatible` that QEMU gives its models; `max` is derived from the Cortex-A57 there. */
const COMPATIBLE: Readonly<Record<string, string>> = {
  'cortex-a57': 'arm,cortex-a57',
  'cortex-a72': 'arm,cortex-a72',
  max: 'arm,cortex-a57',
};

function checked(options: VirtOptions) {
  const { memory = 512 * MIB, smp = 1, gic = 3, cpu = max } = options;
  const refuse = (path: string, reason: string): VirtError => new VirtError('out-of-range', reason, { path });
  if (!Number.isSafeInteger(memory) || memory <= 0 || memory % MIB !== 0)
    throw refuse('memory', `${memory} bytes are not a whole number of MiB`);
  if (memory > VIRT_MAP.ram.size) throw refuse('memory', `${memory} bytes are more than the memory map has room for`);
  if (!Number.isInteger(smp) || smp < 1 || smp > 8) throw refuse('smp', `${smp} CPUs; 1 to 8 are possible`);
  if ((options.virtio?.length ?? 0) > VIRTIO_MMIO_SLOTS) throw refuse('virtio', 'more devices than transports');
  if ((options.pci?.length ?? 0) > 31) throw refuse('pci', 'more devices than slots');
  for (const bank of options.flash || [])
    if (bank !== undefined && bank.length > VIRT_MAP.flash.size / 2)
      throw refuse('flash', 'an image exceeds its bank of 64 MiB');
  const more = [...(gic === 3 ? (['GICv3'] as const) : []), ...(options.virtualization ? cpu.hypervisor : [])];
  // The window above 4 GiB ends at 1 TiB.
  const { highmem = cpu.paBits >= 40 } = options;
  return { memory, smp, gic, highmem, model: withFeatures(cpu, more) };
}

/**
 * Makes a machine like QEMU 7.2's `virt`: its memory map, interrupts and device tree. All CPUs start at EL1 with
 * PSCI behind HVC, or with `virtualization` at EL2 with PSCI behind SMC; CPU 0 is started with `machine.start`.
 *
 * @throws {@link VirtError} `out-of-range`
 * @example
 * const { machine, serial, load, deviceTree, ram } = createVirt({ memory: 2 ** 29 });
 * load(0x40200000, image);
 * load(0x48000000, deviceTree({ bootargs: 'console=ttyAMA0' }));
 * machine.start(0x40200000n, 0x48000000n);
 * await machine.run();
 */
export function createVirt(options: VirtOptions = {}): VirtMachine {
  const { memory, smp, gic: version, highmem, model } = checked(options);
  const hasFlash = options.flash !== false;
  const bank = VIRT_MAP.flash.size / 2;
  const banks: RamSpec[] = hasFlash
    ? [0, 1].map(i => ({ name: `flash${i}`, base: i * bank, size: bank, rom: true }))
    : [];
  const { nsPerInstruction, quantum, firmware, seed, unknownRegisters, profile, mode, compiler, log } = options;
  const affinities = Array.from({ length: smp }, (_, i) => virtAffinity(i, version));
  const build: BuildOptions = {
    model,
    mpidrs: affinities.map(affinity => BigInt(0x80000000 + affinity)),
    ram: [{ name: 'ram', base: VIRT_MAP.ram.base, size: memory }, ...banks],
    registers: version === 3 ? gicSysRegs(() => gic as Gicv3) : [],
    ...defined({ nsPerInstruction, quantum, firmware, seed, unknownRegisters, profile, mode, compiler, log }),
  };
  const built = withinHost(() => buildMachine(build), memory);
  const { machine, engine, bus } = built;
  const add = (base: number, device: Device): void => {
    bus.map(base, device);
    machine.devices.push(device);
  };

  const lines = machine.cpus.map(({ irq, fiq, virtualIrq, virtualFiq }, i) => {
    const affinity = affinities[i]!;
    return { affinity, irq, fiq, virtualIrq, virtualFiq };
  });
  const gic: Gicv2 | Gicv3 =
    version === 3
      ? new Gicv3({ cpus: lines, lines: VIRT_GIC_LINES, redistributorSize: VIRT_MAP.gicRedistributor.size })
      : new Gicv2({ cpus: lines, lines: VIRT_GIC_LINES, current: () => machine.current.index });
  add(VIRT_MAP.gicDistributor.base, gic.distributor);
  if (gic instanceof Gicv3) add(VIRT_MAP.gicRedistributor.base, gic.redistributors);
  else {
    add(VIRT_MAP.gicCpu.base, gic.cpuInterface);
    if (model.features.has('EL2')) {
      add(VIRT_MAP.gicHypervisor.base, gic.hypervisorInterface);
      add(VIRT_MAP.gicVirtualCpu.base, gic.virtualCpuInterface);
    }
  }
  machine.devices.push(new GicState(gic));
  machine.wakeable = () => gic.listening;
  machine.cpus.forEach((_, i) => {
    const ppi = (n: number): InterruptLine => gic.ppi(i, 16 + n);
    machine.lines[i] = {
      cntv: ppi(VIRT_PPI.virtualTimer),
      cntp: ppi(VIRT_PPI.physicalTimer),
      cnthp: ppi(VIRT_PPI.hypervisorTimer),
      cnthv: ppi(VIRT_PPI.hypervisorVirtualTimer),
      pmu: ppi(VIRT_PPI.pmu),
    };
  });

  const serial = new SerialPort();
  add(VIRT_MAP.uart.base, new Pl011(serial, gic.spi(VIRT_IRQ.uart)));
  add(VIRT_MAP.rtc.base, new Pl031(machine.time, gic.spi(VIRT_IRQ.rtc), options.epoch));
  const gpio = new Pl061(gic.spi(VIRT_IRQ.gpio));
  add(VIRT_MAP.gpio.base, gpio);
  const fwCfg = new FwCfg(bus);
  fwCfg.set(0x05, Uint8Array.of(smp, 0));
  add(VIRT_MAP.fwCfg.base, fwCfg);
  for (let slot = 0; slot < VIRTIO_MMIO_SLOTS; slot++) {
    const device = options.virtio?.[VIRTIO_MMIO_SLOTS - 1 - slot]?.(bus);
    if (device !== undefined && log !== undefined) device.log = log;
    const line = gic.spi(VIRT_IRQ.virtioMmio + slot);
    const transport = new VirtioMmio({ version: options.virtioVersion ?? 1, line, device });
    add(VIRT_MAP.virtioMmio.base + slot * VIRT_MAP.virtioMmio.size, transport);
  }
  const ecam = highmem ? VIRT_MAP.pcieEcam : VIRT_MAP.pcieEcamLow;
  const pci = new PciHost(
    ecam.size,
    [0, 1, 2, 3].map(pin => gic.spi(VIRT_IRQ.pcie + pin)),
  );
  for (const make of options.pci ?? []) {
    const device = make(bus);
    if (log !== undefined) device.log = log;
    pci.add(new VirtioPci(device));
  }
  add(ecam.base, pci.ecam);
  add(VIRT_MAP.pcieMmio.base, pci.window({ name: 'pci-mmio', ...VIRT_MAP.pcieMmio }));
  add(VIRT_MAP.pciePio.base, pci.ports(VIRT_MAP.pciePio.size));
  if (highmem) add(VIRT_MAP.pcieMmioHigh.base, pci.window({ name: 'pci-mmio-high', ...VIRT_MAP.pcieMmioHigh }));
  banks.forEach((spec, i) => {
    const { host } = engine.memory.find(spec.base)!;
    const onMode = (array: boolean): void => bus.setDirectRead(region, array);
    const flash = new CfiFlash({ name: spec.name!, size: bank, memory: bus.memory, host, onMode });
    const region = bus.mapRom(spec.base, flash, host);
    machine.devices.push(flash);
    const image = options.flash ? options.flash[i] : undefined;
    if (image !== undefined) bus.memory.bytes.set(image, host);
  });
  if (log !== undefined)
    bus.onHole = ({ address, size, value }) => {
      const what = value === undefined ? 'read' : `write of 0x${value.toString(16)}`;
      log(`${what}, ${size} bytes, at unmapped 0x${address.toString(16)}`);
      return undefined;
    };

  return {
    ...built,
    serial,
    fwCfg,
    gpio,
    gic,
    pci,
    ram: { base: VIRT_MAP.ram.base, size: memory },
    deviceTree: (chosen = {}) => {
      const cpuCompatible = COMPATIBLE[model.name] ?? 'arm,armv8';
      const pmu = model.features.has('PMUv3');
      const hypervisor = model.features.has('EL2');
      const tree = virtDeviceTree({
        gic: version,
        smp,
        memory,
        cpuCompatible,
        pmu,
        psci: hypervisor ? 'smc' : 'hvc',
        maintenance: hypervisor,
        flash: hasFlash,
        pcie: highmem ? 'high' : 'low',
        ...chosen,
      });
      return writeFdt(tree, (code, reason, init) => new VirtError(code, reason, init), VIRT_DTB_SIZE);
    },
    load: (address, bytes) => {
      if (!bus.write(address, bytes))
        throw new VirtError('out-of-range', `${bytes.length} bytes at 0x${address.toString(16)} are not in RAM`, {
          path: 'load',
        });
    },
    pressPowerButton: () => {
      gpio.setInput(POWER_BUTTON_PIN, true);
      machine.time.schedule(machine.time.now() + BUTTON_PRESS, () => gpio.setInput(POWER_BUTTON_PIN, false));
      machine.wake();
    },
  };
}

/** Runs `make`; the host's refusal of so much memory is an error of ours. */
function withinHost<T>(make: () => T, memory: number): T {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof RangeError) || memory < 2 ** 30) throw cause;
    const reason = `${memory} bytes of RAM are more than this host gives a machine (less than 4 GiB with flash)`;
    throw new VirtError('out-of-range', reason, { path: 'memory', cause });
  }
}

/** The entries whose value is there: optional properties may not hold `undefined`. */
function defined<T extends object>(entries: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
