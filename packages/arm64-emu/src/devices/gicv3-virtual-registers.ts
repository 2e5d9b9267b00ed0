import type { Gicv3VirtualInterface } from './gicv3-virtual.js';

/** What EL1 finds in the place of an ICC_* register while a hypervisor has its interrupts. */
export interface IcvRegister {
  /** Interrupt group, whose routing to EL2 decides; both for the common ones. */
  readonly group: 0 | 1 | 'both';
  /** Bits of ICH_HCR_EL2 that trap the access instead. */
  readonly trap: number;
  readonly read?: (v: Gicv3VirtualInterface) => number;
  readonly write?: (v: Gicv3VirtualInterface, value: number) => void;
}

const TC = 1 << 10;
const TALL = [1 << 11, 1 << 12] as const;
const TDIR = 1 << 14;

const ofGroup = (n: 0 | 1): Record<string, IcvRegister> => ({
  [`ICC_IAR${n}_EL1`]: { group: n, trap: TALL[n], read: v => v.acknowledge(n) },
  [`ICC_EOIR${n}_EL1`]: { group: n, trap: TALL[n], write: (v, id) => v.endOfInterrupt(n, id & 0xff_ffff) },
  [`ICC_HPPIR${n}_EL1`]: { group: n, trap: TALL[n], read: v => v.highestPending(n) },
  [`ICC_BPR${n}_EL1`]: {
    group: n,
    trap: TALL[n],
    read: v => v.readBinaryPoint(n),
    write: (v, value) => v.writeBinaryPoint(n, value),
  },
  [`ICC_AP${n}R0_EL1`]: {
    group: n,
    trap: TALL[n],
    read: v => v.activePriorities(n),
    write: (v, value) => v.setActivePriorities(n, value),
  },
  [`ICC_IGRPEN${n}_EL1`]: {
    group: n,
    trap: TALL[n],
    read: v => v.readGroupEnable(n),
    write: (v, value) => v.writeGroupEnable(n, value),
  },
});

/** The ICV_*_EL1 registers by the names whose place they take (GIC architecture 12.3). */
export const icvRegisters: Readonly<Record<string, IcvRegister>> = {
  ...ofGroup(0),
  ...ofGroup(1),
  ICC_PMR_EL1: {
    group: 'both',
    trap: TC,
    read: v => v.priorityMask,
    write: (v, value) => {
      v.priorityMask = value;
    },
  },
  ICC_RPR_EL1: { group: 'both', trap: TC, read: v => v.runningPriority() },
  ICC_DIR_EL1: { group: 'both', trap: TC | TDIR, write: (v, id) => v.deactivate(id & 0xff_ffff) },
  ICC_CTLR_EL1: { group: 'both', trap: TC, read: v => v.readControl(), write: (v, value) => v.writeControl(value) },
};

/** A register of the virtual interface for EL2. */
export interface IchRegister {
  readonly name: string;
  /** op0, op1, CRn, CRm, op2. */
  readonly encoding: readonly [number, number, number, number, number];
  readonly read: (v: Gicv3VirtualInterface) => bigint;
  readonly write?: (v: Gicv3VirtualInterface, value: bigint) => void;
}

const low = (value: bigint): number => Number(value & 0xffff_ffffn);
const ich = (
  name: string,
  crm: number,
  op2: number,
  read: (v: Gicv3VirtualInterface) => number,
  write?: (v: Gicv3VirtualInterface, value: number) => void,
): IchRegister => ({
  name: `ICH_${name}_EL2`,
  encoding: [3, 4, 12, crm, op2],
  read: v => BigInt(read(v) >>> 0),
  ...(write && { write: (v: Gicv3VirtualInterface, value: bigint) => write(v, low(value)) }),
});

/** The ICH_*_EL2 registers (GIC architecture 12.4); with five bits of priority there is one of each ICH_APxRn. */
export const ichRegisters: readonly IchRegister[] = [
  ich(
    'AP0R0',
    8,
    0,
    v => v.activePriorities(0),
    (v, value) => v.setActivePriorities(0, value),
  ),
  ich(
    'AP1R0',
    9,
    0,
    v => v.activePriorities(1),
    (v, value) => v.setActivePriorities(1, value),
  ),
  ich(
    'HCR',
    11,
    0,
    v => v.hcr,
    (v, value) => {
      v.hcr = value;
    },
  ),
  ich('VTR', 11, 1, v => v.vtr),
  ich('MISR', 11, 2, v => v.maintenance),
  ich('EISR', 11, 3, v => v.endedLists),
  ich('ELRSR', 11, 5, v => v.emptyLists),
  ich(
    'VMCR',
    11,
    7,
    v => v.vmcr,
    (v, value) => {
      v.vmcr = value;
    },
  ),
  ...Array.from(
    { length: 16 },
    (_, n): IchRegister => ({
      name: `ICH_LR${n}_EL2`,
      encoding: [3, 4, 12, 12 + (n >> 3), n & 7],
      read: v => v.list(n),
      write: (v, value) => v.setList(n, value),
    }),
  ),
];
