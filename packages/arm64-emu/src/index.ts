export { appleA12, CPU_MODELS, type CpuModel } from './cpu/models.js';
export type { AccessSize, Clock, Device, Dma, InterruptLine, Log, Timer } from './devices/device.js';
export { SamsungUart, type SamsungUartOptions } from './devices/samsung-uart.js';
export { SerialPort } from './devices/serial-port.js';
export { Unimplemented, type UnimplementedOptions } from './devices/unimplemented.js';
export { type BuildOptions, type BuiltMachine, buildMachine, type RamSpec } from './machine/build.js';
export { Machine, type MachineOptions, type RunOptions, type StopReason } from './machine/machine.js';
export { createVirt, isVirtError, VIRT_DTB_SIZE, VirtError, type VirtMachine, type VirtOptions } from './virt/virt.js';
