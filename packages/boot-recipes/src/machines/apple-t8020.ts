import {
  APPLE_REGISTERS,
  AppleAic,
  AppleFastIpi,
  appleA12,
  buildMachine,
  type Device,
  type EngineMode,
  SamsungUart,
  SerialPort,
  Unimplemented,
} from 'arm64-emu';
import { Amcc, type ReadOnlyRegion } from './amcc.js';
import { AnyOf } from './any-of.js';
import { type StartedBoard, startBoard } from './board.js';
import { T8020_BOARD } from './t8020-board.js';

/** What {@link appleT8020} is made with. */
export interface AppleT8020Options {
  /** Bytes of RAM. */
  readonly memory: number;
  /** Physical address of the kernel's first instruction. */
  readonly entry: bigint;
  /** Physical address of boot_args, which X0 holds at the start. */
  readonly bootArgs: bigint;
  /** What the memory controller announces as read-only. */
  readonly readOnly?: ReadOnlyRegion;
  /** How code is executed; `interpreter` when not given. */
  readonly mode?: EngineMode | undefined;
  /** Told what the guest does that is not modelled. */
  readonly log?: ((message: string) => void) | undefined;
}

/**
 * The machine of {@link T8020_BOARD}: one A12-like CPU at EL1 with Apple's registers, both timers and fast IPIs on its FIQ, AIC,
 * two Samsung UARTs, the memory controller's lock registers, and blocks of registers that only store. No PSCI, as on the real chip. Accesses
 * to other addresses read 0 and are logged.
 */
export function appleT8020(options: AppleT8020Options): StartedBoard {
  const { timebase, uart, uart1, aic: aicAt, amcc, stubs } = T8020_BOARD;
  const { log } = options;
  const mpidrs = [0x80010000n]; // a performance core
  const ipi = new AppleFastIpi({ mpidrs, fiq: () => ipiLine });
  const built = buildMachine({
    model: appleA12,
    mpidrs,
    ram: [{ base: T8020_BOARD.ram, size: options.memory }],
    counterFrequency: timebase,
    registers: [...APPLE_REGISTERS, ...ipi.registers],
    unknownRegisters: 'zero',
    psci: false,
    ...(options.mode === undefined ? {} : { mode: options.mode }),
    ...(log === undefined ? {} : { log }),
  });
  const { machine } = built;
  const cpu = machine.cpus[0]!;
  const fiq = new AnyOf(cpu.fiq);
  machine.lines[0] = { cntv: fiq.input(), cntp: fiq.input() };
  const ipiLine = fiq.input();
  machine.devices.push(fiq, ipi);
  const aic = new AppleAic({ lines: aicAt.lines, cpus: [cpu.irq], current: () => machine.current.index });
  const [serial, second] = [new SerialPort(), new SerialPort()];
  const devices: readonly (readonly [number, Device])[] = [
    [uart.base, new SamsungUart({ port: serial, clock: machine.time, line: aic.line(uart.interrupt) })],
    [uart1.base, new SamsungUart({ port: second, clock: machine.time, line: aic.line(uart1.interrupt) })],
    [aicAt.base, aic],
    [amcc.base, new Amcc(amcc.size, amcc.planes, options.readOnly)],
    ...stubs.map(({ name, base, size }) => [base, new Unimplemented(name, size, { mode: 'ram', log })] as const),
  ];
  return startBoard(built, { ...options, serial, ports: { uart1: second }, devices, holes: 'log' });
}
