import { translateAddress } from '../../address.js';
import { incompatible } from '../../compatible.js';
import type { DeviceTreeNode } from '../../device-node.js';
import type { DeviceTree } from '../../tree.js';
import { A12_COMPATIBLE } from '../experiment.js';
import type { XnuRule } from './rule.js';
import { needs } from './rule.js';

/** Whether a name or type still means what it says, not overwritten with `~`. */
const alive = (node: DeviceTreeNode, what: string): boolean =>
  node.name === what || node.string('device_type') === what;
/** Uart compatibles that the kernel's serial driver knows. */
const UARTS = ['uart-1,samsung', 'uart,16550', 'uart-16550', 'uart,s5i3000'];

/** The console's node: the one with `boot-console`, else `uart0`, else `uart1`. */
function consoleNode(tree: DeviceTree): DeviceTreeNode | undefined {
  const all = [...tree.nodes()];
  return (
    all.find(node => node.property('boot-console')) ??
    all.find(node => node.name === 'uart0') ??
    all.find(node => node.name === 'uart1')
  );
}

/** Devices and their drivers. */
export const deviceRules: readonly XnuRule[] = [
  {
    id: 'arm-io',
    severity: 'panic',
    certainty: 'read',
    reason: 'the base of every device comes from /arm-io ranges, which is not 0; device_type names the chip',
    *check(tree) {
      const io = tree.find('/arm-io');
      yield* needs(io, '/arm-io', 'ranges');
      yield* needs(io, '/arm-io', 'device_type');
      const ranges = io?.get('ranges');
      if (io !== undefined && (ranges === undefined || ranges === true || ranges[0]?.parent === 0n))
        yield { path: '/arm-io.ranges', message: 'gives no base, or 0' };
    },
  },
  {
    id: 'interrupt-controller',
    severity: 'warning',
    certainty: 'read',
    reason: 'the kernel logs when no node has interrupt-controller "master" or device_type "timer", and goes on',
    *check(tree) {
      const all = [...tree.nodes()];
      if (!all.some(node => node.string('interrupt-controller') === 'master'))
        yield { path: '/', message: 'has no master interrupt controller' };
      if (!all.some(node => node.string('device_type') === 'timer')) yield { path: '/', message: 'has no timer' };
    },
  },
  {
    id: 'watchdog',
    severity: 'hang',
    certainty: 'read',
    reason: 'the watchdog and the backlight are found by name and type; the first would reset the machine',
    *check(tree) {
      for (const node of tree.nodes())
        for (const what of ['wdt', 'backlight'])
          if (alive(node, what)) yield { path: node.path, message: `is a live ${what}` };
    },
  },
  {
    id: 'secure-root',
    severity: 'hang',
    certainty: 'unknown',
    reason: 'the secure-root path of the platform expert hangs',
    *check(tree) {
      for (const node of tree.nodes()) {
        const property = node.property('secure-root-prefix');
        if (property !== undefined) yield { path: property.path, message: 'is there' };
      }
    },
  },
  {
    id: 'console',
    severity: 'warning',
    certainty: 'read',
    reason:
      'the serial console is the node with boot-console, else uart0 or uart1; the first compatible has to be a known one',
    *check(tree) {
      const node = consoleNode(tree);
      if (node === undefined) {
        yield { path: '/', message: 'has no serial port' };
        return;
      }
      const [first = ''] = node.strings('compatible');
      if (!UARTS.includes(first))
        yield { path: `${node.path}.compatible`, message: `begins with ${JSON.stringify(first)}` };
      const address = node.get('reg')?.[0]?.address;
      if (address === undefined || translateAddress(node, address) === undefined)
        yield { path: `${node.path}.reg`, message: 'gives no physical address' };
      for (const other of tree.nodes())
        if (other.name === 'dockchannel-uart')
          yield { path: other.path, message: 'is registered as a serial port as well' };
    },
  },
  {
    id: 'compatible',
    severity: 'hang',
    certainty: 'read',
    reason:
      'drivers for hardware that the machine does not have match, touch registers that are not there, and panic or hang',
    *check(tree, { hardware }) {
      const family =
        tree
          .find('/arm-io')
          ?.strings('compatible')
          .some(text => /^arm-io,t802.$/.test(text)) ?? false;
      const allow = hardware ?? (family ? A12_COMPATIBLE : undefined);
      if (allow === undefined) return;
      for (const node of incompatible(tree.nodes(), [...allow, '~*']))
        yield {
          path: `${node.path}.compatible`,
          message: `${node.strings('compatible').join(', ')}: not hardware of this machine`,
        };
    },
  },
  {
    id: 'pll-bypass',
    severity: 'warning',
    certainty: 'unknown',
    reason: 'read by a kext of the A12 family',
    *check(tree) {
      for (const node of tree.nodes()) {
        const code = node.u32('pll-fcal-bypass-code');
        if (code !== undefined && code !== 0x23456789)
          yield { path: `${node.path}.pll-fcal-bypass-code`, message: `is ${code}, not 0x23456789` };
      }
    },
  },
];
