import type { Cpu } from './cpu.js';
import { EC, NO_CONDITION } from './esr.js';
import type { SysReg } from './sysreg.js';
import { sysKey, sysTrapIss } from './sysreg-key.js';
import type { SysRegTable } from './sysreg-table.js';

/** Keys of the ID registers (op0 3, op1 0, CRn 0) without CRm and op2. */
const ID_SPACE = sysKey(3, 0, 0, 0, 0) >> 7;

/** Carries out accesses to a CPU's system registers: who may, what is stored, what happens. */
export class RegisterFile {
  constructor(
    private readonly cpu: Cpu,
    private readonly table: SysRegTable,
  ) {}

  /** MRS. Undefined when it trapped: the CPU has the exception ready. */
  read(key: number): bigint | undefined {
    const reg = this.table.find(key);
    if (reg?.direct === true && this.passes(reg.access.read)) return this.load(reg);
    if (reg === undefined && this.ignored(key, false)) return 0n;
    return this.allowed(key, reg, false) ? this.load(this.meant(reg!)) : undefined;
  }

  /** MSR or SYS. False when it trapped. */
  write(key: number, value: bigint): boolean {
    const reg = this.table.find(key);
    if (reg?.direct === true && this.passes(reg.access.write)) {
      this.store(reg, value);
      return true;
    }
    if (reg === undefined && this.ignored(key, true)) return true;
    if (!this.allowed(key, reg, true)) return false;
    this.store(this.meant(reg!), value);
    return true;
  }

  /** Whether the level is EL1 or EL2, and high enough: nothing else is asked of a `direct` register. */
  private passes(lowest: number): boolean {
    const { el } = this.cpu;
    return el > 0 && el >= lowest;
  }

  /** The register that answers under a name: EL2 with E2H finds its own under those of EL1. */
  private meant(reg: SysReg): SysReg {
    const { cpu, table } = this;
    if (reg.alias !== undefined) return table.named(reg.alias);
    return reg.e2h !== undefined && (cpu.el === 2 ? cpu.e2h : cpu.el === 0 && cpu.inHost) ? table.named(reg.e2h) : reg;
  }

  /** The value that a read gives, whoever asks. */
  load(reg: SysReg): bigint {
    if (reg.get !== undefined) return BigInt.asUintN(64, reg.get(this.cpu));
    if (reg.constant !== undefined) return reg.constant(this.cpu.model);
    return reg.slot >= 0 ? this.cpu.slot(reg.slot) : 0n;
  }

  /** What a write does, whoever writes. */
  store(reg: SysReg, value: bigint): void {
    const { cpu } = this;
    const { mask } = reg;
    if (reg.slot >= 0) {
      const old = cpu.slot(reg.slot);
      if (reg.clears === true) cpu.setSlot(reg.slot, old & ~(value & (mask ?? value)));
      else cpu.setSlot(reg.slot, mask === undefined ? value : (old & ~mask) | (value & mask));
    }
    reg.set?.(cpu, mask === undefined ? value : value & mask);
  }

  /** Whether an access to a register that is not there passes, by the machine's policy. */
  private ignored(key: number, write: boolean): boolean {
    if (this.cpu.el === 0 || this.table.unknown === 'undefined') return false;
    this.table.report(key, write, this.cpu.pc);
    return true;
  }

  /** Checks an access; has the CPU note the exception when it is not allowed. */
  private allowed(key: number, reg: SysReg | undefined, write: boolean): boolean {
    const { cpu } = this;
    const lowest = reg === undefined ? 4 : write ? reg.access.write : reg.access.read;
    if (reg === undefined || cpu.el < lowest || (reg.alias !== undefined && !cpu.e2h)) {
      // FEAT_IDST: EL0 reads of the ID space are reported as such.
      const idSpace = !write && cpu.el === 0 && key >> 7 === ID_SPACE && cpu.model.features.has('IDST');
      cpu.trap(idSpace ? EC.system : EC.unknown, idSpace ? this.iss(key, write) : 0);
      return false;
    }
    if (cpu.el === 0 && (this.closedBySctlr(reg) || reg.trapEl0?.(cpu, write) === true)) {
      cpu.trap(EC.system, this.iss(key, write));
      return false;
    }
    if (cpu.el < 2 && this.trapsToEl2(reg, write)) {
      cpu.trap(EC.system, this.iss(key, write), true);
      return false;
    }
    if (reg.fp === true && cpu.fpTrapped()) {
      cpu.trap(EC.fpAccess, NO_CONDITION, cpu.fpTrap === 2);
      return false;
    }
    return true;
  }

  private closedBySctlr(reg: SysReg): boolean {
    return reg.el0Control !== undefined && (this.cpu.sctlr & (1n << BigInt(reg.el0Control))) === 0n;
  }

  /** Whether a control of EL2 takes an access from below. */
  private trapsToEl2(reg: SysReg, write: boolean): boolean {
    const { cpu } = this;
    if (!cpu.model.features.has('EL2')) return false;
    const bits = write ? reg.hcr?.write : reg.hcr?.read;
    return (bits !== undefined && (cpu.hcr & bits) !== 0n) || reg.trapEl2?.(cpu, write) === true;
  }

  private iss(key: number, write: boolean): number {
    return sysTrapIss(key, this.cpu.currentWord() & 31, !write);
  }
}
