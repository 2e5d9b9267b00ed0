import type { CpuEventName, SysRegAccess } from '../a64/spec/index.js';
import { type CpuHost, FETCH, SYS_CONTINUE, SYS_LEAVE, SYS_TRAP, type SysResult } from '../engine/host.js';
import { STATE } from '../engine/state.js';
import type { CpuPort } from './cpu-port.js';
import { EC } from './esr.js';
import { INSTRUCTION_BYTES } from './exceptions.js';
import { fpTrapLevel } from './fp-trap.js';
import { HCR, HCRX } from './hcr.js';
import { InterruptState } from './interrupt-state.js';
import { mopsSyndrome } from './mops.js';
import { Pmu, STALLS } from './pmu.js';
import { RegisterFile } from './register-file.js';
import { sysKey, sysTrapIss } from './sysreg-key.js';
import { slotOf } from './sysreg-slots.js';
import { SysRegTable } from './sysreg-table.js';

const HCRX_EL2 = slotOf('HCRX_EL2');
/** ISS of a trapped DC ZVA, and the register in it. */
const ISS_ZVA = sysTrapIss(sysKey(1, 3, 7, 4, 1), 0, false);
const ISS_RT = 31 << 5;
const SCTLR_DZE = 1n << 14n;
const SCTLR_BT0 = 1n << 35n;
const SCTLR_BT1 = 1n << 36n;

/**
 * One processing element at EL0, EL1 and perhaps EL2: translation, exceptions, system registers, timers and interrupt inputs.
 * The engine executes instructions and asks this for everything else; methods that touch PSTATE, PC or registers
 * may only be called while this CPU's state block is in place.
 */
export class Cpu extends InterruptState implements CpuHost {
  /** See {@link Stateful}. */
  readonly stateFields = [
    'wait',
    'waitUntil',
    'virtualOffset',
    'pending',
    'virtualPending',
    'pmuInterrupt',
    'eventSent',
    'stepped',
    'virtualTimer',
    'physicalTimer',
    'hypervisorTimer',
    'hypervisorVirtualTimer',
    'pmu',
  ];
  /** Number within the machine. */
  readonly index: number;
  readonly mpidr: bigint;
  readonly resetVector: bigint;
  readonly pmu: Pmu;
  readonly registers: SysRegTable;
  private readonly file: RegisterFile;
  private pmuInterrupt = false;

  constructor(port: CpuPort) {
    super(port);
    this.index = port.index;
    this.mpidr = port.mpidr;
    this.resetVector = port.resetVector ?? 0n;
    const { features, counters } = port.model;
    const stalls = (['PMUv3p1', 'PMUv3p4'] as const).flatMap(version => (features.has(version) ? STALLS[version] : []));
    this.pmu = new Pmu(
      { counters, stalls, long: features.has('PMUv3p5'), hypervisor: this.hasEl2 },
      {
        instructions: () => port.instructions(),
        level: () => this.el,
        interrupt: level => this.setPmuInterrupt(level),
      },
    );
    this.registers = new SysRegTable(this, port.registers);
    this.file = new RegisterFile(this, this.registers);
  }

  /** Back to reset: the highest level with its own stack pointer, interrupts masked, translation off. The state block must be in place. */
  reset(): void {
    const { i32, u64 } = this;
    u64.fill(0n, 0, STATE.SYSREG >> 3);
    for (const reg of this.registers)
      if (reg.slot >= 0) this.setSlot(reg.slot, typeof reg.reset === 'function' ? reg.reset(this) : (reg.reset ?? 0n));
    i32[STATE.CURRENT_EL >> 2] = (this.hasEl2 ? 2 : 1) << 2;
    i32[STATE.SPSEL >> 2] = 1;
    i32[STATE.DAIF >> 2] = 0x3c0;
    this.clearExclusive();
    this.pc = this.resetVector;
    this.resetTimers();
    this.pmu.reset();
    this.eventSent = false;
    this.wait = 'running';
    this.debug.update();
    this.translationReset();
    this.contextChanged();
  }

  /** The state block in place, and the fields, come from a snapshot. */
  restored(): void {
    this.timersChanged = true;
    this.attentionWanted = true;
    this.debug.update();
    this.translationReset();
    this.contextChanged();
  }

  /** The state block in place has become, or is no longer, this CPU's. */
  setCurrent(current: boolean): void {
    this.current = current;
    if (current) this.contextChanged();
  }

  // ---- exceptions and events --------------------------------------------------------------------------------

  /** An exception that an instruction raises itself; `pc` is that instruction. */
  exception(ec: number, iss: number): void {
    const next = this.pc + INSTRUCTION_BYTES;
    // These calls are complete when they trap: a step of them is, too.
    if (ec === EC.svc || ec === EC.hvc || ec === EC.smc) this.i32[STATE.SS >> 2] = 0;
    if (ec === EC.svc) this.takeSynchronous(ec, iss, next);
    else if (ec === EC.hvc && this.hasEl2) {
      if (this.el === 1 && (this.hcr & HCR.HCD) !== 0n) this.takeSynchronous(EC.unknown, 0, this.pc);
      else this.takeSynchronous(ec, iss, next, undefined, true);
    } else if (ec === EC.smc && this.el === 1 && (this.hcr & HCR.TSC) !== 0n) {
      this.takeSynchronous(ec, iss, this.pc, undefined, true);
    } else if (ec === EC.hvc || ec === EC.smc) {
      // Firmware continues behind the call; the call itself may change the PC of this CPU.
      this.pc = next;
      if (this.el !== 0 && this.port.call(this, ec === EC.hvc ? 'hvc' : 'smc')) return;
      this.takeSynchronous(EC.unknown, 0, next - INSTRUCTION_BYTES);
    } else if (ec === EC.fpAccess) this.takeSynchronous(ec, iss, this.pc, undefined, this.fpTrap === 2);
    else if (ec === EC.system) this.takeSynchronous(ec, iss, this.pc, undefined, this.trapsZva(iss));
    else if (ec === EC.pauth) this.takeSynchronous(ec, iss, this.pc, undefined, true);
    else if (ec === EC.mops) {
      const toEl2 = this.el === 1 && this.hasEl2 && (this.low(HCRX_EL2) & HCRX.MCE2) !== 0;
      this.takeSynchronous(ec, mopsSyndrome(this.currentWord(), iss), this.pc, undefined, toEl2);
    } else if (ec === EC.brk) this.takeSynchronous(ec, iss, this.pc, undefined, this.debugTarget === 2);
    else this.takeSynchronous(ec, iss, this.pc, ec === EC.pcAlignment ? this.pc : undefined);
  }

  /** Whether it is EL2 that traps DC ZVA (HCR_EL2.TDZ), if the ISS is of that: at EL0, EL1 comes first. */
  private trapsZva(iss: number): boolean {
    if ((iss & ~ISS_RT) !== ISS_ZVA || (this.hcr & HCR.TDZ) === 0n) return false;
    return this.el === 1 || (this.el === 0 && (this.sctlr & SCTLR_DZE) !== 0n);
  }

  /** ERET, WFI, WFE, SEV and barriers that change what runs next. `pc` is the next instruction, except for ERET. */
  event(name: CpuEventName, operand: bigint): void {
    if (name === 'eret' || name === 'eretaa' || name === 'eretab') this.exceptionReturn();
    else if (name === 'wfi') this.waitFor('wfi', undefined, false);
    else if (name === 'wfit') this.waitFor('wfi', operand, true);
    else if (name === 'wfe' || name === 'wfet') {
      if (this.takeEvent()) return;
      if (name === 'wfe') this.waitFor('wfe', this.eventStreamDeadline(), false);
      else this.waitFor('wfe', operand, true);
    } else if (name === 'sev') {
      this.sendEvent();
      this.port.others(this.index, cpu => cpu.sendEvent());
    }
  }

  private setPmuInterrupt(level: boolean): void {
    if (level !== this.pmuInterrupt) this.port.lines.pmu.set(level);
    this.pmuInterrupt = level;
    // An overflow may be near now: the machine has to look at its budget.
    if (this.pmu?.active) this.attentionWanted = true;
  }

  // ---- system registers ---------------------------------------------------------------------------------------

  /** Value of a register by name, as EL1 reads it. */
  read(name: string): bigint {
    return this.file.load(this.registers.named(name));
  }

  /** Sets a register with storage, without masks or effects. */
  write(name: string, value: bigint): void {
    this.setSlot(this.registers.named(name).slot, value);
  }

  /** Writes a register by name with masks and effects, as EL1 does. False when it cannot be written. */
  assign(name: string, value: bigint): boolean {
    const reg = this.registers.named(name);
    if (reg.slot < 0 && reg.set === undefined) return false;
    this.file.store(reg, value);
    return true;
  }

  /** Sets PSTATE from SPSR_EL1's layout. */
  setPstate(value: bigint): void {
    this.loadPstate(Number(BigInt.asUintN(32, value)) | 0);
    this.contextChanged();
  }

  /** See `CpuHost.sysRead`. */
  sysRead(key: number): bigint | undefined {
    return this.file.read(key);
  }

  /** See `CpuHost.sysWrite`. */
  sysWrite(key: number, value: bigint): SysResult {
    this.resync = false;
    this.trapped = false;
    if (!this.file.write(key, value) || this.trapped) return SYS_TRAP;
    return this.resync || this.attentionWanted ? SYS_LEAVE : SYS_CONTINUE;
  }

  /** See `CpuHost.sysAccess`. */
  sysAccess(key: number, write: boolean): SysRegAccess {
    return this.registers.access(key, write);
  }

  sysName(key: number): string | undefined {
    return this.registers.find(key)?.name;
  }

  /** See `CpuHost.branchTargetStrict`. */
  branchTargetStrict(): boolean {
    return (this.sctlr & (this.el === 0 ? SCTLR_BT0 : SCTLR_BT1)) !== 0n;
  }

  /** Whether CPACR_EL1 or CPTR_EL2 traps floating point here. */
  fpTrapped(): boolean {
    return this.fpTrap !== 0;
  }

  /** The level whose control traps floating point here; 0 when none does. */
  get fpTrap(): 0 | 1 | 2 {
    return fpTrapLevel(this, this.hasEl2);
  }

  /** The instruction at PC; its fetch succeeded a moment ago. */
  currentWord(): number {
    const { pc } = this;
    if (!this.translate(Number(pc & 0xffff_ffffn) | 0, Number((pc >> 32n) & 0xffff_ffffn) | 0, FETCH, false)) return 0;
    const { pa } = this.translation;
    const word = this.port.walk.wordOf(pa - (pa % 8));
    return word < 0 ? 0 : this.port.walk.words[word + (pa % 8 === 0 ? 0 : 1)]!;
  }

  // ---- PSTATE by MSR ------------------------------------------------------------------------------------------

  setPan(value: number): void {
    this.i32[STATE.PAN >> 2] = value << 22;
    this.contextChanged();
  }
  setUao(value: number): void {
    this.i32[STATE.UAO >> 2] = value << 23;
    this.contextChanged();
  }
  /** D, A, I, F in bits 3 to 0. */
  setDaif(value: number): void {
    this.i32[STATE.DAIF >> 2] = value << 6;
    this.resync = true;
  }

  /** 64 random bits (RNDR). */
  random(): bigint {
    return this.port.random();
  }

  fpAccessChanged(): void {
    this.resync = true;
  }
  /** The keys are read from their slots when they are used. */
  pauthKeysChanged(): void {}

  protected contextChanged(): void {
    this.resync = true;
    if (this.debug.perInstruction) this.attentionWanted = true;
    if (this.pmu.active) this.pmu.levelChanged(this.el);
    this.holdInterrupts(false);
    this.contextSelected();
  }
}
