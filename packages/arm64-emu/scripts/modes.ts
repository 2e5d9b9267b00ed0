/**
 * Debian's installer in several modes of execution, in lockstep: the state of the CPUs after every stretch, and memory at
 * the end, must be the same.
 *
 *   npm run -s lockstep:modes -- [--modes interpreter,auto,compiled] [--instructions 3.2e9] [--every 5e6] [--smp 1]
 *                                [--bootargs TEXT] [--threshold N]
 */
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { EngineMode } from '../src/engine/engine.js';
import { STATE } from '../src/engine/state.js';
import { type DebianMachine, debianMachine } from './debian.js';

const MODES: readonly EngineMode[] = ['interpreter', 'auto', 'compiled'];
const { values: args } = parseArgs({
  options: {
    modes: { type: 'string', default: 'interpreter,compiled' },
    instructions: { type: 'string', default: '3.2e9' },
    every: { type: 'string', default: '5e6' },
    smp: { type: 'string', default: '1' },
    bootargs: { type: 'string', default: '' },
    threshold: { type: 'string' },
  },
});
const smp = Number(args.smp);
const total = Number(args.instructions);
const every = Number(args.every);

function machineOf(name: string): DebianMachine {
  const mode = MODES.find(m => m === name);
  if (mode === undefined) throw new Error(`no mode ${name}: ${MODES.join(', ')}`);
  const compiler = args.threshold === undefined ? {} : { compiler: { threshold: Number(args.threshold) } };
  return debianMachine({ mode, smp, ...compiler }, args.bootargs);
}
/** Of the state of all CPUs; what was written to XZR is none. */
function stateHash({ engine, machine }: DebianMachine): string {
  const hash = createHash('sha256');
  for (const cpu of machine.cpus) {
    const state = engine.stateBlock(cpu.index).slice();
    state.fill(0, STATE.SINK, STATE.SINK + 8);
    hash.update(state).update(`${engine.executed(cpu.index)} ${cpu.wait} ${machine.time.ns}`);
  }
  return hash.digest('hex').slice(0, 16);
}
const memoryHash = ({ engine, ram }: DebianMachine): string =>
  createHash('sha256').update(engine.memory.view(ram.base, ram.size)!).digest('hex').slice(0, 16);

const names = args.modes.split(',');
const machines = names.map(machineOf);
const seconds = names.map(() => 0);
let different = false;
for (let executed = every; executed <= total && !different; executed += every) {
  const hashes = machines.map((m, i) => {
    const before = process.cpuUsage();
    m.machine.runSync({ instructions: every });
    const { user, system } = process.cpuUsage(before);
    seconds[i]! += (user + system) / 1e6;
    return `${stateHash(m)} ${executed + every > total ? memoryHash(m) : ''}`;
  });
  different = hashes.some(h => h !== hashes[0]);
  if (different) console.log(`different at ${executed}: ${names.map((n, i) => `${n} ${hashes[i]}`).join(', ')}`);
  else if (executed % (40 * every) < every)
    console.error(
      `${(executed / 1e6).toFixed(0)} M: ${names.map((n, i) => `${n} ${seconds[i]!.toFixed(1)} s`).join(', ')}`,
    );
}
const texts = machines.map(m => m.text());
if (texts.some(t => t !== texts[0])) different = true;
console.log(texts[0]!.split('\n').slice(-3).join('\n').trim());
for (const [i, { engine }] of machines.entries()) console.error(names[i], JSON.stringify(engine.compiled));
console.log(different ? 'different' : `the same at every ${every} of ${total} instructions, ${smp} CPUs`);
process.exitCode = different ? 1 : 0;
