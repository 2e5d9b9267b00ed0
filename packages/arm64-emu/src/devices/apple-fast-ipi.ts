import { computed, RW1, type SysRegRow } from '../cpu/sysreg.js';
import type { Device, InterruptLine } from './device.js';

/** IPI_RR: type in bits 29:28, cluster in 23:16 (global only), CPU in 7:0. */
const TYPE_SHIFT = 28n;
const RETRACT = 1n;
const PENDING = 1n;

/** MPIDR_EL1's cluster and CPU numbers. */
const affinity = (mpidr: bigint): { readonly cluster: bigint; readonly cpu: bigint } => ({
  cluster: (mpidr >> 8n) & 0xffn,
  cpu: mpidr & 0xffn,
});

/** Options of {@link AppleFastIpi}. */
export interface AppleFastIpiOptions {
  /** MPIDR_EL1 of each CPU. */
  readonly mpidrs: readonly bigint[];
  /** An input of a CPU's FIQ; asked for when something is signalled. */
  readonly fiq: (cpu: number) => InterruptLine;
}

/**
 * Interrupts between processors by system registers, which Apple's cores have from the A11: a write of IPI_RR_LOCAL_EL1
 * (same cluster) or IPI_RR_GLOBAL_EL1 raises the receiver's FIQ, IPI_SR_EL1 bit 0 says so and is cleared by writing one.
 * Deferred requests are delivered at once; a retraction takes back what was not yet seen.
 *
 * @example
 * const ipi = new AppleFastIpi({ mpidrs, fiq: cpu => lines[cpu]! });
 * const { machine } = buildMachine({ ...options, mpidrs, registers: [...APPLE_REGISTERS, ...ipi.registers] });
 * machine.devices.push(ipi);
 */
export class AppleFastIpi implements Device {
  /** See {@link Stateful}. */
  readonly stateFields = ['pending'];
  readonly name = 'apple-fast-ipi';
  /** It has no registers on the bus. */
  readonly size = 0;
  /** For a machine's `registers`, behind those of {@link APPLE_REGISTERS}. */
  readonly registers: readonly SysRegRow[] = [
    computed('IPI_RR_LOCAL_EL1', 'S3_5_C15_C0_0', RW1, {
      set: (cpu, value) => this.request(affinity(cpu.port.mpidr).cluster, value),
    }),
    computed('IPI_RR_GLOBAL_EL1', 'S3_5_C15_C0_1', RW1, {
      set: (_, value) => this.request((value >> 16n) & 0xffn, value),
    }),
    computed('IPI_SR_EL1', 'S3_5_C15_C1_1', RW1, {
      get: cpu => BigInt(this.pending[cpu.index] ?? 0),
      set: (cpu, value) => {
        if (value & PENDING) this.signal(cpu.index, false);
      },
    }),
  ];
  private readonly pending: Uint8Array;

  constructor(private readonly options: AppleFastIpiOptions) {
    this.pending = new Uint8Array(options.mpidrs.length);
  }

  read(): number {
    return 0;
  }
  write(): void {}

  reset(): void {
    this.pending.forEach((_, index) => {
      this.signal(index, false);
    });
  }

  private request(cluster: bigint, value: bigint): void {
    const target = this.options.mpidrs.findIndex(mpidr => {
      const at = affinity(mpidr);
      return at.cluster === cluster && at.cpu === (value & 0xffn);
    });
    if (target >= 0) this.signal(target, ((value >> TYPE_SHIFT) & 3n) !== RETRACT);
  }

  private signal(index: number, level: boolean): void {
    this.pending[index] = level ? 1 : 0;
    this.options.fiq(index).set(level);
  }
}
