import type { Cpu } from '../cpu/cpu.js';
import { HCR } from '../cpu/hcr.js';
import { RO1, RO2, RW1, RW2, type SysRegRow, WO1 } from '../cpu/sysreg.js';
import { sysKey } from '../cpu/sysreg-key.js';
import type { Gicv3 } from '../devices/gicv3.js';
import { iccRegisters } from '../devices/gicv3-registers.js';
import { type IcvRegister, ichRegisters, icvRegisters } from '../devices/gicv3-virtual-registers.js';

const GROUP_ROUTES = { 0: HCR.FMO, 1: HCR.IMO, both: HCR.FMO | HCR.IMO } as const;
/** Writes that send interrupts to other CPUs: a hypervisor does it for its guest. */
const SENDS = ['ICC_SGI0R_EL1', 'ICC_SGI1R_EL1', 'ICC_ASGI1R_EL1'];
/** ICC_SRE_EL2: EL1 may use ICC_SRE_EL1; the system register interface, for ever. */
const SRE_ENABLE = 8n;
const SRE_FIXED = 7n;

/** Whether EL1 sees the virtual form of a register. */
const virtualised = (cpu: Cpu, icv: IcvRegister | undefined): icv is IcvRegister =>
  icv !== undefined && cpu.el === 1 && (cpu.hcr & GROUP_ROUTES[icv.group]) !== 0n;

/**
 * The GICv3 CPU interface as rows for a machine's system register table: physical and, for CPUs with EL2, virtual.
 *
 * @param gic asked at each access, so that machine and GIC can be made in either order
 * @example buildMachine({ registers: gicSysRegs(() => gic), ... })
 */
export function gicSysRegs(gic: () => Gicv3): SysRegRow[] {
  const physical = iccRegisters.map(({ name, encoding, read, write }): SysRegRow => {
    const icv = icvRegisters[name];
    return {
      name,
      key: sysKey(...encoding),
      access: read === undefined ? WO1 : write === undefined ? RO1 : RW1,
      stored: false,
      ...(SENDS.includes(name) && { hcr: { write: HCR.FMO | HCR.IMO } }),
      ...(name === 'ICC_SRE_EL1' && { trapEl2: (cpu: Cpu) => (cpu.read('ICC_SRE_EL2') & SRE_ENABLE) === 0n }),
      ...(icv && {
        trapEl2: (cpu: Cpu) => virtualised(cpu, icv) && (gic().virtual[cpu.index]!.hcr & icv.trap) !== 0,
      }),
      ...(read && {
        get: (cpu: Cpu) => {
          const value = virtualised(cpu, icv) ? icv.read!(gic().virtual[cpu.index]!) : read(gic().cpus[cpu.index]!);
          return BigInt(value >>> 0);
        },
      }),
      ...(write && {
        set: (cpu: Cpu, value: bigint) => {
          if (virtualised(cpu, icv)) icv.write!(gic().virtual[cpu.index]!, Number(value & 0xffff_ffffn));
          else write(gic().cpus[cpu.index]!, value);
        },
      }),
    };
  });
  const hypervisor = ichRegisters.map(
    ({ name, encoding, read, write }): SysRegRow => ({
      name,
      key: sysKey(...encoding),
      access: write === undefined ? RO2 : RW2,
      stored: false,
      needs: 'EL2',
      get: cpu => read(gic().virtual[cpu.index]!),
      ...(write && { set: (cpu: Cpu, value: bigint) => write(gic().virtual[cpu.index]!, value) }),
    }),
  );
  const sre: SysRegRow = {
    name: 'ICC_SRE_EL2',
    key: sysKey(3, 4, 12, 9, 5),
    access: RW2,
    stored: true,
    needs: 'EL2',
    mask: SRE_ENABLE,
    reset: SRE_ENABLE | SRE_FIXED,
  };
  return [...physical, ...hypervisor, sre];
}
