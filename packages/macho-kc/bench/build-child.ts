// Builds the synthesised collection in a process of its own and prints seconds, its size and the memory that it took.
import { buildCollection, openCollection } from '../src/index.js';
import { synthesizeKexts } from './synthesize-kexts.js';

const { kernel, kexts } = synthesizeKexts(220, 0x40000, 2000);
const inputs = kernel.length + kexts.reduce((sum, kext) => sum + (kext.executable?.length ?? 0), 0);
const before = process.memoryUsage().rss;
let peak = before;
const start = performance.now();
const result = buildCollection({ kind: 'boot', kernel, kexts });
const seconds = (performance.now() - start) / 1000;
// Linux keeps the peak of the resident set.
peak = Math.max(peak, process.resourceUsage().maxRSS * 1024);
if (!result.ok) throw new Error(JSON.stringify(result.errors.slice(0, 3)));
const fixups = openCollection(result.bytes).pointers.table.length;
console.log(JSON.stringify({ seconds, size: result.bytes.length, inputs, memory: peak - before, fixups }));
