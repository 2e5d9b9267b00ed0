// Opens a file in a process of its own and prints seconds and bytes of memory beyond what was read of the file.
import { KernelCollection, openMachO } from '../src/index.js';
import { FileSource } from '../src/node.js';

const path = process.argv[2]!;
// What the process itself grows by on its first file is not the file's.
new FileSource(new URL(import.meta.url).pathname).close();
const before = process.memoryUsage().rss;
const start = performance.now();
const source = new FileSource(path);
const collection = new KernelCollection(openMachO(source));
const found = collection.macho.segments.length + collection.macho.filesetEntries.length;
const seconds = (performance.now() - start) / 1000;
console.log(JSON.stringify({ seconds, rss: Math.max(0, process.memoryUsage().rss - before), found }));
source.close();
