import type { Cpu } from '../cpu/cpu.js';

/** Result codes (PSCI, 5.2.2). */
export const PSCI_RESULT = {
  SUCCESS: 0,
  NOT_SUPPORTED: -1,
  INVALID_PARAMETERS: -2,
  DENIED: -3,
  ALREADY_ON: -4,
  ON_PENDING: -5,
} as const;

/** Function identifiers of the 32-bit convention; 64-bit ones have bit 30 set. */
export const PSCI_FUNCTION = {
  VERSION: 0x8400_0000,
  CPU_SUSPEND: 0x8400_0001,
  CPU_OFF: 0x8400_0002,
  CPU_ON: 0x8400_0003,
  AFFINITY_INFO: 0x8400_0004,
  MIGRATE: 0x8400_0005,
  MIGRATE_INFO_TYPE: 0x8400_0006,
  SYSTEM_OFF: 0x8400_0008,
  SYSTEM_RESET: 0x8400_0009,
  FEATURES: 0x8400_000a,
  SYSTEM_RESET2: 0x8400_0012,
} as const;

const VERSION_1_1 = 0x1_0001;
const SMC64 = 0x4000_0000;
/** No trusted OS that would have to migrate. */
const NO_MIGRATION = 2;
const AFFINITY_ON = 0;
const AFFINITY_OFF = 1;
const AFFINITY_PENDING = 2;
const AFFINITY_MASK = 0xff_00ff_ffffn;

/** What PSCI does to a machine. */
export interface PsciTarget {
  readonly cpus: readonly Cpu[];
  /** Starts a CPU that is off, at EL1 with translation off. */
  startCpu(cpu: Cpu, entry: bigint, context: bigint): void;
  /** Whether a CPU was started and has not run yet. */
  isStarting(cpu: Cpu): boolean;
  stopCpu(cpu: Cpu): void;
  powerOff(): void;
  requestReset(): void;
}

/** Functions that exist with a 64-bit identifier too. */
const WIDE: ReadonlySet<number> = new Set([
  PSCI_FUNCTION.CPU_SUSPEND,
  PSCI_FUNCTION.CPU_ON,
  PSCI_FUNCTION.AFFINITY_INFO,
  PSCI_FUNCTION.SYSTEM_RESET2,
]);
const IMPLEMENTED: ReadonlySet<number> = new Set(
  Object.values(PSCI_FUNCTION).filter(id => id !== PSCI_FUNCTION.MIGRATE),
);

/**
 * The Power State Coordination Interface 1.1 (Arm DEN 0022) as firmware would answer HVC and SMC:
 * identifier in X0, arguments in X1 to X3, result in X0.
 */
export class Psci {
  constructor(private readonly target: PsciTarget) {}

  /** Answers the call that `cpu` made. Identifiers that are not PSCI's get NOT_SUPPORTED, as the SMC convention has it. */
  call(cpu: Cpu): void {
    const id = Number(cpu.x(0) & 0xffff_ffffn);
    const base = (id & ~SMC64) >>> 0;
    const wide = (id & SMC64) !== 0;
    const args = [1, 2, 3].map(n => (wide ? cpu.x(n) : cpu.x(n) & 0xffff_ffffn));
    const known = !wide || WIDE.has(base);
    const result = known ? this.dispatch(cpu, base, args as [bigint, bigint, bigint]) : PSCI_RESULT.NOT_SUPPORTED;
    cpu.setX(0, BigInt.asUintN(64, BigInt(result)));
  }

  private dispatch(cpu: Cpu, base: number, [first, second, third]: [bigint, bigint, bigint]): number {
    switch (base) {
      case PSCI_FUNCTION.VERSION:
        return VERSION_1_1;
      case PSCI_FUNCTION.CPU_SUSPEND:
        // Every power state is a standby state here: it returns when an interrupt is pending.
        cpu.event('wfi', 0n);
        return PSCI_RESULT.SUCCESS;
      case PSCI_FUNCTION.CPU_OFF:
        this.target.stopCpu(cpu);
        return PSCI_RESULT.SUCCESS;
      case PSCI_FUNCTION.CPU_ON:
        return this.cpuOn(first, second, third);
      case PSCI_FUNCTION.AFFINITY_INFO:
        return this.affinityInfo(first, second);
      case PSCI_FUNCTION.MIGRATE_INFO_TYPE:
        return NO_MIGRATION;
      case PSCI_FUNCTION.SYSTEM_OFF:
        this.target.powerOff();
        return PSCI_RESULT.SUCCESS;
      case PSCI_FUNCTION.SYSTEM_RESET:
      case PSCI_FUNCTION.SYSTEM_RESET2:
        this.target.requestReset();
        return PSCI_RESULT.SUCCESS;
      case PSCI_FUNCTION.FEATURES:
        return this.features(Number(first & 0xffff_ffffn));
      default:
        return PSCI_RESULT.NOT_SUPPORTED;
    }
  }

  private cpuOn(mpidr: bigint, entry: bigint, context: bigint): number {
    const cpu = this.find(mpidr);
    if (cpu === undefined || (entry & 3n) !== 0n) return PSCI_RESULT.INVALID_PARAMETERS;
    if (this.target.isStarting(cpu)) return PSCI_RESULT.ON_PENDING;
    if (cpu.wait !== 'off') return PSCI_RESULT.ALREADY_ON;
    this.target.startCpu(cpu, entry, context);
    return PSCI_RESULT.SUCCESS;
  }

  private affinityInfo(mpidr: bigint, level: bigint): number {
    const cpu = this.find(mpidr);
    if (cpu === undefined || level !== 0n) return PSCI_RESULT.INVALID_PARAMETERS;
    if (this.target.isStarting(cpu)) return AFFINITY_PENDING;
    return cpu.wait === 'off' ? AFFINITY_OFF : AFFINITY_ON;
  }

  private features(id: number): number {
    const base = (id & ~SMC64) >>> 0;
    const exists = IMPLEMENTED.has(base) && (id === base || WIDE.has(base));
    return exists ? PSCI_RESULT.SUCCESS : PSCI_RESULT.NOT_SUPPORTED;
  }

  private find(mpidr: bigint): Cpu | undefined {
    return this.target.cpus.find(c => (c.mpidr & AFFINITY_MASK) === (mpidr & AFFINITY_MASK));
  }
}
