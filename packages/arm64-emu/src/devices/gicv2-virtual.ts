import type { AccessSize } from './device.js';
import { SPURIOUS } from './gic-cpu.js';
import {
  FIRST_SPECIAL,
  GicVirtualInterface,
  LIST_REGISTERS,
  VIRTUAL_PRIORITY_BITS,
  type VirtualFabric,
  type VirtualLines,
  VMCR,
} from './gic-virtual.js';
import { OTHER_GROUP } from './gicv2-cpu.js';

/** GICV_CTLR, and the same bits of GICH_VMCR. */
const CONTROL_BITS = 0x21f;
const MASKS = { hcr: 0xf800_00ff, vmcr: 0xf8fc_0000 | CONTROL_BITS, vmcrFixed: 0 } as const;
const SGIS = 16;

/**
 * Virtual interrupts of one CPU in GICv2 (GIC architecture 2.0, 5): GICH_*, the registers of the hypervisor, and GICV_*, which
 * it maps where its guest looks for GICC_*.
 */
export class Gicv2VirtualInterface extends GicVirtualInterface {
  constructor(fabric: VirtualFabric, lines: VirtualLines) {
    super(fabric, lines, MASKS);
  }

  /** A register of GICH. */
  readHypervisor(offset: number): number {
    if (offset >= 0x100 && offset < 0x200) return this.readList((offset - 0x100) >> 2);
    switch (offset) {
      case 0x00:
        return this.hcr;
      case 0x04: {
        // GICH_VTR: bits of priority and of preemption, number of list registers
        const bits = VIRTUAL_PRIORITY_BITS - 1;
        return ((bits << 29) | (bits << 26) | (LIST_REGISTERS - 1)) >>> 0;
      }
      case 0x08:
        return this.vmcr;
      case 0x10: // GICH_MISR
        return this.maintenance;
      case 0x20: // GICH_EISR0
        return this.endedLists;
      case 0x30: // GICH_ELRSR0
        return this.emptyLists;
      case 0xf0: // GICH_APR
        return this.activePriorities(0);
      default:
        return 0;
    }
  }

  writeHypervisor(offset: number, _size: AccessSize, value: number): void {
    if (offset >= 0x100 && offset < 0x200) this.writeList((offset - 0x100) >> 2, value);
    else if (offset === 0x00) this.hcr = value;
    else if (offset === 0x08) this.vmcr = value;
    else if (offset === 0xf0) this.setActivePriorities(0, value);
  }

  /** A register of GICV. */
  readGuest(offset: number): number {
    switch (offset) {
      case 0x00:
        return this.machineControl & CONTROL_BITS;
      case 0x04:
        return this.priorityMask;
      case 0x08:
        return this.binaryPoint(0);
      case 0x0c: // GICV_IAR
        return this.acknowledge(this.visible());
      case 0x14:
        return this.runningPriority();
      case 0x18: // GICV_HPPIR
        return this.visible();
      case 0x1c:
        return this.binaryPoint(1);
      case 0x20: // GICV_AIAR
        return this.acknowledge(this.ofGroup1());
      case 0x28: // GICV_AHPPIR
        return this.ofGroup1();
      case 0xd0: // GICV_APR0
        return this.activePriorities(0);
      case 0xfc: // GICV_IIDR: GICv2, implementer ARM
        return 0x2043b;
      default:
        return 0;
    }
  }

  writeGuest(offset: number, _size: AccessSize, value: number): void {
    switch (offset) {
      case 0x00:
        this.vmcr = (this.machineControl & ~CONTROL_BITS) | (value & CONTROL_BITS);
        break;
      case 0x04:
        this.priorityMask = value;
        break;
      case 0x08:
        this.setBinaryPoint(0, value);
        break;
      case 0x1c:
        this.setBinaryPoint(1, value);
        break;
      case 0x10: // GICV_EOIR
      case 0x24: // GICV_AEOIR
        if ((value & 0x3ff) < FIRST_SPECIAL) this.finish(endedId(value), () => true);
        break;
      case 0xd0:
        this.setActivePriorities(0, value);
        break;
      case 0x1000: // GICV_DIR
        if ((value & 0x3ff) < FIRST_SPECIAL) this.finishSplit(endedId(value));
        break;
    }
  }

  /** GICH_LR: what it has of ICH_LR<n>_EL2, in 32 bits. */
  private readList(n: number): number {
    const lr = this.lists[n] ?? 0n;
    const bits = ((lr >> 22n) & 0xffc00n) | (((lr >> 51n) & 31n) << 23n) | (((lr >> 62n) & 3n) << 28n);
    return Number((lr & 0x3ffn) | bits | (((lr >> 60n) & 3n) << 30n));
  }

  private writeList(n: number, value: number): void {
    const id = value & 0x3ff;
    const [hw, source] = [value >>> 31, (value >> 10) & 7];
    // A software generated interrupt is told from others by its source.
    const low = hw === 0 && id < SGIS ? id | (source << 10) : id;
    const high = ((value >>> 10) & 0x3ff) | (((value >>> 23) & 31) << 19) | (((value >>> 30) & 3) << 28);
    this.setList64(n, BigInt(low) | (BigInt(high) << 32n) | (BigInt((value >>> 28) & 3) << 62n));
  }

  private visible(): number {
    const n = this.highest();
    if (n < 0) return SPURIOUS;
    return this.groupOf(n) === 0 || (this.machineControl & VMCR.VAckCtl) !== 0 ? this.idOf(n) : OTHER_GROUP;
  }
  private ofGroup1(): number {
    const n = this.highest();
    return n >= 0 && this.groupOf(n) === 1 ? this.idOf(n) : SPURIOUS;
  }
  /** Takes the highest priority pending interrupt, unless `seen` says that it is not for this register. */
  private acknowledge(seen: number): number {
    if (seen === SPURIOUS || seen === OTHER_GROUP) return seen;
    const n = this.highest();
    return this.canPreempt(n) ? this.begin(n, 0) : SPURIOUS;
  }
}

/** The id in a value written to GICV_EOIR or GICV_DIR: with its source for a software generated interrupt. */
function endedId(value: number): number {
  const id = value & 0x3ff;
  return id < SGIS ? value & 0x1fff : id;
}
