import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createTree, isDeviceTreeError, readTreeFile, writeTreeFile } from '../src/node.js';

const folder = mkdtempSync(join(tmpdir(), 'adt-node-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('files', async () => {
  const tree = createTree();
  tree.root.addNode('chosen').setU32('debug-enabled', 1);
  const path = join(folder, 'tree.bin');
  await writeTreeFile(path, tree);
  expect((await readTreeFile(path)).serialize()).toEqual(tree.serialize());
  await expect(writeTreeFile(join(folder, 'none', 'tree.bin'), tree)).rejects.toThrow(/ENOENT/);
  expect(readdirSync(folder)).toEqual(['tree.bin']);
  writeFileSync(path, 'not a tree');
  await expect(readTreeFile(path)).rejects.toSatisfy(error => isDeviceTreeError(error, 'not-a-device-tree'));
});
