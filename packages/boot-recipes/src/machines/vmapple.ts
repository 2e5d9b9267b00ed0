import {
  APPLE_REGISTERS,
  buildMachine,
  cpuModel,
  type Device,
  type EngineMode,
  GicState,
  Gicv3,
  gicSysRegs,
  PciHost,
  Pl011,
  Pl031,
  Pl061,
  PvPanic,
  SerialPort,
  Unimplemented,
  VIRT_PPI,
  vmapple as vmappleCpu,
} from 'arm64-emu';
import { type BoardDisk, plugDisk, type StartedBoard, startBoard } from './board.js';
import { pacService } from './pac-service.js';
import { VMAPPLE_BOARD } from './vmapple-board.js';

/** What {@link vmapple} is made with. */
export interface VmappleOptions {
  /** Bytes of RAM. */
  readonly memory: number;
  /** Number of CPUs, at most 8. */
  readonly cpus: number;
  /** Physical address of the kernel's first instruction, and of boot_args, which X0 holds at the start. */
  readonly entry: bigint;
  readonly bootArgs: bigint;
  /** Virtio disk on PCI Express. */
  readonly disk?: BoardDisk | undefined;
  /** How code is executed; `interpreter` when not given. */
  readonly mode?: EngineMode | undefined;
  /** Told what the guest does that is not modelled. */
  readonly log?: ((message: string) => void) | undefined;
}

const PAC_STATUS = APPLE_REGISTERS.filter(({ name }) => name === 'APSTS_EL1');
const model = cpuModel({
  name: 'vmapple',
  midr: vmappleCpu.midr,
  features: [...vmappleCpu.features, 'GICv3'],
  paBits: vmappleCpu.paBits,
});

/**
 * The machine of {@link VMAPPLE_BOARD}: CPUs like those of Apple's virtual machines, GICv3, PL011, PL031, PL061, pvpanic, PCIe with
 * virtio devices, PSCI and the pointer authentication hypercalls. Accesses to other addresses read 0 and are logged.
 */
export function vmapple(options: VmappleOptions): StartedBoard {
  const { gic: gicAt, uart, rtc, gpio, pcie, pvpanic, stubs, timebase } = VMAPPLE_BOARD;
  const { log } = options;
  const affinities = Array.from({ length: options.cpus }, (_, i) => i);
  const built = buildMachine({
    model,
    mpidrs: affinities.map(affinity => BigInt(0x80000000 + affinity)),
    ram: [{ base: VMAPPLE_BOARD.ram, size: options.memory }],
    counterFrequency: timebase,
    registers: [...gicSysRegs(() => gic), ...PAC_STATUS],
    firmware: [pacService],
    ...(options.mode === undefined ? {} : { mode: options.mode }),
    ...(log === undefined ? {} : { log }),
  });
  const { machine, bus } = built;
  const gic: Gicv3 = new Gicv3({
    cpus: machine.cpus.map((cpu, i) => ({ affinity: affinities[i]!, irq: cpu.irq, fiq: cpu.fiq })),
    lines: gicAt.lines,
  });
  machine.cpus.forEach((_, i) => {
    machine.lines[i] = {
      cntv: gic.ppi(i, 16 + VIRT_PPI.virtualTimer),
      cntp: gic.ppi(i, 16 + VIRT_PPI.physicalTimer),
      pmu: gic.ppi(i, 16 + VIRT_PPI.pmu),
    };
  });
  machine.devices.push(new GicState(gic));
  const serial = new SerialPort();
  const pci = new PciHost(
    pcie.ecamSize,
    [0, 1, 2, 3].map(pin => gic.spi(pcie.interrupt + pin)),
  );
  plugDisk(pci, bus, options.disk);
  const panic = new PvPanic(event => log?.(`pvpanic: the guest reports ${event}`));
  const devices: readonly (readonly [number, Device])[] = [
    [gicAt.distributor, gic.distributor],
    [gicAt.redistributors, gic.redistributors],
    [uart.base, new Pl011(serial, gic.spi(uart.interrupt))],
    [rtc.base, new Pl031(machine.time, gic.spi(rtc.interrupt))],
    [gpio.base, new Pl061(gic.spi(gpio.interrupt))],
    [pvpanic, panic],
    [pcie.ecam, pci.ecam],
    [pcie.window, pci.window({ name: 'pci-mmio', base: pcie.window, size: pcie.windowSize })],
    ...stubs.map(({ name, base, size }) => [base, new Unimplemented(name, size, { mode: 'zero', log })] as const),
  ];
  return startBoard(built, { ...options, serial, devices, holes: 'log' });
}
