import { appleA12, buildMachine, type InterruptLine, SamsungUart, SerialPort, Unimplemented } from 'arm64-emu';
import { type StartedBoard, startBoard } from './board.js';
import { SAMPLE_BOARD } from './sample-board.js';

/** What the sample's machine is made with. */
export interface SampleMachineOptions {
  /** Bytes of RAM. */
  readonly memory: number;
  /** Physical address where RAM begins; the board's when not given. */
  readonly ram?: number;
  /** Physical address of the kernel's first instruction. */
  readonly entry: bigint;
  /** Physical address of boot_args, which X0 holds at the start. */
  readonly bootArgs: bigint;
  /** How code is executed; `interpreter` when not given. */
  readonly mode?: 'interpreter' | 'auto' | undefined;
  readonly log?: ((message: string) => void) | undefined;
}

/** A line that is up while one of its inputs is. */
export function anyOf(output: InterruptLine): () => InterruptLine {
  const levels: boolean[] = [];
  return () => {
    const input = levels.push(false) - 1;
    return {
      set: level => {
        levels[input] = level;
        output.set(levels.includes(true));
      },
    };
  };
}

/**
 * The board of {@link SAMPLE_BOARD}: one A12-like CPU at EL1, RAM, Samsung UART, both timers on the CPU's FIQ, PSCI by
 * HVC. The interrupt controller's registers only store, as nothing uses it.
 */
export function sampleMachine(options: SampleMachineOptions): StartedBoard {
  const { timebase, uart, aic } = SAMPLE_BOARD;
  const { ram = SAMPLE_BOARD.ram } = options;
  const built = buildMachine({
    model: appleA12,
    mpidrs: [0x80010000n], // a performance core
    ram: [{ base: ram, size: options.memory }],
    counterFrequency: timebase,
    ...(options.mode === undefined ? {} : { mode: options.mode }),
    ...(options.log === undefined ? {} : { log: options.log }),
  });
  const { machine } = built;
  const cpu = machine.cpus[0]!;
  const fiq = anyOf(cpu.fiq);
  machine.lines[0] = { cntv: fiq(), cntp: fiq() };
  const serial = new SerialPort();
  return startBoard(built, {
    ...options,
    serial,
    devices: [
      [uart.base, new SamsungUart({ port: serial, clock: machine.time })],
      [aic.base, new Unimplemented('aic', aic.size, { mode: 'ram', log: options.log })],
    ],
  });
}
