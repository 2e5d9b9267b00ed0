/** The emulator's side: its events as texts, and QEMU's idea of time. */
import { type Cpu, Hooks, type VirtMachine } from 'arm64-emu';

/** An event, and the instructions that were executed before it. */
export interface Seen {
  readonly text: string;
  readonly executed: number;
}

const hex = (value: bigint | number, digits = 0): string => value.toString(16).padStart(digits, '0');
const ABORTS = [0x20, 0x21, 0x24, 0x25];

/** All registers, in the order and form of QEMU's dump. */
function registers(cpu: Cpu): string {
  const parts = [`PC=${hex(cpu.pc, 16)}`];
  for (let n = 0; n < 31; n++) parts.push(`X${String(n).padStart(2, '0')}=${hex(cpu.x(n), 16)}`);
  parts.push(`SP=${hex(cpu.x(31), 16)}`, `PSTATE=${hex(cpu.pstate, 8)}`);
  if (cpu.model.features.has('BTI')) parts.push(`BTYPE=${cpu.btype}`);
  // QEMU leaves the rest out while access is trapped.
  if (cpu.fpTrapped()) return parts.join(' ');
  parts.push(`FPCR=${hex(cpu.fpcr, 8)}`, `FPSR=${hex(cpu.fpsr, 8)}`);
  for (let n = 0; n < 32; n++) {
    const v = cpu.v(n);
    parts.push(`Q${String(n).padStart(2, '0')}=${hex(v >> 64n, 16)}:${hex(BigInt.asUintN(64, v), 16)}`);
  }
  return parts.join(' ');
}

/**
 * Time as QEMU's `-icount` has it: a nanosecond an instruction; one that aborts takes none, and what is read in the
 * middle of an instruction includes it.
 */
function followIcount({ machine, engine }: VirtMachine): () => void {
  let aborted = 0;
  let inside = 0;
  const { time } = machine;
  const ns = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(time), 'ns')!.get!.bind(time) as () => number;
  Object.defineProperty(time, 'ns', { get: () => ns() - aborted + inside });
  const run = engine.run.bind(engine);
  engine.run = count => {
    inside = 1;
    try {
      return run(count);
    } finally {
      inside = 0;
    }
  };
  return () => {
    aborted++;
  };
}

/** Events of a machine from now on, added to the result as they come. */
export function here(virt: VirtMachine, at: readonly bigint[]): Seen[] {
  const seen: Seen[] = [];
  const hooks = Hooks.of(virt);
  const abort = followIcount(virt);
  let entered = false;
  const see = (text: string): void => {
    seen.push({ text, executed: virt.machine.executed });
  };
  hooks.taken((_, { kind, ec, iss, returnTo, far }) => {
    entered = true;
    if (kind !== 'synchronous') {
      see(`exception ${kind} ELR ${hex(returnTo)}`);
      return;
    }
    const isAbort = ABORTS.includes(ec);
    if (isAbort) abort();
    const syndrome = ec * 2 ** 26 + 2 ** 25 + (iss & 0x1ff_ffff);
    const address = isAbort ? ` FAR ${hex(far ?? 0n)}` : '';
    see(`exception synchronous ESR ${hex(syndrome)}${address} ELR ${hex(returnTo)}`);
  });
  for (const address of at)
    hooks.code({ from: address, to: address + 4n }, cpu => {
      // An exception leaves the flags as they are; QEMU clears them. Every vector is one of these addresses.
      if (entered) cpu.setNzcv(0);
      entered = false;
      see(`registers ${registers(cpu)}`);
    });
  return seen;
}
