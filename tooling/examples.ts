// The examples of doc comments and of Markdown pages, as modules that can be run and type-checked.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

export interface Example {
  /** Where it stands: file and line. */
  readonly where: string;
  readonly code: string;
}

const under = (folder: string, ending: string): string[] =>
  readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith(ending) && !/(^|\/)(node_modules|dist|api|cache|firmware)\//.test(name))
    .map(name => `${folder}/${name}`)
    .sort();

/** Fenced `ts` blocks; a fence that says `ts no-run` is only shown. */
function* blocks(file: string, text: string, prefix: RegExp): Generator<Example> {
  const lines = text.split('\n').map(line => line.replace(prefix, ''));
  for (let start = 0; start < lines.length; start++) {
    if (lines[start]!.trim() !== '```ts') continue;
    const end = lines.findIndex((line, i) => i > start && line.trim() === '```');
    if (end < 0) throw new Error(`${file}:${start + 1}: the fence is not closed`);
    yield { where: `${file}:${start + 1}`, code: lines.slice(start + 1, end).join('\n') };
    start = end;
  }
}

/** Examples of the doc comments of every package, and of the README files and guides. */
export function examples(): Example[] {
  const found: Example[] = [];
  for (const file of under('packages', '.ts').filter(f => f.includes('/src/')))
    for (const [comment] of readFileSync(`${root}${file}`, 'utf8').matchAll(/\/\*\*[\s\S]*?\*\//g))
      if (comment.includes('@example')) found.push(...blocks(file, comment, /^\s*\* ?/));
  for (const file of [...under('packages', 'README.md'), ...under('docs', '.md')])
    found.push(...blocks(file, readFileSync(`${root}${file}`, 'utf8'), /^(?!)/));
  return found;
}
