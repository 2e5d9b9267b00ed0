import type { Gicv3CpuInterface } from './gicv3-cpu.js';

/** A system register of the GIC CPU interface. A missing `read` or `write` makes that access UNDEFINED. */
export interface IccRegister {
  readonly name: string;
  /** op0, op1, CRn, CRm, op2. */
  readonly encoding: readonly [number, number, number, number, number];
  readonly read?: (cpu: Gicv3CpuInterface) => number;
  readonly write?: (cpu: Gicv3CpuInterface, value: bigint) => void;
}

const low = (value: bigint): number => Number(value & 0xffffffffn);
const id = (value: bigint): number => Number(value & 0xffffffn);

/**
 * The ICC_*_EL1 registers (GIC architecture 12.2), in the order of their encodings; accessible from EL1 up.
 * Only the system register interface exists: ICC_SRE_EL1 reads as 7 for ever.
 */
export const iccRegisters: readonly IccRegister[] = [
  {
    name: 'ICC_PMR_EL1',
    encoding: [3, 0, 4, 6, 0],
    read: c => c.priorityMask,
    write: (c, v) => c.writePriorityMask(low(v)),
  },
  { name: 'ICC_IAR0_EL1', encoding: [3, 0, 12, 8, 0], read: c => c.acknowledge(0) },
  { name: 'ICC_EOIR0_EL1', encoding: [3, 0, 12, 8, 1], write: (c, v) => c.endOfInterrupt(0, id(v)) },
  { name: 'ICC_HPPIR0_EL1', encoding: [3, 0, 12, 8, 2], read: c => c.highestPending(0) },
  {
    name: 'ICC_BPR0_EL1',
    encoding: [3, 0, 12, 8, 3],
    read: c => c.readBinaryPoint(0),
    write: (c, v) => c.writeBinaryPoint(0, low(v)),
  },
  {
    name: 'ICC_AP0R0_EL1',
    encoding: [3, 0, 12, 8, 4],
    read: c => c.activePriorities[0]! >>> 0,
    write: (c, v) => c.writeActivePriorities(0, low(v)),
  },
  {
    name: 'ICC_AP1R0_EL1',
    encoding: [3, 0, 12, 9, 0],
    read: c => c.activePriorities[1]! >>> 0,
    write: (c, v) => c.writeActivePriorities(1, low(v)),
  },
  { name: 'ICC_DIR_EL1', encoding: [3, 0, 12, 11, 1], write: (c, v) => c.deactivate(id(v)) },
  { name: 'ICC_RPR_EL1', encoding: [3, 0, 12, 11, 3], read: c => c.runningPriority() },
  { name: 'ICC_SGI1R_EL1', encoding: [3, 0, 12, 11, 5], write: (c, v) => c.sendSgi(1, v) },
  // With one security state, the other state's group 1 is group 1 too.
  { name: 'ICC_ASGI1R_EL1', encoding: [3, 0, 12, 11, 6], write: (c, v) => c.sendSgi(1, v) },
  { name: 'ICC_SGI0R_EL1', encoding: [3, 0, 12, 11, 7], write: (c, v) => c.sendSgi(0, v) },
  { name: 'ICC_IAR1_EL1', encoding: [3, 0, 12, 12, 0], read: c => c.acknowledge(1) },
  { name: 'ICC_EOIR1_EL1', encoding: [3, 0, 12, 12, 1], write: (c, v) => c.endOfInterrupt(1, id(v)) },
  { name: 'ICC_HPPIR1_EL1', encoding: [3, 0, 12, 12, 2], read: c => c.highestPending(1) },
  {
    name: 'ICC_BPR1_EL1',
    encoding: [3, 0, 12, 12, 3],
    read: c => c.readBinaryPoint(1),
    write: (c, v) => c.writeBinaryPoint(1, low(v)),
  },
  {
    name: 'ICC_CTLR_EL1',
    encoding: [3, 0, 12, 12, 4],
    read: c => c.readControl(),
    write: (c, v) => c.writeControl(low(v)),
  },
  { name: 'ICC_SRE_EL1', encoding: [3, 0, 12, 12, 5], read: () => 7, write: () => {} },
  {
    name: 'ICC_IGRPEN0_EL1',
    encoding: [3, 0, 12, 12, 6],
    read: c => c.groupEnable[0]!,
    write: (c, v) => c.writeGroupEnable(0, low(v)),
  },
  {
    name: 'ICC_IGRPEN1_EL1',
    encoding: [3, 0, 12, 12, 7],
    read: c => c.groupEnable[1]!,
    write: (c, v) => c.writeGroupEnable(1, low(v)),
  },
];
