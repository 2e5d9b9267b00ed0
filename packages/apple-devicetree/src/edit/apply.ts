import { DeviceTreeError, fail } from '../error.js';
import type { DeviceTree } from '../tree.js';
import type { Edit, EditList } from './edit-list.js';
import { OPERATIONS } from './operations.js';
import { Recorder } from './recorder.js';

/** What one edit did. */
export interface EditOutcome {
  readonly edit: Edit;
  /** Paths of the nodes and properties it was about. */
  readonly matched: readonly string[];
  /** Paths of those that differ now. */
  readonly changed: readonly string[];
  /** `missed`: it found nothing and is not optional. */
  readonly outcome: 'applied' | 'unchanged' | 'absent' | 'missed';
}

/** What a list of edits did, and how to undo it. */
export interface EditReport {
  readonly outcomes: readonly EditOutcome[];
  /** Whether every edit that is not optional found what it is about. */
  readonly complete: boolean;
  /** The same change as exact edits that name every place. */
  readonly exact: EditList;
  /** Applied to the edited tree, gives the tree from before, byte for byte. */
  readonly inverse: EditList;
}

/** Makes an edit list. */
export const editList = (edits: readonly Edit[], title?: string): EditList => ({
  format: 'apple-device-tree-edits',
  version: 1,
  ...(title !== undefined && { title }),
  edits,
});

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Fields that each kind of edit needs, with what they hold. */
const REQUIRED: {
  readonly [Op in Edit['op']]: Readonly<Record<string, 'string' | 'number' | 'list' | 'object' | 'any'>>;
} = {
  set: { node: 'string', property: 'string', value: 'any' },
  remove: { node: 'string', property: 'string' },
  rename: { node: 'string', property: 'string', to: 'string' },
  'add-node': { node: 'string' },
  'remove-node': { node: 'string' },
  'rename-node': { node: 'string', to: 'string' },
  'keep-compatible': { allow: 'list' },
  'resolve-placeholders': { unresolved: 'string' },
  'memory-map': { name: 'string', address: 'any', size: 'any' },
  insert: { node: 'string', at: 'number', content: 'object' },
  replace: { node: 'string', property: 'string', content: 'object' },
  order: { node: 'string' },
  trailing: { hex: 'string' },
};

const isKind = (value: unknown, kind: string): boolean => {
  if (kind === 'any') return value !== undefined;
  if (kind === 'list') return Array.isArray(value) && value.every(text => typeof text === 'string');
  if (kind === 'object') return isObject(value);
  return typeof value === kind;
};

/**
 * Checks what `JSON.parse` gave and returns it as an edit list.
 *
 * @throws {@link DeviceTreeError} `syntax`, with the place in the list as path, such as `edits[3].node`
 */
export function parseEditList(json: unknown): EditList {
  if (!isObject(json) || json.format !== 'apple-device-tree-edits' || !Array.isArray(json.edits))
    throw fail('syntax', 'an edit list is {"format": "apple-device-tree-edits", "version": 1, "edits": […]}');
  if (json.version !== 1) throw fail('syntax', `version ${JSON.stringify(json.version)} of edit lists is not known`);
  json.edits.forEach((edit: unknown, i) => {
    const path = `edits[${i}]`;
    if (!isObject(edit) || typeof edit.op !== 'string' || !Object.hasOwn(OPERATIONS, edit.op))
      throw fail('syntax', `an edit's op is one of ${Object.keys(OPERATIONS).join(', ')}`, { path });
    for (const [field, kind] of Object.entries(REQUIRED[edit.op as Edit['op']]))
      if (!isKind(edit[field], kind))
        throw fail('syntax', `${edit.op} needs ${field}${kind === 'any' ? '' : ` (${kind})`}`, {
          path: `${path}.${field}`,
        });
  });
  return json as unknown as EditList;
}

/**
 * Applies a list of edits in order. All or nothing: when one throws, those before it are undone.
 *
 * @returns what each edit matched and changed, and an inverse list
 * @throws {@link DeviceTreeError} of the edit that failed; `path` begins with its place in the list
 * @example
 * ```ts
 * import { applyEdits, createTree, editList } from 'apple-devicetree';
 * const tree = createTree();
 * tree.root.addNode('chosen');
 * const report = applyEdits(tree, editList([{ op: 'set', node: '/chosen', property: 'debug-enabled', value: 1 }]));
 * applyEdits(tree, report.inverse); // as before
 * ```
 */
export function applyEdits(tree: DeviceTree, list: EditList): EditReport {
  const recorder = new Recorder(tree);
  const outcomes: EditOutcome[] = [];
  list.edits.forEach((edit, i) => {
    const before = recorder.done.length;
    try {
      recorder.changed.clear();
      const operation = OPERATIONS[edit.op] as (recorder: Recorder, edit: Edit) => string[];
      const matched = operation(recorder, edit);
      const applied = recorder.done.length > before;
      outcomes.push({
        edit,
        matched,
        changed: [...recorder.changed],
        outcome: applied ? 'applied' : matched.length > 0 ? 'unchanged' : edit.optional ? 'absent' : 'missed',
      });
    } catch (error) {
      for (const undo of recorder.undo.slice())
        (OPERATIONS[undo.op] as (recorder: Recorder, edit: Edit) => string[])(new Recorder(tree), undo);
      if (error instanceof DeviceTreeError)
        throw fail(error.code, error.message, { path: `edits[${i}] (${edit.op})`, offset: error.offset, cause: error });
      throw error;
    }
  });
  return {
    outcomes,
    complete: outcomes.every(({ outcome }) => outcome !== 'missed'),
    exact: editList(recorder.done, list.title),
    inverse: editList(recorder.undo, list.title === undefined ? undefined : `undo: ${list.title}`),
  };
}
