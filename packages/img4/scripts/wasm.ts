// Builds wasm/*.c and writes src/compression/wasm.generated.ts. `--check` compares instead.
// Needs clang-19 and wasm-ld-19 (Debian: clang-19 lld-19). Run: npx tsx packages/img4/scripts/wasm.ts
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const MODULES = ['lzfse_decode', 'lzfse_encode', 'lzss_decode'] as const;

/** Compiles one file; no C library, a small stack, data first, so that overflows of the stack trap. */
function compile(name: string, folder: string): Uint8Array {
  const [object, module] = [join(folder, `${name}.o`), join(folder, `${name}.wasm`)];
  const flags = ['--target=wasm32', '-O3', '-std=c17', '-nostdlib', '-ffreestanding', '-fvisibility=hidden'];
  const features = ['-mbulk-memory', '-msimd128', '-mmutable-globals', '-Wall', '-Wextra', '-Werror'];
  execFileSync('clang-19', [...flags, ...features, '-c', `wasm/${name}.c`, '-o', object], { cwd: root });
  const link = ['--no-entry', '--export-dynamic', '--strip-all', '-z', 'stack-size=4096', '--stack-first'];
  execFileSync('wasm-ld-19', [...link, object, '-o', module]);
  return new Uint8Array(readFileSync(module));
}

/** The text of wasm.generated.ts. */
export function generated(): string {
  const folder = mkdtempSync(join(tmpdir(), 'img4-wasm-'));
  try {
    const lines = MODULES.map(name => {
      const bytes = compile(name, folder);
      return `/** wasm/${name}.c, ${bytes.length} bytes. */\nexport const ${name} =\n  '${Buffer.from(bytes).toString('base64')}';\n`;
    });
    return `// Generated from wasm/*.c by scripts/wasm.ts; do not edit.\n\n${lines.join('\n')}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const target = join(root, 'src/compression/wasm.generated.ts');
  const text = generated();
  if (!process.argv.includes('--check')) writeFileSync(target, text);
  else if (readFileSync(target, 'utf8') !== text) {
    console.error('out of date: src/compression/wasm.generated.ts');
    process.exitCode = 1;
  }
}
