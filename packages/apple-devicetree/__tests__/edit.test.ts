import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  applyEdits,
  createTree,
  type DeviceTree,
  diffTrees,
  type Edit,
  editList,
  isDeviceTreeError,
  mergeTrees,
  openTree,
  parseEditList,
} from '../src/index.js';
import { mutatedTree, treeArbitrary } from './mutate.js';
import { genuineTrees } from './trees.js';

function sample(): DeviceTree {
  const tree = createTree();
  tree.root.setU32('#address-cells', 2);
  const chosen = tree.root.addNode('chosen');
  chosen.setU32('debug-enabled', 0);
  chosen.setString('serial', 'syscfg/SrNm').placeholder = true;
  const map = chosen.addNode('memory-map');
  for (const n of [1, 0]) map.setBytes(`MemoryMapReserved-${n}`, new Uint8Array(16));
  const cpus = tree.root.addNode('cpus');
  for (const n of [0, 1]) {
    const cpu = cpus.addNode(`cpu${n}`);
    cpu.setString('device_type', 'cpu');
    for (const name of ['function-a', 'function-ipi_dispatch', 'function-b']) cpu.setU32(name, n);
  }
  const wdt = tree.root.addNode('wdt');
  wdt.setString('compatible', 'wdt,t8020');
  wdt.setString('device_type', 'wdt');
  return openTree(tree.serialize());
}

/** Every kind of edit, with what it should have matched. */
const EDITS: readonly (readonly [edit: Edit, matched: readonly string[]])[] = [
  [{ op: 'set', node: '/chosen', property: 'debug-enabled', value: 1 }, ['/chosen.debug-enabled']],
  [{ op: 'set', node: '/chosen', property: 'dram-base', type: 'u64', value: '0x800000000' }, ['/chosen.dram-base']],
  [
    { op: 'set', node: '/cpus/cpu*', property: 'device_type', value: 'x' },
    ['/cpus/cpu0.device_type', '/cpus/cpu1.device_type'],
  ],
  [{ op: 'set', node: '**', property: 'device_type', from: 'wdt', value: '~dt' }, ['/wdt.device_type']],
  [{ op: 'set', node: '/a/b', property: 'x', value: 1, make: true }, ['/a/b.x']],
  [{ op: 'set', node: '**', property: 'absent', value: 1, add: false, optional: true }, []],
  [{ op: 'set', node: '/chosen', property: 'seed', type: 'hex', value: 'deadf00d' }, ['/chosen.seed']],
  [
    { op: 'remove', node: '/cpus/cpu0', property: 'function-*', except: ['function-ipi*'] },
    ['/cpus/cpu0.function-a', '/cpus/cpu0.function-b'],
  ],
  [{ op: 'rename', node: '/chosen', property: 'debug-enabled', to: 'debug' }, ['/chosen.debug-enabled']],
  [{ op: 'add-node', node: '/chosen', name: 'asmb', at: 0 }, ['/chosen/asmb']],
  [{ op: 'remove-node', node: '/cpus' }, ['/cpus']],
  [{ op: 'remove-node', node: '/cpus/**' }, ['/cpus', '/cpus/cpu0', '/cpus/cpu1']],
  [{ op: 'rename-node', node: '/wdt', to: '~dt' }, ['/wdt']],
  [{ op: 'keep-compatible', allow: ['uart-*'] }, ['/wdt.compatible']],
  [{ op: 'resolve-placeholders', unresolved: 'drop' }, ['/chosen.serial']],
  [{ op: 'resolve-placeholders', unresolved: 'drop', syscfg: { SrNm: 'C02' } }, ['/chosen.serial']],
  [{ op: 'memory-map', name: 'RAMDisk', address: '0x50000000', size: 0x4000 }, ['/chosen/memory-map.RAMDisk']],
  [{ op: 'insert', node: '/wdt', at: 1, content: { name: 'new', type: 'u32', value: 5 } }, ['/wdt.new']],
  [
    { op: 'replace', node: '/wdt', property: 'device_type', content: { name: 'dt', type: 'u32', value: 5 } },
    ['/wdt.device_type'],
  ],
  [{ op: 'order', node: '/', children: [2, 0, 1] }, ['/']],
  [{ op: 'trailing', hex: '00000000' }, ['']],
];

describe('edit lists', () => {
  test.each(EDITS)('%o', (edit, matched) => {
    const tree = sample();
    const before = tree.serialize();
    const report = applyEdits(tree, parseEditList(JSON.parse(JSON.stringify(editList([edit])))));
    expect(report.outcomes[0]!.matched).toEqual(matched);
    const after = tree.serialize();
    expect(Buffer.compare(after, before) === 0).toBe(matched.length === 0);
    // The exact list does the same, and the inverse undoes it, each through JSON.
    const again = sample();
    applyEdits(again, parseEditList(JSON.parse(JSON.stringify(report.exact))));
    expect(Buffer.compare(again.serialize(), after)).toBe(0);
    applyEdits(tree, parseEditList(JSON.parse(JSON.stringify(report.inverse))));
    expect(Buffer.compare(tree.serialize(), before)).toBe(0);
  });

  test('all at once, and back', () => {
    const tree = sample();
    const before = tree.serialize();
    const usable = EDITS.map(([edit]) => edit).filter(
      edit => edit.op !== 'remove-node' && edit.op !== 'order' && edit.op !== 'replace',
    );
    const report = applyEdits(tree, editList(usable, 'everything'));
    expect(report.outcomes.map(({ outcome }) => outcome)).toContain('absent');
    applyEdits(tree, report.inverse);
    expect(Buffer.compare(tree.serialize(), before)).toBe(0);
  });

  test('the report tells applied, unchanged, absent and missed', () => {
    const tree = sample();
    const { outcomes, complete } = applyEdits(
      tree,
      editList([
        { op: 'set', node: '/chosen', property: 'debug-enabled', value: 1 },
        { op: 'set', node: '/chosen', property: 'debug-enabled', value: 1 },
        { op: 'remove-node', node: '/nowhere', optional: true },
        { op: 'remove-node', node: '/nowhere' },
      ]),
    );
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['applied', 'unchanged', 'absent', 'missed']);
    expect(complete).toBe(false);
    expect(tree.node('/chosen').get('debug-enabled')).toBe(1);
  });

  test('all or nothing', () => {
    const tree = sample();
    const before = tree.serialize();
    const list = editList([
      { op: 'set', node: '/chosen', property: 'debug-enabled', value: 1 },
      { op: 'remove-node', node: '/cpus' },
      { op: 'set', node: '/**', property: 'x', type: 'u32', value: 'many' },
    ]);
    let thrown: unknown;
    try {
      applyEdits(tree, list);
    } catch (error) {
      thrown = error;
    }
    expect(isDeviceTreeError(thrown, 'bad-value') && thrown.path).toBe('edits[2] (set)');
    expect(Buffer.compare(tree.serialize(), before)).toBe(0);
  });

  test('a replace that expects something else is a conflict', () => {
    const tree = sample();
    const was = { name: 'device_type', type: 'string', value: 'other' };
    const edit: Edit = { op: 'replace', node: '/wdt', property: 'device_type', content: was, was };
    expect(() => applyEdits(tree, editList([edit]))).toThrow(/not what the edit expects/);
  });

  const bad: readonly (readonly [json: unknown, message: RegExp])[] = [
    [[], /edit list is/],
    [{ format: 'apple-device-tree-edits', version: 2, edits: [] }, /version 2/],
    [{ format: 'apple-device-tree-edits', version: 1, edits: [{ op: 'explode' }] }, /edits\[0\].*op is one of/],
    [{ format: 'apple-device-tree-edits', version: 1, edits: [{ op: 'constructor' }] }, /op is one of/],
    [{ format: 'apple-device-tree-edits', version: 1, edits: [{ op: 'set', node: '/' }] }, /edits\[0\]\.property/],
    [{ format: 'apple-device-tree-edits', version: 1, edits: [{ op: 'keep-compatible', allow: [1] }] }, /allow/],
  ];
  test.each(bad)('refuses %o', (json, message) => {
    expect(() => parseEditList(json)).toThrow(message);
  });
  test('refuses orders, indices and types that make no sense', () => {
    const apply = (edit: Edit) => () => applyEdits(sample(), editList([edit]));
    expect(apply({ op: 'order', node: '/', children: [0, 0, 1] })).toThrow(/every index once/);
    expect(apply({ op: 'insert', node: '/', at: 99, content: { name: 'x', type: 'u32', value: 1 } })).toThrow(
      /no place 99/,
    );
    expect(apply({ op: 'set', node: '/', property: 'x', type: 'u33', value: 1 })).toThrow(/unknown type/);
    expect(apply({ op: 'set', node: '/a*', property: 'x', value: 1, make: true })).toThrow(/pattern cannot be made/);
    expect(apply({ op: 'remove-node', node: '/' })).toThrow(/root cannot be removed/);
  });
});

describe('diff', () => {
  const apply = (from: DeviceTree, to: DeviceTree): Uint8Array => {
    applyEdits(from, parseEditList(JSON.parse(JSON.stringify(diffTrees(from, to)))));
    return from.serialize();
  };

  test('says what changed', () => {
    const from = sample();
    const to = sample();
    to.node('/chosen').setU32('debug-enabled', 1);
    to.node('/cpus/cpu1').remove();
    to.node('/wdt').renameProperty('compatible', 'was-compatible');
    expect(diffTrees(from, to).edits.map(({ op }) => op)).toEqual(['replace', 'remove-node', 'remove', 'insert']);
    expect(diffTrees(from, from.clone()).edits).toEqual([]);
  });

  test('a node with another name but the same phandle is renamed, not replaced', () => {
    const from = sample();
    from.node('/wdt').setU32('AAPL,phandle', 9);
    const to = from.clone();
    to.node('/wdt').rename('~dt');
    expect(diffTrees(from, to).edits).toMatchObject([{ op: 'replace', node: '/wdt', property: 'name' }]);
  });

  test('gives the other tree byte for byte: random trees and mutations', () => {
    fc.assert(
      fc.property(treeArbitrary, fc.integer(), treeArbitrary, (bytes, seed, other) => {
        const mutated = mutatedTree(bytes, seed).serialize();
        expect(Buffer.compare(apply(openTree(bytes), openTree(mutated)), mutated)).toBe(0);
        expect(Buffer.compare(apply(openTree(bytes), openTree(other)), other)).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  test.skipIf(genuineTrees().length === 0)('between genuine trees of different machines, and back', () => {
    const trees = genuineTrees();
    for (let i = 1; i < trees.length; i += 3) {
      const [a, b] = [trees[i - 1]!, trees[i]!];
      const tree = openTree(a.bytes);
      const report = applyEdits(tree, parseEditList(JSON.parse(JSON.stringify(diffTrees(tree, openTree(b.bytes))))));
      expect(Buffer.compare(tree.serialize(), b.bytes), `${a.name} ${b.name}`).toBe(0);
      applyEdits(tree, report.inverse);
      expect(Buffer.compare(tree.serialize(), a.bytes), `${b.name} ${a.name}`).toBe(0);
    }
  });
});

describe('three-way merge', () => {
  const changed = (change: (tree: DeviceTree) => void): DeviceTree => {
    const tree = sample();
    change(tree);
    return tree;
  };

  test('takes what only one side changed', () => {
    const ours = changed(tree => {
      tree.node('/chosen').setU32('debug-enabled', 1);
      tree.node('/cpus').addNode('cpu2');
      tree.node('/wdt').rename('~dt');
    });
    const theirs = changed(tree => {
      tree.node('/cpus/cpu1').remove();
      tree.node('/chosen').setU32('new', 5);
      tree.root.addNode('extra');
    });
    const { tree, conflicts } = mergeTrees(sample(), ours, theirs);
    expect(conflicts).toEqual([]);
    expect(tree.node('/chosen').get('debug-enabled')).toBe(1);
    expect(tree.node('/chosen').u32('new')).toBe(5);
    expect(tree.node('/cpus').children.map(({ name }) => name)).toEqual(['cpu0', 'cpu2']);
    expect(tree.root.children.map(({ name }) => name)).toEqual(expect.arrayContaining(['~dt', 'extra']));
    expect(tree.find('/wdt')).toBeUndefined();
  });

  test('reports what both changed, and follows the preferred side', () => {
    const side = (value: number) => changed(tree => void tree.node('/chosen').setU32('debug-enabled', value));
    expect(mergeTrees(sample(), side(1), side(1)).conflicts).toEqual([]);
    for (const prefer of ['ours', 'theirs'] as const) {
      const { tree, conflicts } = mergeTrees(sample(), side(1), side(2), prefer);
      expect(conflicts).toEqual([{ path: '/chosen.debug-enabled', what: 'property', taken: prefer }]);
      expect(tree.node('/chosen').get('debug-enabled')).toBe(prefer === 'ours' ? 1 : 2);
    }
    const removed = changed(tree => void tree.node('/cpus').remove());
    const edited = changed(tree => void tree.node('/cpus/cpu0').setU32('x', 1));
    expect(mergeTrees(sample(), removed, edited).conflicts).toEqual([{ path: '/cpus', what: 'node', taken: 'ours' }]);
  });

  test('with one side unchanged, gives the other byte for byte', () => {
    fc.assert(
      fc.property(treeArbitrary, fc.integer(), (bytes, seed) => {
        const mutated = mutatedTree(bytes, seed).serialize();
        const [base, changed] = [openTree(bytes), openTree(mutated)];
        for (const { tree, conflicts } of [
          mergeTrees(base, changed, base),
          mergeTrees(base, base, changed),
          mergeTrees(base, changed, changed),
        ]) {
          expect(conflicts).toEqual([]);
          expect(Buffer.compare(tree.serialize(), mutated)).toBe(0);
        }
      }),
      { numRuns: 150 },
    );
  });
});
