import type { Cpu } from '../cpu/cpu.js';
import { RO1, RW1, type SysRegRow, WO1 } from '../cpu/sysreg.js';
import { sysKey } from '../cpu/sysreg-key.js';
import type { Gicv3 } from '../devices/gicv3.js';
import { iccRegisters } from '../devices/gicv3-registers.js';

/**
 * The GICv3 CPU interface as rows for a machine's system register table.
 *
 * @param gic asked at each access, so that machine and GIC can be made in either order
 * @example buildMachine({ registers: gicSysRegs(() => gic), ... })
 */
export function gicSysRegs(gic: () => Gicv3): SysRegRow[] {
  return iccRegisters.map(({ name, encoding, read, write }) => ({
    name,
    key: sysKey(...encoding),
    access: read === undefined ? WO1 : write === undefined ? RO1 : RW1,
    stored: false,
    ...(read && { get: (cpu: Cpu) => BigInt(read(gic().cpus[cpu.index]!) >>> 0) }),
    ...(write && { set: (cpu: Cpu, value: bigint) => write(gic().cpus[cpu.index]!, value) }),
  }));
}
