import { describe, expect, test } from 'vitest';
import { fromDtb, fromJson, openTree, parseDts, parseText, toDtb, toDts, toJson, toText } from '../src/index.js';
import { factsOf } from './facts.js';
import goldens from './goldens.json' with { type: 'json' };
import { genuineTrees } from './trees.js';

const trees = genuineTrees();

/** Compares without printing a quarter of a megabyte when it fails. */
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

test.skipIf(trees.length === 0)('every golden has its tree', () => {
  expect(trees.map(({ name }) => name).sort()).toEqual(Object.keys(goldens).sort());
});

describe.each(trees.map(tree => [tree.name, tree.bytes] as const))('%s', (name, bytes) => {
  test('facts', () => {
    expect(JSON.parse(JSON.stringify(factsOf(openTree(bytes), bytes)))).toEqual(goldens[name as keyof typeof goldens]);
  });

  test('comes back byte for byte: as it is, rebuilt, as text, JSON, DTS and blob', () => {
    const tree = openTree(bytes);
    expect(same(tree.serialize(), bytes)).toBe(true);
    expect(same(parseText(toText(tree)).serialize(), bytes)).toBe(true);
    expect(same(fromJson(JSON.parse(JSON.stringify(toJson(tree)))).serialize(), bytes)).toBe(true);
    expect(same(parseDts(toDts(tree).text).tree.serialize(), bytes)).toBe(true);
    expect(same(fromDtb(toDtb(tree).bytes).tree.serialize(), bytes)).toBe(true);
    for (const node of tree.nodes()) node.touch();
    expect(same(tree.serialize(), bytes)).toBe(true);
  });
});
