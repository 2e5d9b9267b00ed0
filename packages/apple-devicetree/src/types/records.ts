import { type RecordType, records } from './record.js';

/** `/defaults pmap-io-ranges`: physical ranges that the kernel maps for devices. Addresses and sizes in bytes. */
export const pmapIoRanges = records('pmap-io-range', [
  ['address', 'u64'],
  ['size', 'u64'],
  ['flags', 'u32'],
  ['name', 'fourcc'],
]);

/** `apcie-*-tunables`: masked register writes at start-up; `size` is the register's width in bytes. */
export const tunables = records('tunable', [
  ['offset', 'u32'],
  ['size', 'u32'],
  ['mask', 'u64'],
  ['value', 'u64'],
]);

const dapfHead = [
  ['start', 'u64'],
  ['end', 'u64'],
  ['r20', 'u32'],
  ['unknown1', 'u32'],
  ['r4', 'u32'],
  ['unknown2', 'u32:5'],
  ['unknown3', 'u8'],
  ['r0h', 'u8'],
  ['r0l', 'u8'],
  ['unknown4', 'u8'],
] as const;

/** `dapf-instance-*`: address filter windows. The record size depends on the chip and is not written anywhere. */
export const dapf52 = records('dapf52', dapfHead);
/** As {@link dapf52} with 4 bytes at the end. */
export const dapf56 = records('dapf56', [...dapfHead, ['tail', 'hex:4']]);
/** As {@link dapf52} with 3 bytes at the end. */
export const dapf55 = records('dapf55', [...dapfHead, ['tail', 'hex:3']]);

/** pmgr `devices`: what can be clocked and powered, 48 bytes each. Bytes 4 to 7 are the parents' ids, in two known forms. */
export const pmgrDevices = records('pmgr-device', [
  ['flags', 'u8'],
  ['unknown1', 'u8:2'],
  ['id8', 'u8'],
  ['parents', 'hex:4'],
  ['perfIndex', 'u8'],
  ['perfBlock', 'u8'],
  ['psIndex', 'u8'],
  ['psRegister', 'u8'],
  ['unknown2', 'u16'],
  ['powerDomain', 'u8'],
  ['psConfig16', 'u8'],
  ['offset', 'u24'],
  ['group', 'u8'],
  ['unknown3', 'u32'],
  ['unknown4', 'u16'],
  ['id16', 'u16'],
  ['unknown5', 'u32'],
  ['name', 'text:16'],
]);

/** pmgr `clocks`, 24 bytes each. */
export const pmgrClocks = records('pmgr-clock', [
  ['perfIndex', 'u8'],
  ['perfBlock', 'u8'],
  ['unknown1', 'u8'],
  ['id', 'u8'],
  ['unknown2', 'u32'],
  ['name', 'text:16'],
]);

/** pmgr `power-domains`, 24 bytes each. */
export const pmgrPowerDomains = records('pmgr-power-domain', [
  ['unknown1', 'u8'],
  ['perfIndex', 'u8'],
  ['perfBlock', 'u8'],
  ['id', 'u8'],
  ['flags', 'u32'],
  ['name', 'text:16'],
]);

/** pmgr `power-domains` of chips up to about 2017: the same without flags. */
export const pmgrPowerDomains20 = records('pmgr-power-domain20', [
  ['unknown1', 'u8'],
  ['perfIndex', 'u8'],
  ['perfBlock', 'u8'],
  ['id', 'u8'],
  ['name', 'text:16'],
]);

/** pmgr `events`, 24 bytes each. */
export const pmgrEvents = records('pmgr-event', [
  ['unknown1', 'u8:3'],
  ['id', 'u8'],
  ['perf2Index', 'u8'],
  ['perf2Block', 'u8'],
  ['perfIndex', 'u8'],
  ['perfBlock', 'u8'],
  ['name', 'text:16'],
]);

/** pmgr `ps-regs` and `ps-groups`: `reg` is an index into the node's `reg`. */
export const pmgrPsRegisters = records('pmgr-ps', [
  ['reg', 'u32'],
  ['offset', 'u32'],
  ['mask', 'u32'],
]);

/** pmgr `perf-regs`. */
export const pmgrPerfRegisters = records('pmgr-perf', [
  ['reg', 'u32'],
  ['offset', 'u32'],
  ['size', 'u32'],
  ['unknown', 'u32'],
]);

/** pmgr `pwrgate-regs`. */
export const pmgrPowerGateRegisters = records('pmgr-pwrgate', [
  ['reg', 'u32'],
  ['offset', 'u32'],
  ['mask', 'u32'],
  ['unknown', 'u32'],
]);

/** pmgr `ap-wake-sources`: an interrupt and its name. */
export const wakeSources = records('wake-source', [
  ['interrupt', 'u32'],
  ['name', 'text:32'],
]);

/** `/chosen/memory-map`, `/pram`, `/vram`, `cpu*-reg`: a physical address and a size, in bytes. */
export const memoryRanges = records('memory-range', [
  ['address', 'u64'],
  ['size', 'u64'],
]);

/** GPU `perf-states*`: frequency in Hz, voltage in mV. */
export const gpuPerfStates = records('gpu-perf-state', [
  ['frequency', 'u32'],
  ['voltage', 'u32'],
]);

/** `speaker-config`: slots of the audio bus, and an amplifier's gain. */
export const speakerConfigs = records('speaker-config', [
  ['receiveSlot', 'u8'],
  ['gain', 'u8'],
  ['voltageSlot', 'u8'],
  ['currentSlot', 'u8'],
]);

type Row<Type> = Type extends RecordType<infer T> ? T : never;
/** One entry of `pmap-io-ranges`. */
export type PmapIoRange = Row<typeof pmapIoRanges>;
/** One tunable of `apcie-*-tunables`. */
export type Tunable = Row<typeof tunables>;
/** One window of `dapf-instance-*`. */
export type DapfWindow = Row<typeof dapf52>;
/** One entry of pmgr `devices`. */
export type PmgrDevice = Row<typeof pmgrDevices>;
/** A physical address and size, in bytes. */
export type MemoryRange = { readonly address: bigint; readonly size: bigint };

/** Every record type, for finding one by its id. */
export const recordTypes = [
  pmapIoRanges,
  tunables,
  dapf52,
  dapf56,
  dapf55,
  pmgrDevices,
  pmgrClocks,
  pmgrPowerDomains,
  pmgrPowerDomains20,
  pmgrEvents,
  pmgrPsRegisters,
  pmgrPerfRegisters,
  pmgrPowerGateRegisters,
  wakeSources,
  memoryRanges,
  gpuPerfStates,
  speakerConfigs,
] as const;
