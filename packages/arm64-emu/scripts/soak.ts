/**
 * Programs that begin and end, one after the other, in a Debian guest: memory of the emulator over time. An instruction
 * takes long here, so that an hour of the guest's passes in minutes.
 *
 *   npm run -s soak -- [--seconds 3600] [--mode auto] [--samples 24] [--ns 100]
 */
import { parseArgs } from 'node:util';
import type { EngineMode } from '../src/engine/engine.js';
import { debianMachine } from './debian.js';

const { values: args } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3600' },
    mode: { type: 'string', default: 'auto' },
    samples: { type: 'string', default: '24' },
    ns: { type: 'string', default: '100' },
  },
});
const nsPerInstruction = Number(args.ns);
const virt = debianMachine({ mode: args.mode as EngineMode, nsPerInstruction }, 'rdinit=/bin/sh quiet');
const { machine, engine, serial, text } = virt;
const LOOP =
  'mount -t proc proc /proc; n=0; while :; do /bin/ls / > /dev/null; /bin/busybox true; cat /proc/uptime > /dev/null; ' +
  'n=$((n+1)); [ $((n%100)) = 0 ] && echo round $n; done\n';

await machine.run({ until: () => text().includes('# ') });
let tail = '';
serial.output = byte => {
  tail = (tail + String.fromCharCode(byte)).slice(-200);
};
serial.receive(new TextEncoder().encode(LOOP));
const MIB = 2 ** 20;
const start = machine.time.ns;
const total = Number(args.seconds) * 1e9;
const samples = Number(args.samples);
const heaps: number[] = [];
console.log('guest s\trounds\trss MiB\theap MiB\tbuffers MiB\tmodules\tmodule MiB\tregions made\tdropped\tcode pages');
for (let n = 1; n <= samples; n++) {
  const end = start + (total * n) / samples;
  await machine.run({ until: () => machine.time.ns >= end });
  (globalThis as { gc?: () => void }).gc?.();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  heaps.push(heapUsed);
  const { liveModules, liveBytes, regions, dropped } = engine.compiled;
  const rounds = /round (\d+)\D*$/.exec(tail)?.[1] ?? '0';
  const mib = (bytes: number): string => (bytes / MIB).toFixed(1);
  const row = [((machine.time.ns - start) / 1e9).toFixed(0), rounds, mib(rss), mib(heapUsed), mib(arrayBuffers)];
  console.log([...row, liveModules, mib(liveBytes), regions, dropped, engine.codePages].join('\t'));
}
const middle = heaps[Math.floor(samples / 2)]!;
console.log(`heap from the middle to the end: ${((heaps.at(-1)! - middle) / MIB).toFixed(1)} MiB`);
process.exit(0);
