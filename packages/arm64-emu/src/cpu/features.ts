/** A field of an ID register: register name without `_EL1`, lowest bit, value that announces the feature. */
export type IdField = readonly [register: string, lsb: number, value: number];

/**
 * Architectural features and the ID register fields that announce them (Arm ARM, A2.2 and D19).
 * The one table behind both the decoder's feature checks and the ID registers: where two features
 * share a field, the larger value wins.
 */
export const FEATURES = {
  FP: [],
  AdvSIMD: [],
  EL2: [['ID_AA64PFR0', 8, 1]],
  EL3: [['ID_AA64PFR0', 12, 1]],
  GICv3: [['ID_AA64PFR0', 24, 1]],
  RAS: [['ID_AA64PFR0', 28, 1]],
  FP16: [
    ['ID_AA64PFR0', 16, 1],
    ['ID_AA64PFR0', 20, 1],
  ],
  DIT: [['ID_AA64PFR0', 48, 1]],
  CSV2: [['ID_AA64PFR0', 56, 1]],
  CSV2_2: [['ID_AA64PFR0', 56, 2]],
  CSV3: [['ID_AA64PFR0', 60, 1]],
  BTI: [['ID_AA64PFR1', 0, 1]],
  SSBS: [['ID_AA64PFR1', 4, 1]],
  SSBS2: [['ID_AA64PFR1', 4, 2]],
  AES: [['ID_AA64ISAR0', 4, 1]],
  PMULL: [['ID_AA64ISAR0', 4, 2]],
  SHA1: [['ID_AA64ISAR0', 8, 1]],
  SHA256: [['ID_AA64ISAR0', 12, 1]],
  SHA512: [['ID_AA64ISAR0', 12, 2]],
  CRC32: [['ID_AA64ISAR0', 16, 1]],
  LSE: [['ID_AA64ISAR0', 20, 2]],
  RDM: [['ID_AA64ISAR0', 28, 1]],
  SHA3: [['ID_AA64ISAR0', 32, 1]],
  SM3: [['ID_AA64ISAR0', 36, 1]],
  SM4: [['ID_AA64ISAR0', 40, 1]],
  DotProd: [['ID_AA64ISAR0', 44, 1]],
  FHM: [['ID_AA64ISAR0', 48, 1]],
  FlagM: [['ID_AA64ISAR0', 52, 1]],
  FlagM2: [['ID_AA64ISAR0', 52, 2]],
  TLBIOS: [['ID_AA64ISAR0', 56, 1]],
  TLBIRANGE: [['ID_AA64ISAR0', 56, 2]],
  RNG: [['ID_AA64ISAR0', 60, 1]],
  DPB: [['ID_AA64ISAR1', 0, 1]],
  DPB2: [['ID_AA64ISAR1', 0, 2]],
  /** Pointer authentication. Its version is announced in the field of its algorithm: see {@link idFieldsOf}. */
  PAuth: [],
  EPAC: [],
  PAuth2: [],
  FPAC: [],
  FPACCOMBINE: [],
  /** Algorithms: QARMA5 (APA, GPA), QARMA3 (APA3, GPA3); without these an IMPLEMENTATION DEFINED one (API, GPI). */
  PACQARMA5: [['ID_AA64ISAR1', 24, 1]],
  PACQARMA3: [['ID_AA64ISAR2', 8, 1]],
  /** Not the architecture's: codes are empty, and the instructions leave pointers alone. */
  PACNone: [],
  JSCVT: [['ID_AA64ISAR1', 12, 1]],
  FCMA: [['ID_AA64ISAR1', 16, 1]],
  LRCPC: [['ID_AA64ISAR1', 20, 1]],
  LRCPC2: [['ID_AA64ISAR1', 20, 2]],
  FRINTTS: [['ID_AA64ISAR1', 32, 1]],
  SB: [['ID_AA64ISAR1', 36, 1]],
  SPECRES: [['ID_AA64ISAR1', 40, 1]],
  BF16: [['ID_AA64ISAR1', 44, 1]],
  DGH: [['ID_AA64ISAR1', 48, 1]],
  I8MM: [['ID_AA64ISAR1', 52, 1]],
  WFxT: [['ID_AA64ISAR2', 0, 2]],
  MOPS: [['ID_AA64ISAR2', 16, 1]],
  HBC: [['ID_AA64ISAR2', 20, 1]],
  ASID16: [['ID_AA64MMFR0', 4, 2]],
  TGran16: [['ID_AA64MMFR0', 20, 1]],
  /** 4K and 64K granules are announced by 0 and denied by 15: see `models.ts`. */
  TGran64: [],
  TGran4: [],
  ECV: [['ID_AA64MMFR0', 60, 1]],
  /** Hardware update of the Access flag (FEAT_HAFDBS, level 1). */
  HAF: [['ID_AA64MMFR1', 0, 1]],
  /** Hardware update of the Access flag and of dirty state. */
  HAFDBS: [['ID_AA64MMFR1', 0, 2]],
  VMID16: [['ID_AA64MMFR1', 4, 2]],
  VHE: [['ID_AA64MMFR1', 8, 1]],
  /** Not the architecture's name: without FEAT_E2H0, HCR_EL2.E2H is always 1. */
  E2H1: [],
  HPDS: [['ID_AA64MMFR1', 12, 1]],
  HPDS2: [['ID_AA64MMFR1', 12, 2]],
  LOR: [['ID_AA64MMFR1', 16, 1]],
  PAN: [['ID_AA64MMFR1', 20, 1]],
  PAN2: [['ID_AA64MMFR1', 20, 2]],
  XNX: [['ID_AA64MMFR1', 28, 1]],
  ETS: [['ID_AA64MMFR1', 36, 1]],
  HCX: [['ID_AA64MMFR1', 40, 1]],
  TTCNP: [['ID_AA64MMFR2', 0, 1]],
  UAO: [['ID_AA64MMFR2', 4, 1]],
  IESB: [['ID_AA64MMFR2', 12, 1]],
  TTST: [['ID_AA64MMFR2', 28, 1]],
  LSE2: [['ID_AA64MMFR2', 32, 1]],
  IDST: [['ID_AA64MMFR2', 36, 1]],
  S2FWB: [['ID_AA64MMFR2', 40, 1]],
  TTL: [['ID_AA64MMFR2', 48, 1]],
  BBM: [['ID_AA64MMFR2', 52, 2]],
  EVT: [['ID_AA64MMFR2', 56, 2]],
  E0PD: [['ID_AA64MMFR2', 60, 1]],
  PMUv3: [['ID_AA64DFR0', 8, 1]],
  PMUv3p1: [['ID_AA64DFR0', 8, 4]],
  PMUv3p4: [['ID_AA64DFR0', 8, 5]],
  PMUv3p5: [['ID_AA64DFR0', 8, 6]],
  DoubleLock: [],
  Debugv8p2: [['ID_AA64DFR0', 0, 8]],
  Debugv8p4: [['ID_AA64DFR0', 0, 9]],
} as const satisfies Record<string, readonly IdField[]>;

/** An architectural feature by its name in the Arm ARM, without `FEAT_`. */
export type Feature = keyof typeof FEATURES;

/** What a feature brings along, so that a model may name only the latest. */
const IMPLIES: Partial<Record<Feature, readonly Feature[]>> = {
  CSV2_2: ['CSV2'],
  SSBS2: ['SSBS'],
  PMULL: ['AES'],
  SHA512: ['SHA256'],
  FlagM2: ['FlagM'],
  TLBIRANGE: ['TLBIOS'],
  DPB2: ['DPB'],
  FPACCOMBINE: ['FPAC'],
  FPAC: ['PAuth2'],
  PAuth2: ['PAuth'],
  EPAC: ['PAuth'],
  PACQARMA5: ['PAuth'],
  PACQARMA3: ['PAuth'],
  PACNone: ['PAuth'],
  LRCPC2: ['LRCPC'],
  HAFDBS: ['HAF'],
  PAN2: ['PAN'],
  PMUv3p5: ['PMUv3p4'],
  PMUv3p4: ['PMUv3p1'],
  PMUv3p1: ['PMUv3'],
  Debugv8p4: ['Debugv8p2'],
  HPDS2: ['HPDS'],
  VHE: ['EL2'],
  E2H1: ['VHE'],
};

/** The closed set of a list of features: everything named and everything those bring along. */
export function featureSet(list: Iterable<Feature>): ReadonlySet<Feature> {
  const set = new Set<Feature>();
  const add = (f: Feature): void => {
    if (set.has(f)) return;
    set.add(f);
    for (const g of IMPLIES[f] ?? []) add(g);
  };
  for (const f of list) add(f);
  return set;
}

/** Versions of pointer authentication, from the first. */
const PAUTH_VERSIONS: readonly Feature[] = ['PAuth', 'EPAC', 'PAuth2', 'FPAC', 'FPACCOMBINE'];

/** The fields that announce pointer authentication: the address one by its version, the generic one. */
function pauthFields(features: ReadonlySet<Feature>): [string, number][] {
  const version = PAUTH_VERSIONS.findLastIndex(f => features.has(f)) + 1;
  if (version === 0) return [];
  if (features.has('PACQARMA5')) return [['ID_AA64ISAR1:4', version]];
  if (features.has('PACQARMA3')) return [['ID_AA64ISAR2:12', version]];
  return [
    ['ID_AA64ISAR1:8', version],
    ['ID_AA64ISAR1:28', 1],
  ];
}

/** ID register values that a set of features announces, by register name without `_EL1`. */
export function idFieldsOf(features: ReadonlySet<Feature>): Map<string, bigint> {
  const fields = new Map<string, number>();
  for (const f of features) {
    for (const [register, lsb, value] of FEATURES[f] as readonly IdField[]) {
      const at = `${register}:${lsb}`;
      fields.set(at, Math.max(fields.get(at) ?? 0, value));
    }
  }
  for (const [at, value] of pauthFields(features)) fields.set(at, value);
  const registers = new Map<string, bigint>();
  for (const [at, value] of fields) {
    const [register, lsb] = at.split(':') as [string, string];
    registers.set(register, (registers.get(register) ?? 0n) | (BigInt(value) << BigInt(lsb)));
  }
  return registers;
}
