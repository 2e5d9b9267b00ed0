import { type Feature, featureSet, idFieldsOf } from './features.js';

/** What a CPU is: identification, features and sizes. Feature checks and ID registers both come from here. */
export interface CpuModel {
  readonly name: string;
  readonly midr: bigint;
  readonly features: ReadonlySet<Feature>;
  /** Bits of physical address: 32, 36, 40, 42, 44 or 48. */
  readonly paBits: number;
  /** Breakpoints and watchpoints in the debug registers. */
  readonly breakpoints: number;
  readonly watchpoints: number;
  /** PMU event counters beside the cycle counter. */
  readonly counters: number;
  readonly ctr: bigint;
  /** log2 of the words that DC ZVA clears. */
  readonly dczid: bigint;
  readonly clidr: bigint;
  /** CCSIDR_EL1 by CSSELR_EL1 (level - 1) * 2 + instruction. */
  readonly ccsidr: readonly bigint[];
  readonly aidr: bigint;
  readonly revidr: bigint;
  /** SCTLR_EL1 after reset. */
  readonly sctlr: bigint;
  /** ID registers by name without `_EL1`; those absent read as zero. */
  readonly idRegisters: ReadonlyMap<string, bigint>;
  /** Features that come with EL2 where a machine has it, see {@link withFeatures}. */
  readonly hypervisor: readonly Feature[];
}

/** The parts of a model that do not follow from others. */
export interface CpuModelInit {
  readonly name: string;
  readonly midr: bigint;
  readonly features: Iterable<Feature>;
  readonly paBits?: number;
  readonly breakpoints?: number;
  readonly watchpoints?: number;
  readonly counters?: number;
  readonly ctr?: bigint;
  readonly clidr?: bigint;
  readonly ccsidr?: readonly bigint[];
  readonly aidr?: bigint;
  readonly revidr?: bigint;
  readonly sctlr?: bigint;
  readonly hypervisor?: readonly Feature[];
  /** Bits of ID registers, by name without `_EL1`, beside those that announce features. */
  readonly idBits?: Readonly<Record<string, bigint>>;
}

const PA_RANGE: Readonly<Record<number, bigint>> = { 32: 0n, 36: 1n, 40: 2n, 42: 3n, 44: 4n, 48: 5n };

function idRegisters(
  init: Required<Pick<CpuModelInit, 'paBits' | 'breakpoints' | 'watchpoints'>>,
  f: ReadonlySet<Feature>,
  more: Readonly<Record<string, bigint>> = {},
) {
  const range = PA_RANGE[init.paBits];
  if (range === undefined) throw new RangeError(`a CPU cannot have ${init.paBits} bits of physical address`);
  const ids = idFieldsOf(f);
  const or = (register: string, value: bigint): void => {
    ids.set(register, (ids.get(register) ?? 0n) | value);
  };
  or('ID_AA64PFR0', 0x11n); // EL0 and EL1 in AArch64 only
  if (!f.has('FP')) or('ID_AA64PFR0', 0xfn << 16n);
  if (!f.has('AdvSIMD')) or('ID_AA64PFR0', 0xfn << 20n);
  or('ID_AA64MMFR0', range);
  if (!f.has('TGran64')) or('ID_AA64MMFR0', 0xfn << 24n);
  if (!f.has('TGran4')) or('ID_AA64MMFR0', 0xfn << 28n);
  if (!f.has('Debugv8p2')) or('ID_AA64DFR0', 6n);
  // The last breakpoint matches a context, as cores have it.
  or('ID_AA64DFR0', (BigInt(init.breakpoints - 1) << 12n) | (BigInt(init.watchpoints - 1) << 20n) | (1n << 28n));
  if (!f.has('DoubleLock')) or('ID_AA64DFR0', 0xfn << 36n);
  for (const [register, bits] of Object.entries(more)) or(register, bits);
  return ids;
}

/**
 * Completes a CPU model.
 *
 * @example
 * const model = cpuModel({ name: 'mine', midr: 0x410fd083n, features: ['FP', 'AdvSIMD', 'LSE', 'TGran4'] });
 * model.idRegisters.get('ID_AA64ISAR0'); // 0x200000n
 */
export function cpuModel(init: CpuModelInit): CpuModel {
  const features = featureSet(init.features);
  const sizes = { paBits: init.paBits ?? 40, breakpoints: init.breakpoints ?? 6, watchpoints: init.watchpoints ?? 4 };
  return {
    name: init.name,
    midr: init.midr,
    features,
    ...sizes,
    counters: init.counters ?? 6,
    ctr: init.ctr ?? 0x8444c004n,
    dczid: 4n,
    clidr: init.clidr ?? 0x0a200023n,
    ccsidr: init.ccsidr ?? [0x701fe00an, 0x201fe012n, 0x70ffe07an],
    aidr: init.aidr ?? 0n,
    revidr: init.revidr ?? 0n,
    sctlr: init.sctlr ?? 0x00c50838n,
    idRegisters: idRegisters(sizes, features, init.idBits),
    hypervisor: init.hypervisor ?? ['EL2'],
  };
}

/**
 * The model with further features, and the ID register fields that announce them.
 *
 * @example
 * const host = withFeatures(max, max.hypervisor); // with EL2 and FEAT_VHE
 */
export function withFeatures(model: CpuModel, more: readonly Feature[]): CpuModel {
  const features = featureSet([...model.features, ...more]);
  const idRegisters = new Map(model.idRegisters);
  for (const [name, bits] of idFieldsOf(features)) idRegisters.set(name, (idRegisters.get(name) ?? 0n) | bits);
  return { ...model, features, idRegisters };
}

const V8: readonly Feature[] = ['FP', 'AdvSIMD', 'TGran4', 'PMUv3', 'CRC32', 'PMULL', 'SHA1', 'SHA256'];
const V8_3: readonly Feature[] = [
  'LSE',
  'RDM',
  'PAN2',
  'FP16',
  'PAuth',
  'JSCVT',
  'FCMA',
  'LRCPC',
  'DPB',
  'HPDS',
  'UAO',
];
const V8_4: readonly Feature[] = ['SHA512', 'SHA3', 'DotProd', 'FHM', 'FlagM', 'LRCPC2', 'DIT', 'LSE2', 'TLBIRANGE'];
const V8_4_SYSTEM: readonly Feature[] = ['TTST', 'IDST'];
const V8_5: readonly Feature[] = ['FlagM2', 'FRINTTS', 'SB', 'SSBS2', 'DPB2', 'CSV2', 'CSV3', 'BTI', 'E0PD'];

/** Of Armv8.8. */
const V8_8: readonly Feature[] = ['MOPS'];

const V8_6: readonly Feature[] = [
  'TGran16',
  'TGran64',
  'ASID16',
  'SM3',
  'SM4',
  'RNG',
  'BF16',
  'I8MM',
  'WFxT',
  'HAFDBS',
  'ETS',
  'TTCNP',
  'TTL',
  'BBM',
  'PMUv3p5',
  'Debugv8p4',
  'CSV2_2',
  'ECV',
  'SPECRES',
  'DGH',
  'LOR',
  'DoubleLock',
];

/** Arm Cortex-A72 as QEMU has it, but without AArch32. */
export const cortexA72 = cpuModel({
  name: 'cortex-a72',
  midr: 0x410fd083n,
  features: [...V8, 'TGran64', 'ASID16', 'DoubleLock'],
  paBits: 44,
});

/** Everything that is implemented. */
export const max = cpuModel({
  name: 'max',
  midr: 0x000f0510n,
  features: [...V8, ...V8_3, ...V8_4, ...V8_4_SYSTEM, ...V8_5, ...V8_6, ...V8_8],
  paBits: 48,
  // QEMU's has no levels of unification above the caches: maintenance for instructions is not needed.
  clidr: 0x02000023n,
  hypervisor: ['VHE', 'VMID16', 'XNX', 'S2FWB', 'HCX', 'EVT'],
});

/** Apple A12 family (Vortex core of an A12X or A12Z): Armv8.3 with 16K pages, A64 only. */
export const appleA12 = cpuModel({
  name: 'apple-a12',
  midr: 0x611f0100n,
  features: [
    ...V8.filter(f => f !== 'TGran4' && f !== 'PMUv3'),
    ...V8_3.filter(f => f !== 'UAO'),
    'TGran16',
    'TGran64',
  ],
  paBits: 40,
});

/** Apple A13 family (Lightning core): Armv8.4. */
export const appleA13 = cpuModel({
  name: 'apple-a13',
  midr: 0x611f0120n,
  features: [...appleA12.features, ...V8_4, ...V8_4_SYSTEM, 'UAO'],
  paBits: 40,
});

/**
 * Apple M1 (Firestorm core, T8103): Armv8.4 with most of 8.5, pages of 4K and 16K, 36 bits of physical address. It always
 * has EL2, whose E2H bit cannot be cleared. The values of its identification and cache registers are public: VirtualBox's
 * report of a Mac mini (`ARM_Apple_M1.h`) and what KVM shows under Asahi Linux agree on them. Its performance monitors
 * are Apple's own, and so are many registers: see {@link APPLE_M1_REGISTERS}.
 */
export const appleM1 = cpuModel({
  name: 'apple-m1',
  midr: 0x611f0231n,
  features: [
    ...V8.filter(f => f !== 'PMUv3'),
    ...V8_3,
    ...V8_4,
    ...V8_5.filter(f => f !== 'BTI'),
    'TGran16',
    'EPAC',
    'IDST',
    'SPECRES',
    'LOR',
    'HPDS2',
    'TTCNP',
    'TTL',
    'RAS',
    'IESB',
    'Debugv8p4',
    'DoubleLock',
    'E2H1',
    'XNX',
    'S2FWB',
    'EVT',
  ],
  paBits: 36,
  ctr: 0x84448004n,
  clidr: 0x81000023n,
  ccsidr: [0x701fe03an, 0x203fe02an, 0x73ffe05bn],
  aidr: 0x2fd5717n,
  hypervisor: [],
  idBits: {
    // PMUVer: IMPLEMENTATION DEFINED.
    ID_AA64DFR0: 0xf00n,
    // Granules of stage 2 (4K and 16K), FEAT_ExS.
    ID_AA64MMFR0: 0x1212n << 32n,
    // SpecSEI.
    ID_AA64MMFR1: 1n << 24n,
    // Reserved; KVM hides it.
    ID_AA64MMFR2: 1n << 44n,
  },
});

/** The CPU of Apple's virtual machines: Armv8.5, 16K and 4K pages. */
export const vmapple = cpuModel({
  name: 'vmapple',
  midr: 0x610f0000n,
  features: [...V8, ...V8_3, ...V8_4, ...V8_4_SYSTEM, ...V8_5, 'PAuth2', 'TGran16', 'TGran64', 'ASID16'],
  paBits: 40,
});

/** The named models. */
export const CPU_MODELS: Readonly<Record<string, CpuModel>> = Object.fromEntries(
  [cortexA72, max, appleA12, appleA13, appleM1, vmapple].map(m => [m.name, m]),
);
