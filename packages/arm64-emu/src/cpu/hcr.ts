/** HCR_EL2: what a hypervisor takes away from EL1 and EL0. */

/** Bits of HCR_EL2 (Arm ARM, D19.2.48) that are modelled. */
export const HCR = {
  VM: 1n << 0n,
  SWIO: 1n << 1n,
  PTW: 1n << 2n,
  FMO: 1n << 3n,
  IMO: 1n << 4n,
  AMO: 1n << 5n,
  VF: 1n << 6n,
  VI: 1n << 7n,
  VSE: 1n << 8n,
  FB: 1n << 9n,
  DC: 1n << 12n,
  TWI: 1n << 13n,
  TWE: 1n << 14n,
  TID1: 1n << 16n,
  TID2: 1n << 17n,
  TID3: 1n << 18n,
  TSC: 1n << 19n,
  TIDCP: 1n << 20n,
  TACR: 1n << 21n,
  TSW: 1n << 22n,
  TPCP: 1n << 23n,
  TPU: 1n << 24n,
  TTLB: 1n << 25n,
  TVM: 1n << 26n,
  TGE: 1n << 27n,
  TDZ: 1n << 28n,
  HCD: 1n << 29n,
  TRVM: 1n << 30n,
  RW: 1n << 31n,
  CD: 1n << 32n,
  ID: 1n << 33n,
  E2H: 1n << 34n,
  TLOR: 1n << 35n,
  TERR: 1n << 36n,
  TEA: 1n << 37n,
  MIOCNCE: 1n << 38n,
  APK: 1n << 40n,
  API: 1n << 41n,
  FWB: 1n << 46n,
  FIEN: 1n << 47n,
  TID4: 1n << 49n,
  TICAB: 1n << 50n,
  TOCU: 1n << 52n,
  ENSCXT: 1n << 53n,
  TTLBIS: 1n << 54n,
  TTLBOS: 1n << 55n,
} as const;

/** Bits of HCRX_EL2: exceptions of memory copies go from EL1 to EL2; EL1 and EL0 may use those instructions. */
export const HCRX = { MCE2: 1 << 10, MSCEN: 1 << 11 } as const;

const BSU = 3n << 10n;
/** Bits that do nothing while a host runs programs in EL2's own regime (E2H and TGE). */
const NOT_IN_HOST =
  HCR.VM |
  HCR.FMO |
  HCR.IMO |
  HCR.AMO |
  BSU |
  HCR.DC |
  HCR.TWI |
  HCR.TWE |
  HCR.TID2 |
  HCR.TPCP |
  HCR.TPU |
  HCR.TDZ |
  HCR.CD |
  HCR.ID |
  HCR.MIOCNCE |
  HCR.TID4 |
  HCR.TICAB |
  HCR.TOCU |
  HCR.ENSCXT |
  HCR.TTLBIS |
  HCR.TTLBOS;
/** Bits that do nothing while there is no EL1 (TGE). */
const NOT_WITH_TGE =
  HCR.SWIO |
  HCR.PTW |
  HCR.VF |
  HCR.VI |
  HCR.VSE |
  HCR.FB |
  HCR.TID1 |
  HCR.TID3 |
  HCR.TSC |
  HCR.TACR |
  HCR.TSW |
  HCR.TTLB |
  HCR.TVM |
  HCR.HCD |
  HCR.TRVM |
  HCR.TLOR;

/** HCR_EL2 as it counts: bits that TGE and E2H override are gone, those that TGE implies are set. */
export function effectiveHcr(hcr: bigint): bigint {
  if ((hcr & HCR.TGE) === 0n) return hcr;
  if ((hcr & HCR.E2H) !== 0n) return hcr & ~(NOT_IN_HOST | NOT_WITH_TGE);
  return (hcr & ~NOT_WITH_TGE) | HCR.FMO | HCR.IMO | HCR.AMO;
}

/** Bits whose change makes translations that are in a TLB wrong, whatever their VMID. */
export const HCR_CACHED = HCR.PTW | HCR.CD | HCR.ID | HCR.MIOCNCE | HCR.FWB;
