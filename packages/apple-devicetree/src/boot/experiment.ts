import { toHex } from '../bytes.js';
import { editList } from '../edit/apply.js';
import type { Edit, EditList } from '../edit/edit-list.js';
import { fail } from '../error.js';
import type { MemoryRange } from '../types/records.js';
import { nvramImage } from './nvram.js';

/** Lock registers of the memory controller (AMCC) as the machine models them. */
export interface AmccModel {
  /** Physical address of the register block. */
  readonly address: bigint;
  /** Size of the block that the kernel maps, in bytes. */
  readonly size: number;
  readonly planes: number;
  /** Distance between planes, in bytes. */
  readonly stride: number;
}

/** Values that the edits need from the machine and the boot loader. */
export interface ExperimentOptions {
  /** Physical address and size of RAM, in bytes. */
  readonly dram: MemoryRange;
  /** Where the loader put the RAM disk: physical address and size, in bytes. */
  readonly ramDisk?: MemoryRange | undefined;
  /** Where the loader put the trust cache: physical address and size, in bytes. */
  readonly trustCache?: MemoryRange | undefined;
  /** At least 64 bytes that are not all zero; drawn from the platform's random source when not given. */
  readonly randomSeed?: Uint8Array | undefined;
  /** NVRAM image; {@link nvramImage} when not given. */
  readonly nvram?: Uint8Array | undefined;
  /** `lp-sip0`: bits that relax system integrity protection; 8 (kernel debugger) when not given. */
  readonly sip?: bigint | undefined;
  /** Timebase in Hz; 24 MHz when not given, as 1.12 expects. */
  readonly timebase?: number | undefined;
  /** Other clocks of the boot CPU in Hz; 24 MHz when not given. */
  readonly clock?: number | undefined;
  /** Lock registers; those of T8020 when not given. */
  readonly amcc?: AmccModel | undefined;
  /** `compatible` texts that stay, besides {@link A12_COMPATIBLE}. */
  readonly keep?: readonly string[] | undefined;
}

/** `compatible` texts that the machine has hardware for; every root says `AppleARM`. */
export const A12_COMPATIBLE: readonly string[] = [
  'AppleARM',
  'uart-1,samsung',
  'arm-io,t802?',
  'aic,1',
  'apple,tempest',
  'apple,vortex',
  'apcie,t802?',
  'usb-drd,t802?',
];

/** T8020: four planes, 0x40000 bytes apart. */
const T8020_AMCC: AmccModel = { address: 0x200000000n, size: 0x100000, planes: 4, stride: 0x40000 };

/** Smallest `random-seed`, in bytes. */
export const SEED_SIZE = 64;

const hexOf = (value: bigint): string => `0x${value.toString(16)}`;

/** A seed of {@link SEED_SIZE} random bytes, from Web Crypto. */
export const newSeed = (): Uint8Array => crypto.getRandomValues(new Uint8Array(SEED_SIZE));

/** Lock register properties: name and value. Reading zero from the registers means unlocked and satisfies the cache check. */
function amccEdits({ address, size, planes, stride }: AmccModel): Edit[] {
  const node = '/chosen/lock-regs/amcc';
  const child = `${node}/amcc-ctrr-a`;
  const reason = 'the kernel finds the registers of the read-only region here and panics when a property is missing';
  const number = (at: string, property: string, value: number): Edit => ({
    op: 'set',
    node: at,
    property,
    type: 'u32',
    value,
    make: true,
    reason,
  });
  const numbers: readonly (readonly [string, string, number])[] = [
    [node, 'aperture-count', 1],
    [node, 'aperture-size', size],
    [node, 'plane-count', planes],
    [node, 'plane-stride', stride],
    [node, 'cache-status-reg-offset', 0x1c00],
    [node, 'cache-status-reg-mask', 0],
    [node, 'cache-status-reg-value', 0],
    [child, 'page-size-shift', 14],
    [child, 'lower-limit-reg-offset', 0x680],
    [child, 'lower-limit-reg-mask', 0xffffffff],
    [child, 'upper-limit-reg-offset', 0x684],
    [child, 'upper-limit-reg-mask', 0xffffffff],
    [child, 'enable-reg-offset', 0x688],
    [child, 'enable-reg-mask', 1],
    [child, 'enable-reg-value', 1],
    [child, 'lock-reg-offset', 0x68c],
    [child, 'lock-reg-mask', 1],
    [child, 'lock-reg-value', 1],
  ];
  return [
    ...numbers.map(([at, property, value]) => number(at, property, value)),
    { op: 'set', node, property: 'aperture-phys-addr', type: 'u64[]', value: [hexOf(address)], make: true, reason },
  ];
}

/**
 * The rewriting that the original experiment of booting macOS 11 on an emulated A12 did to a firmware tree, as an edit list
 * with the reason for each edit: for trees of the A12 family (T8020, T8027).
 *
 * @throws {@link DeviceTreeError} `bad-value` when the seed is short or all zero
 * @example
 * ```ts
 * import { applyEdits, createTree, experimentEdits } from 'apple-devicetree';
 * const tree = createTree(); // or openTree(firmware)
 * const report = applyEdits(tree, experimentEdits({ dram: { address: 0x40000000n, size: 0x180000000n } }));
 * report.complete; // false here: an empty tree has no /chosen to fill in
 * ```
 */
export function experimentEdits(options: ExperimentOptions): EditList {
  const { dram, ramDisk, trustCache, randomSeed = newSeed(), nvram = nvramImage() } = options;
  const { sip = 8n, timebase = 24_000_000, clock = 24_000_000, amcc = T8020_AMCC, keep = [] } = options;
  if (randomSeed.length < SEED_SIZE || randomSeed.every(byte => byte === 0))
    throw fail('bad-value', `the random seed needs ${SEED_SIZE} bytes that are not all zero`, {
      path: '/chosen.random-seed',
    });
  const chosen = (property: string, type: string, value: string | number, reason: string): Edit => ({
    op: 'set',
    node: '/chosen',
    property,
    type,
    value,
    reason,
  });
  const absent = 'its driver would match, touch registers that are not there and panic or hang';
  const map = (name: string, range: MemoryRange | undefined, reason: string): Edit[] =>
    range === undefined
      ? []
      : [{ op: 'memory-map', name, address: hexOf(range.address), size: hexOf(range.size), reason }];
  const cpu0 = (property: string, type: string, value: string | number, reason: string): Edit => ({
    op: 'set',
    node: '/cpus/cpu0',
    property,
    type,
    value,
    reason,
  });
  const clocks = ['bus', 'cpu', 'peripheral', 'memory', 'fixed'];
  return editList(
    [
      {
        op: 'keep-compatible',
        allow: [...A12_COMPATIBLE, ...keep],
        reason: `of hardware that the machine does not have: ${absent}`,
      },
      {
        op: 'set',
        node: '**',
        property: 'device_type',
        type: 'string',
        from: 'wdt',
        value: '~dt',
        optional: true,
        reason: 'the kernel finds the watchdog by type; it would reset the machine',
      },
      {
        op: 'set',
        node: '**',
        property: 'device_type',
        type: 'string',
        from: 'backlight',
        value: '~acklight',
        optional: true,
        reason: absent,
      },
      { op: 'rename-node', node: '**/wdt', to: '~dt', optional: true, reason: 'the watchdog would reset the machine' },
      { op: 'rename-node', node: '**/backlight', to: '~acklight', optional: true, reason: absent },
      {
        op: 'rename-node',
        node: '**/dockchannel-uart',
        to: '~ockchannel-uart',
        optional: true,
        reason: 'it would become a serial port beside the UART',
      },
      {
        op: 'resolve-placeholders',
        unresolved: 'text',
        optional: true,
        reason: 'XNU takes bit 31 for a part of the length and panics: Device tree property overflow',
      },
      ...map('RAMDisk', ramDisk, 'IOKitBSDInit makes md0 of it'),
      ...map('TrustCache', trustCache, 'arm_vm_prot_init takes the hashes of trusted executables from it'),
      chosen(
        'random-seed',
        'hex',
        toHex(randomSeed),
        `early random panics with less than ${SEED_SIZE} bytes: Expected 64 seed bytes from bootloader`,
      ),
      chosen('dram-base', 'u64', hexOf(dram.address), 'read at start on macOS kernels; panic when absent'),
      chosen('dram-size', 'u64', hexOf(dram.size), 'read at start on macOS kernels; panic when absent'),
      chosen(
        'debug-enabled',
        'u32',
        1,
        'PE_i_can_has_debugger: without it boot arguments that relax code signing are ignored',
      ),
      chosen('security-domain', 'u32', 0, 'read by the Image4 and platform kexts'),
      chosen('chip-epoch', 'u32', 0, 'read by the Image4 and platform kexts'),
      chosen('nvram-total-size', 'u32', nvram.length, 'size of the NVRAM image'),
      chosen(
        'nvram-proxy-data',
        'hex',
        toHex(nvram),
        'IODTNVRAM needs a common partition; AppleImage4 dereferences null without nonce-seeds',
      ),
      {
        op: 'set',
        node: '/chosen/asmb',
        property: 'lp-sip0',
        type: 'u64',
        value: hexOf(sip),
        make: true,
        reason: 'state of system integrity protection; csr_bootstrap uses the node even when it is not there',
      },
      {
        op: 'set',
        node: '/chosen/asmb',
        property: 'lp-sip1',
        type: 'u32',
        value: 1,
        make: true,
        reason: 'an unauthenticated root file system is allowed',
      },
      ...amccEdits(amcc),
      cpu0('state', 'string', 'running', 'the boot CPU, whose timebase-frequency counts'),
      cpu0('timebase-frequency', 'u64', timebase, 'the kernel asks the tree for it, not CNTFRQ; 0 in firmware trees'),
      ...clocks.map(name =>
        cpu0(`${name}-frequency`, 'u64', clock, 'clocks are parsed from here; absent or 0 in firmware trees'),
      ),
      {
        op: 'remove',
        node: '/cpus/cpu0',
        property: 'function-*',
        except: ['function-ipi_dispatch*'],
        optional: true,
        reason: 'they call into the power manager, which is not there: the CPU driver would wait forever',
      },
      {
        op: 'remove',
        node: '**',
        property: 'secure-root-prefix',
        optional: true,
        reason: 'the secure-root path of the platform expert hangs',
      },
      {
        op: 'set',
        node: '**',
        property: 'pll-fcal-bypass-code',
        type: 'u32',
        value: 0x23456789,
        add: false,
        optional: true,
        reason: 'read by a kext of this chip family',
      },
    ],
    'edits of the original A12 experiment',
  );
}
