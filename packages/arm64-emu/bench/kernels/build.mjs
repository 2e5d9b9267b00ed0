// Builds kernels.elf from the sources here: `node packages/arm64-emu/bench/kernels/build.mjs [output]`.
// Needs Debian's gcc-aarch64-linux-gnu. The binary is committed; rebuild it when a source changes.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const sources = readdirSync(here)
  .filter(name => /\.(c|S)$/.test(name))
  .sort();
execFileSync(
  'aarch64-linux-gnu-gcc',
  ['-O2', '-march=armv8-a', '-ffreestanding', '-fno-pic', '-no-pie', '-nostdlib', '-static', '-fno-stack-protector', '-ffp-contract=off', '-fno-math-errno',
    '-fno-asynchronous-unwind-tables', '-Wall', '-Wextra', '-Werror', '-Wl,--build-id=none', '-Wl,-z,max-page-size=4096', '-Wl,--no-warn-rwx-segments', '-Wl,-s', '-T', 'link.ld',
    ...sources, '-lgcc', '-o', process.argv[2] ?? 'kernels.elf'],
  { cwd: here, stdio: 'inherit' },
); // biome-ignore format: one command line
