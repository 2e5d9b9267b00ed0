import type { CpuEventName, SysRegAccess } from '../a64/spec/index.js';
import { type InterruptLine, unconnected } from '../devices/device.js';
import { type CpuHost, FETCH, SYS_CONTINUE, SYS_LEAVE, SYS_TRAP, type SysResult } from '../engine/host.js';
import { STATE } from '../engine/state.js';
import type { CpuPort } from './cpu-port.js';
import { DebugState } from './debug-state.js';
import { EC, NO_CONDITION } from './esr.js';
import { PENDING } from './exceptions.js';
import { HCR } from './hcr.js';
import { Pmu } from './pmu.js';
import { RegisterFile } from './register-file.js';
import { slotOf } from './sysreg-slots.js';
import { SysRegTable } from './sysreg-table.js';
import { GenericTimer, type SystemCounter } from './timer.js';

const CNTKCTL = slotOf('CNTKCTL_EL1');
const CNTHCTL = slotOf('CNTHCTL_EL2');
const CNTVOFF = slotOf('CNTVOFF_EL2');
const CPACR = slotOf('CPACR_EL1');
const CPTR = slotOf('CPTR_EL2');
const CPTR_TFP = 1n << 10n;
const SCTLR_BT0 = 1n << 35n;
const SCTLR_BT1 = 1n << 36n;
const SCTLR_NTWI = 1n << 16n;
const SCTLR_NTWE = 1n << 18n;
const INSTRUCTION_BYTES = 4n;
const PENDING_ALL = PENDING.irq | PENDING.fiq | PENDING.serror;
/** Virtual interrupts that HCR_EL2 makes pending. */
const VIRTUAL = HCR.VI | HCR.VF | HCR.VSE;

/** Why a CPU does not execute; `off` by PSCI. */
export type WaitState = 'running' | 'wfi' | 'wfe' | 'off';

/**
 * One processing element at EL0, EL1 and perhaps EL2: translation, exceptions, system registers, timers and interrupt inputs.
 * The engine executes instructions and asks this for everything else; methods that touch PSTATE, PC or registers
 * may only be called while this CPU's state block is in place.
 */
export class Cpu extends DebugState implements CpuHost {
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
  readonly counter: SystemCounter;
  readonly virtualTimer: GenericTimer;
  readonly physicalTimer: GenericTimer;
  /** CNTHP and CNTHV, which EL2 has. */
  readonly hypervisorTimer: GenericTimer;
  readonly hypervisorVirtualTimer: GenericTimer;
  readonly pmu: Pmu;
  readonly registers: SysRegTable;
  private readonly file: RegisterFile;
  readonly irq: InterruptLine = { set: level => this.setPending(PENDING.irq, level) };
  readonly fiq: InterruptLine = { set: level => this.setPending(PENDING.fiq, level) };
  readonly serror: InterruptLine = { set: level => this.setPending(PENDING.serror, level) };
  /** Inputs from a virtual interrupt controller: interrupts of EL1 that a hypervisor has put there. */
  readonly virtualIrq: InterruptLine = { set: level => this.setVirtual(PENDING.irq, level) };
  readonly virtualFiq: InterruptLine = { set: level => this.setVirtual(PENDING.fiq, level) };
  /** Whether this CPU executes; the machine wakes it. */
  wait: WaitState = 'running';
  /** Count of the physical counter that ends the wait: event stream, WFET, WFIT. */
  waitUntil: bigint | undefined;
  /** The timers that this CPU has. */
  readonly timers: GenericTimer[];
  /** CNTVOFF_EL2, also while another CPU's state block is in place. */
  private virtualOffset = 0n;
  /** A timer was programmed since the machine looked. */
  timersChanged = true;
  /** Outputs of timers may not be what their counts say: some were due when a snapshot was taken. */
  timersUnseen = false;
  /** Whether the state block in place is this CPU's. */
  current = false;
  private pending = 0;
  private virtualPending = 0;
  private pmuInterrupt = false;
  /** SEV from anywhere; SEVL sets the cell in the state block. */
  private eventSent = false;

  constructor(port: CpuPort) {
    super(port);
    this.index = port.index;
    this.mpidr = port.mpidr;
    this.resetVector = port.resetVector ?? 0n;
    this.counter = port.counter;
    const { cntv, cntp, cnthp = unconnected, cnthv = unconnected } = port.lines;
    const physical = (): bigint => port.counter.physical();
    this.virtualTimer = this.timer(() => this.offsetCount(), cntv);
    this.physicalTimer = this.timer(physical, cntp);
    this.hypervisorTimer = this.timer(physical, cnthp);
    this.hypervisorVirtualTimer = this.timer(physical, cnthv);
    this.timers = [this.virtualTimer, this.physicalTimer];
    if (this.hasEl2) this.timers.push(this.hypervisorTimer, this.hypervisorVirtualTimer);
    const { features, counters } = port.model;
    this.pmu = new Pmu(
      { counters, long: features.has('PMUv3p5') },
      { instructions: () => port.instructions(), interrupt: level => this.setPmuInterrupt(level) },
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
    this.virtualOffset = 0n;
    for (const timer of this.timers) timer.reset();
    this.pmu.reset();
    this.eventSent = false;
    this.wait = 'running';
    this.debug.update();
    this.translationReset();
    this.contextChanged();
  }

  /** The state block in place, and the fields, come from a snapshot. */
  restored(): void {
    this.timersChanged = this.timersUnseen = true;
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
    else if (ec === EC.pauth) this.takeSynchronous(ec, iss, this.pc, undefined, true);
    else if (ec === EC.brk) this.takeSynchronous(ec, iss, this.pc, undefined, this.debugTarget === 2);
    else this.takeSynchronous(ec, iss, this.pc, ec === EC.pcAlignment ? this.pc : undefined);
  }

  /** ERET, WFI, WFE, SEV and barriers that change what runs next. `pc` is the next instruction, except for ERET. */
  event(name: CpuEventName, operand: bigint): void {
    if (name === 'eret' || name === 'eretaa' || name === 'eretab') this.exceptionReturn();
    else if (name === 'wfi') this.waitFor('wfi', SCTLR_NTWI, 0, undefined);
    else if (name === 'wfit') this.waitFor('wfi', SCTLR_NTWI, 2, operand);
    else if (name === 'wfe' || name === 'wfet') {
      if (this.takeEvent()) return;
      if (name === 'wfe') this.waitFor('wfe', SCTLR_NTWE, 1, this.eventStreamDeadline());
      else this.waitFor('wfe', SCTLR_NTWE, 3, operand);
    } else if (name === 'sev') {
      this.sendEvent();
      this.port.others(this.index, cpu => cpu.sendEvent());
    }
  }

  /** Sets the event register, which ends a WFE. */
  sendEvent(): void {
    this.eventSent = true;
    if (this.wait === 'wfe') this.wait = 'running';
  }

  /** Takes a pending interrupt that is not masked. Call between instructions. */
  deliverInterrupt(): boolean {
    const pending = this.routed(this.pending, this.virtualPending);
    return pending !== 0 && this.takeInterrupt(pending);
  }

  /** Hides pending interrupts from the engine, or shows them again. The state block must be in place. */
  holdInterrupts(on: boolean): void {
    this.i32[STATE.PENDING >> 2] = on ? 0 : this.routed(this.pending, this.virtualPending);
  }

  /** ISR_EL1. */
  pendingInterrupts(): bigint {
    if (!this.hasEl2 || this.el === 2 || this.tge) return BigInt(this.pending);
    // What EL2 has taken over, EL1 sees in its virtual form.
    const pending = this.routed(this.pending, this.virtualPending) & PENDING_ALL;
    return BigInt(pending);
  }

  /** CNTVCT_EL0: the physical count less CNTVOFF_EL2, which a host with E2H does not see. */
  virtualCount(): bigint {
    return this.hasEl2 && this.hostContext ? this.counter.physical() : this.offsetCount();
  }
  private offsetCount(): bigint {
    const count = this.counter.virtual();
    return this.hasEl2 ? BigInt.asUintN(64, count - this.virtualOffset) : count;
  }

  /** Count of the virtual counter at which the event stream next wakes WFE; undefined when it is off. */
  eventStreamDeadline(): bigint | undefined {
    const cntkctl = this.slot(this.hostContext ? CNTHCTL : CNTKCTL);
    if ((cntkctl & 4n) === 0n) return undefined;
    const bit = ((cntkctl >> 4n) & 15n) + ((cntkctl & (1n << 17n)) === 0n ? 0n : 8n);
    const count = this.virtualCount();
    return ((count >> bit) + 1n) << bit;
  }

  private takeEvent(): boolean {
    const cell = this.i32[STATE.EVENT >> 2] !== 0;
    const was = this.eventSent || cell;
    this.eventSent = false;
    this.i32[STATE.EVENT >> 2] = 0;
    return was;
  }

  /** Stops until an interrupt is pending, masked or not; EL0 may be trapped instead. */
  private waitFor(state: 'wfi' | 'wfe', enable: bigint, ti: number, until: bigint | undefined): void {
    if (this.pending !== 0 || (until !== undefined && this.virtualCount() >= until)) return;
    if (this.virtualPending !== 0 || (this.hcr & VIRTUAL) !== 0n) return;
    const toEl1 = this.el === 0 && (this.sctlr & enable) === 0n;
    const toEl2 = this.el < 2 && (this.hcr & (state === 'wfi' ? HCR.TWI : HCR.TWE)) !== 0n;
    if (toEl1 || toEl2) {
      this.takeSynchronous(EC.wfx, NO_CONDITION | ti, this.pc - INSTRUCTION_BYTES, undefined, !toEl1);
      return;
    }
    this.wait = state;
    this.waitUntil = until === undefined ? undefined : this.counter.physical() + (until - this.virtualCount());
    this.attentionWanted = true;
  }

  private setPmuInterrupt(level: boolean): void {
    if (level !== this.pmuInterrupt) this.port.lines.pmu.set(level);
    this.pmuInterrupt = level;
    // An overflow may be near now: the machine has to look at its budget.
    if (this.pmu?.active) this.attentionWanted = true;
  }

  private setPending(bit: number, level: boolean): void {
    const pending = level ? this.pending | bit : this.pending & ~bit;
    if (pending === this.pending) return;
    this.pending = pending;
    if (pending !== 0 && (this.wait === 'wfi' || this.wait === 'wfe')) {
      this.wait = 'running';
      this.port.woken();
    }
    this.showPending();
  }

  private setVirtual(bit: number, level: boolean): void {
    const pending = level ? this.virtualPending | bit : this.virtualPending & ~bit;
    if (pending === this.virtualPending) return;
    this.virtualPending = pending;
    if (pending !== 0 && (this.wait === 'wfi' || this.wait === 'wfe')) {
      this.wait = 'running';
      this.port.woken();
    }
    this.showPending();
  }

  /** Tells the engine what is pending. */
  private showPending(): void {
    if (!this.current) return;
    this.i32[STATE.PENDING >> 2] = this.routed(this.pending, this.virtualPending);
    this.attentionWanted = true;
  }

  private timer(count: () => bigint, line: InterruptLine): GenericTimer {
    const timer: GenericTimer = new GenericTimer({
      count,
      changed: () => {
        line.set(timer.output);
        this.timersChanged = true;
        this.attentionWanted = true;
      },
    });
    return timer;
  }

  /** Drives the timers' outputs from the present count. */
  updateTimers(): void {
    if (this.current && this.hasEl2) this.virtualOffset = this.slot(CNTVOFF);
    this.timersChanged = true;
    this.timersUnseen = false;
    const { cntv, cntp, cnthp, cnthv } = this.port.lines;
    cntv.set(this.virtualTimer.output);
    cntp.set(this.physicalTimer.output);
    cnthp?.set(this.hypervisorTimer.output);
    cnthv?.set(this.hypervisorVirtualTimer.output);
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
    return this.file.access(key, write);
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
    const { el } = this;
    if (el < 2 && !this.inHost) {
      const fpen = Number((this.slot(CPACR) >> 20n) & 3n);
      if (fpen === 0 || fpen === 2 || (fpen === 1 && el === 0)) return 1;
    }
    if (!this.hasEl2) return 0;
    const cptr = this.slot(CPTR);
    if (!this.e2h) return (cptr & CPTR_TFP) !== 0n ? 2 : 0;
    const fpen = Number((cptr >> 20n) & 3n);
    return fpen === 0 || fpen === 2 || (fpen === 1 && el === 0 && this.tge) ? 2 : 0;
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
    this.i32[STATE.PENDING >> 2] = this.routed(this.pending, this.virtualPending);
    this.contextSelected();
  }
}
