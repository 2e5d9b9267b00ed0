// Puts the declarations of the private package into a published package's dist, and makes the others refer to them.
// Run in a package's folder, behind tsup.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const source = fileURLToPath(new URL('../internal/binary/src/', import.meta.url));
const referring = readdirSync('dist', { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.d.ts'))
  .map(name => `dist/${name.split(sep).join('/')}`)
  .filter(file => readFileSync(file, 'utf8').includes('@internal/binary'));

if (referring.length > 0) {
  const options = {
    declaration: true,
    emitDeclarationOnly: true,
    outDir: 'dist/internal',
    rootDir: source,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    skipLibCheck: true,
    types: [],
  };
  const { emitSkipped, diagnostics } = ts.createProgram([`${source}index.ts`], options).emit();
  if (emitSkipped) throw new Error(ts.formatDiagnostics(diagnostics, ts.createCompilerHost(options)));
  for (const file of referring) {
    const target = posix.join(relative(dirname(file), 'dist/internal').split(sep).join('/'), 'index.js');
    const path = target.startsWith('.') ? target : `./${target}`;
    writeFileSync(file, readFileSync(file, 'utf8').replace(/(['"])@internal\/binary\1/g, `$1${path}$1`));
  }
}
