import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const LEFT_OUT = /^(node_modules|dist|api|cache|coverage|public|\..*)$/;

/** Folders that hold files of ours, relative to the root, two kinds: workspaces' insides, and what serves them all. */
function folders(at: string, depth: number): string[] {
  if (at.endsWith('__tests__')) return [];
  return readdirSync(`${root}${at}`, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && !LEFT_OUT.test(entry.name))
    .flatMap(entry => [`${at}/${entry.name}`, ...(depth > 1 ? folders(`${at}/${entry.name}`, depth - 1) : [])]);
}

/** The paths of the first indented tree in ARCHITECTURE.md; a comment may follow a name after two spaces. */
function documented(): string[] {
  const block = /```text\n([\s\S]*?)```/.exec(readFileSync(`${root}ARCHITECTURE.md`, 'utf8'))![1]!;
  const path: string[] = [];
  return block
    .split('\n')
    .filter(line => /^ *[\w.-]+\/( {2}|$)/.test(line))
    .map(line => {
      const level = (line.length - line.trimStart().length) / 2;
      path.length = level;
      path.push(line.trim().split('/')[0]!);
      return path.join('/');
    });
}

it("ARCHITECTURE.md's folder tree is the tree that is there", () => {
  const present = ['packages', 'internal', 'docs', 'tooling'].flatMap(top => [
    top,
    ...folders(top, top === 'packages' ? 4 : 3),
  ]);
  expect(documented().sort()).toEqual(present.sort());
});
