import type { DeviceTreeNode } from '../../device-node.js';
import type { DeviceTree } from '../../tree.js';
import { needs, whole, type XnuRule } from './rule.js';

const cpuNodes = (tree: DeviceTree): readonly DeviceTreeNode[] =>
  (tree.find('/cpus')?.children ?? []).filter(node => node.string('device_type') === 'cpu');
const running = (tree: DeviceTree): DeviceTreeNode[] =>
  cpuNodes(tree).filter(node => node.string('state') === 'running');
const CLOCKS = [
  'timebase-frequency',
  'bus-frequency',
  'cpu-frequency',
  'peripheral-frequency',
  'memory-frequency',
  'fixed-frequency',
];

/** The processors. */
export const cpuRules: readonly XnuRule[] = [
  {
    id: 'cpu-nodes',
    severity: 'panic',
    certainty: 'read',
    reason: 'every CPU has state and reg; the one marked running boots, and its timebase-frequency counts',
    *check(tree) {
      const cpus = cpuNodes(tree);
      if (cpus.length === 0) yield { path: '/cpus', message: 'has no CPU' };
      for (const cpu of cpus) {
        yield* needs(cpu, cpu.path, 'state');
        yield* needs(cpu, cpu.path, 'reg', 4, 8);
      }
      const boot = running(tree);
      if (cpus.length > 0 && boot.length !== 1)
        yield { path: '/cpus', message: `has ${boot.length} CPUs marked running, not 1` };
      for (const cpu of boot)
        for (const name of CLOCKS) {
          yield* needs(cpu, cpu.path, name, 4, 8);
          if (whole(cpu, name) === 0n) yield { path: `${cpu.path}.${name}`, message: 'is 0' };
        }
    },
  },
  {
    id: 'timebase',
    severity: 'warning',
    certainty: 'read',
    reason: 'the counters of A-series chips run at 24 MHz; the kernel asks the tree and not CNTFRQ',
    *check(tree) {
      for (const cpu of running(tree)) {
        const hertz = whole(cpu, 'timebase-frequency');
        if (hertz !== undefined && hertz !== 24_000_000n)
          yield { path: `${cpu.path}.timebase-frequency`, message: `is ${hertz} Hz, not 24000000` };
      }
    },
  },
  {
    id: 'cpu-functions',
    severity: 'hang',
    certainty: 'read',
    reason:
      'functions of the boot CPU other than function-ipi_dispatch* call into the power manager: without one the driver waits',
    *check(tree) {
      for (const cpu of running(tree))
        for (const { name, path } of cpu.properties)
          if (name.startsWith('function-') && !name.startsWith('function-ipi_dispatch'))
            yield { path, message: 'calls into the power manager' };
    },
  },
];
