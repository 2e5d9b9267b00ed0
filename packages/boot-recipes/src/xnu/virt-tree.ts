import { createTree, type DeviceTreeNode } from 'apple-devicetree';
import { VIRT_MAP } from 'arm64-emu';

const REDISTRIBUTOR = 0x20000;

/** Where a board has what the tree names; physical addresses. */
export interface XnuTreeBoard {
  readonly model: string;
  /** What `/arm-io ranges` maps: devices' addresses count from here. It may not be 0, which XNU takes for none. */
  readonly soc: { readonly base: number; readonly size: number };
  readonly gicDistributor: number;
  readonly gicRedistributors: number;
  readonly uart: number;
  /** The UART's shared peripheral interrupt (INTID - 32). */
  readonly uartInterrupt?: number;
  /** PCI Express: ECAM and window for devices, by physical address, and the interrupt of INTA, which the others follow. */
  readonly pcie?: {
    readonly ecam: number;
    readonly ecamSize: number;
    readonly window: number;
    readonly windowSize: number;
    readonly interrupt: number;
  };
}

/** Level-sensitive shared peripheral interrupts in the cells of `interrupts`: {0, number, 4}. */
const spis = (...numbers: readonly number[]): number[] => numbers.flatMap(number => [0, number, 4]);

const VIRT: XnuTreeBoard = {
  model: 'boot-recipes virt',
  soc: { base: 0x08000000, size: 0x02000000 },
  gicDistributor: VIRT_MAP.gicDistributor.base,
  gicRedistributors: VIRT_MAP.gicRedistributor.base,
  uart: VIRT_MAP.uart.base,
};

/** What the tree of {@link virtXnuTree} depends on. */
export interface VirtXnuTreeOptions {
  /** Number of CPUs. */
  readonly cpus: number;
  /** Rate of the counters, in Hz. */
  readonly timebase: number;
  /** Another board than `virt`. */
  readonly board?: XnuTreeBoard | undefined;
}

/**
 * An Apple device tree for a kernel of the VMAPPLE board on the machine `virt`: CPUs, GICv3 and PL011 where that
 * machine has them, and room for what the loader fills in. XNU finds the interrupt controller as `/arm-io/gic` with a
 * `reg` of {distributor, bytes, redistributors, bytes}, and the console as `uart0`.
 *
 * @example
 * ```ts
 * import { openTree } from 'apple-devicetree';
 * import { virtXnuTree } from 'boot-recipes';
 *
 * const tree = openTree(virtXnuTree({ cpus: 2, timebase: 62_500_000 }));
 * if (tree.find('/cpus/cpu1') === undefined) throw new Error('two CPUs');
 * ```
 */
export function virtXnuTree({ cpus, timebase, board = VIRT }: VirtXnuTreeOptions): Uint8Array {
  const tree = createTree();
  const { root } = tree;
  root.setString('model', board.model);
  root.setString('compatible', 'VMA2MACOSAP', 'AppleARM');
  root.setU32('#address-cells', 2);
  root.setU32('#size-cells', 2);

  const chosen = root.addNode('chosen');
  chosen.setU64('dram-base', 0);
  chosen.setU64('dram-size', 0);
  chosen.setBytes('random-seed', new Uint8Array(64));
  chosen.setString('firmware-version', 'boot-recipes');
  chosen.setU32('debug-enabled', 1);
  chosen.setU32('embedded-panic-log-size', 0);
  const map = chosen.addNode('memory-map');
  for (let i = 0; i < 8; i++) map.setU64(`MemoryMapReserved-${i}`, 0, 0);

  const list = root.addNode('cpus');
  list.setU32('#address-cells', 1);
  list.setU32('#size-cells', 0);
  for (let i = 0; i < cpus; i++) addCpu(list, i, timebase);

  const armIo = root.addNode('arm-io');
  armIo.setString('device_type', 'vmapple2-io');
  armIo.setString('compatible', 'arm-io,vmapple2');
  armIo.setU32('#address-cells', 2);
  armIo.setU32('#size-cells', 2);
  armIo.setU64('ranges', 0, board.soc.base, board.soc.size);
  const gic = armIo.addNode('gic');
  gic.setString('compatible', 'arm,gic-v3');
  gic.setString('interrupt-controller', 'master');
  gic.setU32('#interrupt-cells', 3);
  gic.setU32('AAPL,phandle', 1);
  const offset = (address: number): number => address - board.soc.base;
  gic.setU64('reg', offset(board.gicDistributor), 0x10000, offset(board.gicRedistributors), cpus * REDISTRIBUTOR);
  const serial = armIo.addNode('uart0');
  serial.setString('device_type', 'uart');
  serial.setString('compatible', 'arm,pl011');
  serial.setFlag('boot-console');
  serial.setU64('reg', offset(board.uart), 0x1000);
  if (board.uartInterrupt !== undefined) {
    serial.setU32('interrupt-parent', 1);
    serial.setU32('interrupts', ...spis(board.uartInterrupt));
  }
  if (board.pcie !== undefined) addPcie(armIo, board.pcie, board.soc.base);

  root.addNode('defaults');
  const pram = root.addNode('pram');
  pram.setString('device_type', 'pram');
  pram.setU64('reg', 0, 0);
  const psci = root.addNode('psci');
  psci.setString('compatible', 'arm,psci-1.0');
  psci.setString('method', 'hvc');
  return tree.serialize();
}

function addCpu(list: DeviceTreeNode, index: number, timebase: number): void {
  const cpu = list.addNode(`cpu${index}`);
  cpu.setString('device_type', 'cpu');
  cpu.setString('compatible', 'ARM,v8');
  cpu.setU32('reg', index);
  cpu.setU32('cpu-id', index);
  cpu.setU32('cluster-id', 0);
  cpu.setString('state', index === 0 ? 'running' : 'waiting');
  for (const clock of ['timebase', 'bus', 'clock', 'cpu', 'fixed', 'memory', 'peripheral'])
    cpu.setU64(`${clock}-frequency`, timebase);
}

/** The node by which our own kernel finds PCI Express: `reg` is {ECAM, bytes, window, bytes}. */
function addPcie(armIo: DeviceTreeNode, pcie: NonNullable<XnuTreeBoard['pcie']>, soc: number): void {
  const node = armIo.addNode('pcie');
  node.setString('compatible', 'pci-host-ecam-generic');
  node.setU64('reg', pcie.ecam - soc, pcie.ecamSize, pcie.window - soc, pcie.windowSize);
  node.setU32('interrupt-parent', 1);
  node.setU32('interrupts', ...spis(...[0, 1, 2, 3].map(pin => pcie.interrupt + pin)));
}
