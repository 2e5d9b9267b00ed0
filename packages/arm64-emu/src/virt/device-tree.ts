import { type Fdt, type FdtNode, fdtCells, fdtStrings } from '@internal/binary/fdt';
import { VIRT_IRQ, VIRT_MAP, VIRT_PPI, VIRTIO_MMIO_SLOTS, virtAffinity } from './memory-map.js';

/** What the device tree of a `virt` machine says. */
export interface VirtTreeOptions {
  readonly gic: 2 | 3;
  /** Number of CPUs. */
  readonly smp: number;
  /** Bytes of RAM. */
  readonly memory: number;
  /** `compatible` of the CPUs, such as `arm,cortex-a72`. */
  readonly cpuCompatible: string;
  /** Whether the CPUs have a PMUv3. */
  readonly pmu: boolean;
  /** Instruction that calls PSCI. */
  readonly psci: 'hvc' | 'smc';
  /** Whether the interrupt controller has virtual interrupts, and one of its own for them. */
  readonly maintenance?: boolean | undefined;
  /** PCIe host bridge with its configuration space high, low, or none at all. */
  readonly pcie?: 'high' | 'low' | undefined;
  /** Whether there is flash; true by default. */
  readonly flash?: boolean | undefined;
  /** Kernel command line. */
  readonly bootargs?: string | undefined;
  /** Physical addresses of the initial RAM disk; `end` is exclusive. */
  readonly initrd?: { readonly start: number; readonly end: number } | undefined;
  /** Path of the console; the PL011 by default. */
  readonly stdoutPath?: string | undefined;
  /** 32 random bytes for the kernel. */
  readonly rngSeed?: Uint8Array | undefined;
  /** 8 random bytes from which a kernel chooses its virtual address. */
  readonly kaslrSeed?: Uint8Array | undefined;
}

type Value = Uint8Array | string | readonly number[] | true;

function node(name: string, properties: Record<string, Value | undefined>, children: FdtNode[] = []): FdtNode {
  const encode = (value: Value): Uint8Array =>
    value === true
      ? new Uint8Array(0)
      : typeof value === 'string'
        ? fdtStrings(value)
        : value instanceof Uint8Array
          ? value
          : fdtCells(...value);
  return {
    name,
    properties: Object.entries(properties).flatMap(([key, value]) =>
      value === undefined ? [] : [{ name: key, value: encode(value) }],
    ),
    children,
  };
}

const SPI = 0;
const PPI = 1;
const EDGE = 1;
const LEVEL = 4;

/** Two cells for each 64-bit number. */
const wide = (...values: number[]): number[] => values.flatMap(v => [Math.floor(v / 2 ** 32), v % 2 ** 32]);
const at = (name: string, base: number): string => `${name}@${base.toString(16)}`;
const reg = ({ base, size }: { base: number; size: number }): number[] => wide(base, size);

/** Phandles in the order in which QEMU hands them out: clock, CPUs from the last, GIC, GPIO. */
function phandles(smp: number) {
  const clock = 0x8000;
  return { clock, cpu: (index: number) => clock + smp - index, gic: clock + smp + 1, gpio: clock + smp + 2 };
}

function cpus(o: VirtTreeOptions, p: ReturnType<typeof phandles>): FdtNode {
  const indices = Array.from({ length: o.smp }, (_, i) => i);
  const cores = indices.map(i => node(`core${i}`, { cpu: [p.cpu(i)] }));
  const map = node('cpu-map', {}, [node('socket0', {}, [node('cluster0', {}, cores)])]);
  return node('cpus', { '#size-cells': [0], '#address-cells': [1] }, [
    map,
    ...indices.map(i =>
      node(`cpu@${i}`, {
        phandle: [p.cpu(i)],
        reg: [virtAffinity(i, o.gic)],
        'enable-method': o.smp > 1 ? 'psci' : undefined,
        compatible: o.cpuCompatible,
        device_type: 'cpu',
      }),
    ),
  ]);
}

function interruptController(o: VirtTreeOptions, phandle: number): FdtNode {
  const v3 = o.gic === 3;
  const { gicDistributor, gicRedistributor, gicCpu, gicHypervisor, gicVirtualCpu } = VIRT_MAP;
  const virtual = o.maintenance && !v3 ? [gicHypervisor, gicVirtualCpu] : [];
  const frames = [gicDistributor, v3 ? gicRedistributor : gicCpu, ...virtual];
  return node(at('intc', VIRT_MAP.gicDistributor.base), {
    phandle: [phandle],
    interrupts: o.maintenance ? [PPI, VIRT_PPI.gicMaintenance, LEVEL] : undefined,
    reg: frames.flatMap(reg),
    '#redistributor-regions': v3 ? [1] : undefined,
    compatible: v3 ? 'arm,gic-v3' : 'arm,cortex-a15-gic',
    ranges: true,
    '#size-cells': [2],
    '#address-cells': [2],
    'interrupt-controller': true,
    '#interrupt-cells': [3],
  });
}

/** INTA to INTD of the first four devices, rotated; the mask makes the pattern repeat. */
function pcieInterruptMap(gic: number): number[] {
  const cells: number[] = [];
  for (let device = 0; device < 4; device++)
    for (let pin = 0; pin < 4; pin++)
      cells.push(device << 11, 0, 0, pin + 1, gic, 0, 0, SPI, VIRT_IRQ.pcie + ((pin + device) % 4), LEVEL);
  return cells;
}

function pcie(o: VirtTreeOptions, gic: number): FdtNode {
  const high = o.pcie === 'high';
  const ecam = high ? VIRT_MAP.pcieEcam : VIRT_MAP.pcieEcamLow;
  const { pciePio: pio, pcieMmio: mmio, pcieMmioHigh: mmioHigh } = VIRT_MAP;
  const window = (space: number, base: number, to: { base: number; size: number }): number[] => [
    space,
    ...wide(base, to.base, to.size),
  ];
  return node(at('pcie', mmio.base), {
    'interrupt-map-mask': [0x1800, 0, 0, 7],
    'interrupt-map': pcieInterruptMap(gic),
    '#interrupt-cells': [1],
    ranges: [
      ...window(0x01000000, 0, pio),
      ...window(0x02000000, mmio.base, mmio),
      ...(high ? window(0x03000000, mmioHigh.base, mmioHigh) : []),
    ],
    reg: reg(ecam),
    'dma-coherent': true,
    'bus-range': [0, ecam.size / 0x100000 - 1],
    'linux,pci-domain': [0],
    '#size-cells': [2],
    '#address-cells': [3],
    device_type: 'pci',
    compatible: 'pci-host-ecam-generic',
  });
}

/** A node of a PrimeCell. */
function primeCell(
  name: string,
  part: string,
  entry: { base: number; size: number },
  irq: number,
  clock: number,
): FdtNode {
  return node(at(name, entry.base), {
    'clock-names': part === 'pl011' ? fdtStrings('uartclk', 'apb_pclk') : 'apb_pclk',
    clocks: part === 'pl011' ? [clock, clock] : [clock],
    interrupts: [SPI, irq, LEVEL],
    reg: reg(entry),
    compatible: fdtStrings(`arm,${part}`, 'arm,primecell'),
  });
}

function flash(): FdtNode {
  const { base, size } = VIRT_MAP.flash;
  const bank = size / 2;
  return node(at('flash', base), {
    'bank-width': [4],
    reg: wide(base, bank, base + bank, bank),
    compatible: 'cfi-flash',
  });
}

function virtio(slot: number): FdtNode {
  const { base, size } = VIRT_MAP.virtioMmio;
  return node(at('virtio_mmio', base + slot * size), {
    'dma-coherent': true,
    interrupts: [SPI, VIRT_IRQ.virtioMmio + slot, EDGE],
    reg: wide(base + slot * size, size),
    compatible: 'virtio,mmio',
  });
}

/**
 * The device tree of a `virt` machine, as QEMU 7.2 generates it with `its=off`; nodes and properties are in its order.
 *
 * @example
 * const blob = writeFdt(virtDeviceTree({ gic: 3, smp: 1, memory: 2 ** 29, ... }), fail, 0x100000);
 */
export function virtDeviceTree(o: VirtTreeOptions): Fdt {
  const p = phandles(o.smp);
  // GICv2 tells in the flags which CPUs a private interrupt goes to.
  const ppiFlags = LEVEL | (o.gic === 2 ? ((1 << Math.min(o.smp, 8)) - 1) << 8 : 0);
  const ppis = (...ids: number[]): number[] => ids.flatMap(id => [PPI, id, ppiFlags]);
  const { ram, fwCfg, gpio, platformBus, uart, rtc } = VIRT_MAP;
  const children = [
    node('psci', {
      migrate: [0xc4000005],
      cpu_on: [0xc4000003],
      cpu_off: [0x84000002],
      cpu_suspend: [0xc4000001],
      method: o.psci,
      compatible: fdtStrings('arm,psci-1.0', 'arm,psci-0.2', 'arm,psci'),
    }),
    node(at('memory', ram.base), { reg: wide(ram.base, o.memory), device_type: 'memory' }),
    node(at('platform-bus', platformBus.base), {
      'interrupt-parent': [p.gic],
      ranges: [0, ...wide(platformBus.base), platformBus.size],
      '#address-cells': [1],
      '#size-cells': [1],
      compatible: fdtStrings('qemu,platform', 'simple-bus'),
    }),
    node(at('fw-cfg', fwCfg.base), { 'dma-coherent': true, reg: reg(fwCfg), compatible: 'qemu,fw-cfg-mmio' }),
    ...Array.from({ length: VIRTIO_MMIO_SLOTS }, (_, slot) => virtio(slot)),
    node('gpio-keys', { compatible: 'gpio-keys' }, [
      node('poweroff', { gpios: [p.gpio, 3, 0], 'linux,code': [116], label: 'GPIO Key Poweroff' }),
    ]),
    node(at('pl061', gpio.base), {
      phandle: [p.gpio],
      'clock-names': 'apb_pclk',
      clocks: [p.clock],
      interrupts: [SPI, VIRT_IRQ.gpio, LEVEL],
      'gpio-controller': true,
      '#gpio-cells': [2],
      compatible: fdtStrings('arm,pl061', 'arm,primecell'),
      reg: reg(gpio),
    }),
    ...(o.pcie === undefined ? [] : [pcie(o, p.gic)]),
    primeCell('pl031', 'pl031', rtc, VIRT_IRQ.rtc, p.clock),
    primeCell('pl011', 'pl011', uart, VIRT_IRQ.uart, p.clock),
    ...(o.pmu ? [node('pmu', { interrupts: ppis(VIRT_PPI.pmu), compatible: 'arm,armv8-pmuv3' })] : []),
    interruptController(o, p.gic),
    ...(o.flash === false ? [] : [flash()]),
    cpus(o, p),
    node('timer', {
      interrupts: ppis(VIRT_PPI.secureTimer, VIRT_PPI.physicalTimer, VIRT_PPI.virtualTimer, VIRT_PPI.hypervisorTimer),
      'always-on': true,
      compatible: fdtStrings('arm,armv8-timer', 'arm,armv7-timer'),
    }),
    node('apb-pclk', {
      phandle: [p.clock],
      'clock-output-names': 'clk24mhz',
      'clock-frequency': [24000000],
      '#clock-cells': [0],
      compatible: 'fixed-clock',
    }),
    node('chosen', {
      'linux,initrd-end': o.initrd && [o.initrd.end],
      'linux,initrd-start': o.initrd && [o.initrd.start],
      bootargs: o.bootargs,
      'stdout-path': o.stdoutPath ?? `/${at('pl011', uart.base)}`,
      'rng-seed': o.rngSeed,
      'kaslr-seed': o.kaslrSeed,
    }),
  ];
  const root = node(
    '',
    {
      'interrupt-parent': [p.gic],
      model: 'linux,dummy-virt',
      '#size-cells': [2],
      '#address-cells': [2],
      compatible: 'linux,dummy-virt',
    },
    children,
  );
  return { bootCpu: 0, reservations: [], root };
}
