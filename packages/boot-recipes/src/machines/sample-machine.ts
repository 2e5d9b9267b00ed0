import {
  APPLE_REGISTERS,
  AppleAic,
  AppleFastIpi,
  appleA12,
  buildMachine,
  type EngineMode,
  type InterruptLine,
  PciHost,
  SamsungUart,
  SerialPort,
} from 'arm64-emu';
import { AnyOf } from './any-of.js';
import { type BoardDisk, plugDisk, type StartedBoard, startBoard } from './board.js';
import { SAMPLE_BOARD } from './sample-board.js';

/** What the sample's machine is made with. */
export interface SampleMachineOptions {
  /** Bytes of RAM. */
  readonly memory: number;
  /** Physical address where RAM begins; the board's when not given. */
  readonly ram?: number;
  /** Number of CPUs; 1 when not given. */
  readonly cpus?: number;
  /** Physical address of the kernel's first instruction. */
  readonly entry: bigint;
  /** Physical address of boot_args, which X0 holds at the start. */
  readonly bootArgs: bigint;
  /** Virtio disk on PCI Express. */
  readonly disk?: BoardDisk | undefined;
  /** How code is executed; `interpreter` when not given. */
  readonly mode?: EngineMode | undefined;
  readonly log?: ((message: string) => void) | undefined;
}

/**
 * The board of {@link SAMPLE_BOARD}: A12-like performance cores at EL1, RAM, Samsung UART, AIC, both timers and fast
 * interrupts between processors on each CPU's FIQ, PCI Express with a disk, PSCI by HVC.
 */
export function sampleMachine(options: SampleMachineOptions): StartedBoard {
  const { timebase, uart, uart1, aic: aicAt, pcie } = SAMPLE_BOARD;
  const { ram = SAMPLE_BOARD.ram, cpus = 1 } = options;
  const mpidrs = Array.from({ length: cpus }, (_, i) => 0x80010000n + BigInt(i));
  const ipiLines: InterruptLine[] = [];
  const ipi = new AppleFastIpi({ mpidrs, fiq: cpu => ipiLines[cpu]! });
  const built = buildMachine({
    model: appleA12,
    mpidrs,
    ram: [{ base: ram, size: options.memory }],
    counterFrequency: timebase,
    registers: [...APPLE_REGISTERS, ...ipi.registers],
    ...(options.mode === undefined ? {} : { mode: options.mode }),
    ...(options.log === undefined ? {} : { log: options.log }),
  });
  const { machine } = built;
  machine.cpus.forEach((cpu, i) => {
    const fiq = new AnyOf(cpu.fiq);
    machine.devices.push(fiq);
    machine.lines[i] = { cntv: fiq.input(), cntp: fiq.input() };
    ipiLines[i] = fiq.input();
  });
  machine.devices.push(ipi);
  const aic = new AppleAic({
    lines: aicAt.lines,
    cpus: machine.cpus.map(cpu => cpu.irq),
    current: () => machine.current.index,
  });
  const [serial, second] = [new SerialPort(), new SerialPort()];
  const pci = new PciHost(
    pcie.ecamSize,
    [0, 1, 2, 3].map(pin => aic.line(pcie.interrupt + pin)),
  );
  plugDisk(pci, built.bus, options.disk);
  return startBoard(built, {
    ...options,
    serial,
    ports: { uart1: second },
    devices: [
      [uart.base, new SamsungUart({ port: serial, clock: machine.time, line: aic.line(uart.interrupt) })],
      [uart1.base, new SamsungUart({ port: second, clock: machine.time, line: aic.line(uart1.interrupt) })],
      [aicAt.base, aic],
      [pcie.ecam, pci.ecam],
      [pcie.window, pci.window({ name: 'pci-mmio', base: pcie.window, size: pcie.windowSize })],
    ],
  });
}
