import type { FirmwareCall } from 'arm64-emu';

/** Function identifiers, of Apple's hypervisor: the service of the CPU, 0xC1000000. */
const SERVICE = 0xc1000000;
const GET_DEFAULT_KEYS = 1;
const SET_G_KEY = 6;
const NOP = 0xf0;
/** Keys that every boot is given; that they are always the same makes runs comparable. */
const DEFAULT_KEYS = [0x0123456789abcdefn, 0x13579bdf02468acen, 0x02468ace13579bdfn, 0n] as const;

/**
 * The hypercalls by which kernels of Apple's virtual machines manage pointer authentication keys. The calls that set keys
 * succeed without effect: all code signs with the CPU's own key registers, which is consistent with itself.
 */
export const pacService: FirmwareCall = (cpu, conduit) => {
  const call = Number(cpu.x(0) & 0xffff_ffffn) - SERVICE;
  if (conduit !== 'hvc' || !((call >= 0 && call <= SET_G_KEY) || call === NOP)) return false;
  if (call === GET_DEFAULT_KEYS)
    DEFAULT_KEYS.forEach((key, i) => {
      cpu.setX(1 + i, key);
    });
  cpu.setX(0, 0n);
  return true;
};
