export type { Cpu } from './cpu/cpu.js';
export type { Conduit } from './cpu/cpu-port.js';
export type { ExceptionEvent } from './cpu/exceptions.js';
export type { FaultKind, TranslationReport } from './cpu/explain.js';
export type { Feature } from './cpu/features.js';
export type { WaitState } from './cpu/interrupt-state.js';
export {
  appleA12,
  appleA13,
  appleM1,
  CPU_MODELS,
  type CpuModel,
  type CpuModelInit,
  cortexA72,
  cpuModel,
  max,
  vmapple,
  withFeatures,
} from './cpu/models.js';
export {
  computed,
  type LowestEl,
  RO1,
  RW0,
  RW1,
  type SysAccess,
  type SysRegInit,
  type SysRegRow,
  stored,
  WO1,
} from './cpu/sysreg.js';
export type { UnknownPolicy } from './cpu/sysreg-table.js';
export { APPLE_REGISTERS } from './cpu/sysregs-apple.js';
export { APPLE_M1_REGISTERS } from './cpu/sysregs-apple-m1.js';
export { AppleAic, type AppleAicOptions } from './devices/apple-aic.js';
export { AppleFastIpi, type AppleFastIpiOptions } from './devices/apple-fast-ipi.js';
export {
  Bus,
  BusError,
  type DeviceAccess,
  type HoleAccess,
  type HostMemory,
  isBusError,
  type Region,
} from './devices/bus.js';
export { CfiFlash, type CfiFlashOptions } from './devices/cfi-flash.js';
export type { AccessSize, Clock, Device, Dma, InterruptLine, Log, Stateful, Timer } from './devices/device.js';
export { unconnected } from './devices/device.js';
export { FwCfg } from './devices/fw-cfg.js';
export type { GicCpu, GicCpuLines } from './devices/gic-cpu.js';
export { GicState } from './devices/gic-state.js';
export { Gicv2, type Gicv2Options } from './devices/gicv2.js';
export { Gicv3, type Gicv3Options } from './devices/gicv3.js';
export type { HostInput, InputGate } from './devices/host-input.js';
export { type PciBar, PciFunction, type PciIdentity } from './devices/pci/function.js';
export { PciHost, type PciWindow } from './devices/pci/host.js';
export { Pl011 } from './devices/pl011.js';
export { Pl031 } from './devices/pl031.js';
export { Pl061 } from './devices/pl061.js';
export { PvPanic } from './devices/pvpanic.js';
export { SamsungUart, type SamsungUartOptions } from './devices/samsung-uart.js';
export { SerialPort } from './devices/serial-port.js';
export { Unimplemented, type UnimplementedOptions } from './devices/unimplemented.js';
export { APPLE_BLOCK_PCI, AppleVirtioBlock } from './devices/virtio/apple-blk.js';
export { type BlockStore, MemoryDisk, VirtioBlock } from './devices/virtio/blk.js';
export { VirtioConsole } from './devices/virtio/console.js';
export { VirtioDevice } from './devices/virtio/device.js';
export { VirtioMmio, type VirtioMmioOptions } from './devices/virtio/mmio.js';
export { type NetworkPeer, VirtioNet } from './devices/virtio/net.js';
export { VirtioPci, type VirtioPciOptions } from './devices/virtio/pci.js';
export { VirtioRng } from './devices/virtio/rng.js';
export { UserNetwork } from './devices/virtio/user-network.js';
export { Control, type ControlStop, type Verdict, type WatchHit } from './embed/control.js';
export { Emulator, type ExceptionHook } from './embed/emulator.js';
export type { CodeAddress, EmulatorExceptionHook } from './embed/emulator-hooks.js';
export type { EmulatorOptions, EmulatorRun, EmulatorStop, Mmio } from './embed/emulator-types.js';
export { EmulatorError, type EmulatorErrorCode, isEmulatorError } from './embed/error.js';
export { GuestMemory, physicalOf, translation } from './embed/guest-memory.js';
export { type RegisterName, readRegister, writeRegister } from './embed/registers.js';
export type { EngineMode } from './engine/engine.js';
export { type GdbConnection, type GdbOptions, GdbServer } from './gdb/server.js';
export { Hooks } from './hooks/hooks.js';
export { type AddressRange, EVERYWHERE } from './hooks/range.js';
export type {
  AccessEvent,
  AccessHook,
  AccessRange,
  BlockHook,
  CodeHook,
  ExceptionHook as MachineExceptionHook,
  ExceptionWatch,
  SystemRegisterEvent,
  SystemRegisterHook,
  TlbFillEvent,
  TlbFillHook,
  UndefinedHook,
  Unhook,
  UnmappedEvent,
  UnmappedHook,
} from './hooks/types.js';
export { explainUndefined, type UndefinedReport } from './hooks/undefined.js';
export { type BuildOptions, type BuiltMachine, buildMachine, type RamSpec } from './machine/build.js';
export type { InputSchedule } from './machine/input-schedule.js';
export { Machine } from './machine/machine.js';
export type { CpuLines, FirmwareCall, MachineOptions, RunOptions, StopReason } from './machine/options.js';
export { isRecordingError, RecordingError, type RecordingErrorCode } from './record/error.js';
export { HostAccess } from './record/host-access.js';
export { Recorder, type RecordOptions, Replay, record, replay } from './record/recording.js';
export type { RegionPolicy } from './region/regions.js';
export { Checkpoint, checkpoint } from './snapshot/checkpoint.js';
export type { Saveable } from './snapshot/contents.js';
export { isSnapshotError, SnapshotError, type SnapshotErrorCode } from './snapshot/error.js';
export { restoreSnapshot, type SnapshotOptions, saveSnapshot, stateHash } from './snapshot/snapshot.js';
export { callStack } from './trace/call-stack.js';
export { Coverage, type CoverageModule, type CoveredBlock } from './trace/coverage.js';
export { TRACE_ITEMS, type TraceItem } from './trace/items.js';
export { Profiler, type ProfilerOptions, type SpeedscopeFile, type SpeedscopeProfile } from './trace/profiler.js';
export { Trace, type TraceOptions } from './trace/trace.js';
export { gicSysRegs } from './virt/gic-sysregs.js';
export { type MapEntry, VIRT_GIC_LINES, VIRT_IRQ, VIRT_MAP, VIRT_PPI } from './virt/memory-map.js';
export {
  createVirt,
  isVirtError,
  VIRT_DTB_SIZE,
  type VirtChosen,
  VirtError,
  type VirtMachine,
  type VirtOptions,
} from './virt/virt.js';
