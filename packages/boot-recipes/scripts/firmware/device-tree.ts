import { createTree } from 'apple-devicetree';
import { MOST_SAMPLE_CPUS, SAMPLE_BOARD } from '../../src/machines/sample-board.js';
import { sealTree } from '../../src/xnu/integrity.js';

/** The sample board's tree as a firmware has it: what the loader fills is a placeholder, the memory map has free slots. */
export function sampleDeviceTree(): Promise<Uint8Array> {
  const { soc, uart, uart1, aic, cpu, pcie } = SAMPLE_BOARD;
  const tree = createTree();
  const root = tree.root;
  root.setString('model', SAMPLE_BOARD.model);
  root.setString('compatible', ...SAMPLE_BOARD.compatible);
  root.setU32('#address-cells', 2);
  root.setU32('#size-cells', 2);

  const placeholder = (node: typeof root, name: string, text: string): void => {
    node.setString(name, text).placeholder = true;
  };
  const chosen = root.addNode('chosen');
  placeholder(chosen, 'dram-base', 'zeroes/8');
  placeholder(chosen, 'dram-size', 'zeroes/8');
  placeholder(chosen, 'random-seed', 'zeroes/0x40');
  chosen.setString('firmware-version', 'boot-recipes sample');
  chosen.setU32('debug-enabled', 1);
  const map = chosen.addNode('memory-map');
  for (let i = 0; i < 8; i++) map.setU64(`MemoryMapReserved-${i}`, 0, 0);

  const cpus = root.addNode('cpus');
  cpus.setU32('#address-cells', 1);
  cpus.setU32('#size-cells', 0);
  for (let i = 0; i < MOST_SAMPLE_CPUS; i++) {
    const node = cpus.addNode(`cpu${i}`);
    node.setString('device_type', 'cpu');
    node.setString('compatible', ...cpu.compatible);
    node.setU32('reg', i);
    node.setString('state', 'waiting');
    placeholder(node, 'timebase-frequency', 'zeroes/8');
  }

  const armIo = root.addNode('arm-io');
  armIo.setString('device_type', 't8020-io');
  armIo.setString('compatible', 'arm-io,t8020');
  armIo.setU32('#address-cells', 2);
  armIo.setU32('#size-cells', 2);
  armIo.setU64('ranges', 0, soc.base, soc.size);
  const interrupts = armIo.addNode('aic');
  interrupts.setString('compatible', 'aic,1');
  interrupts.setString('interrupt-controller', 'master');
  interrupts.setU64('reg', aic.base - soc.base, aic.size);
  interrupts.setU32('AAPL,phandle', 1);
  const serial = armIo.addNode('uart0');
  serial.setString('device_type', 'uart');
  serial.setString('compatible', 'uart-1,samsung');
  serial.setFlag('boot-console');
  serial.setU64('reg', uart.base - soc.base, uart.size);
  serial.setU32('interrupt-parent', 1);
  serial.setU32('interrupts', uart.interrupt);

  const second = armIo.addNode('uart1');
  second.setString('device_type', 'uart');
  second.setString('compatible', 'uart-1,samsung');
  second.setU64('reg', uart1.base - soc.base, uart1.size);
  second.setU32('interrupt-parent', 1);
  second.setU32('interrupts', uart1.interrupt);
  const pci = armIo.addNode('pcie');
  pci.setString('compatible', 'pci-host-ecam-generic');
  pci.setU64('reg', pcie.ecam - soc.base, pcie.ecamSize, pcie.window - soc.base, pcie.windowSize);
  pci.setU32('interrupt-parent', 1);
  pci.setU32('interrupts', ...[0, 1, 2, 3].map(pin => pcie.interrupt + pin));

  root.addNode('defaults');
  const psci = root.addNode('psci');
  psci.setString('compatible', 'arm,psci-1.0');
  psci.setString('method', 'hvc');
  return sealTree(tree.serialize());
}
