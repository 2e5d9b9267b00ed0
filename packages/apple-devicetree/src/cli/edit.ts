import { type CliCommand, type CliContext, UsageError } from '@internal/binary/cli';
import { decodeText } from '../bytes.js';
import { applyEdits, type EditReport, parseEditList } from '../edit/apply.js';
import { diffTrees } from '../edit/diff.js';
import type { Edit, EditList } from '../edit/edit-list.js';
import { mergeTrees } from '../edit/merge.js';
import { fail } from '../error.js';
import { argument, OUTPUT, parseJson, readTree, textOption } from './common.js';

const shown = (content: { readonly type: string; readonly value: unknown }): string => {
  const text = JSON.stringify(content.value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
};

/** One edit of a diff as a line for people. */
function line(edit: Edit): string {
  switch (edit.op) {
    case 'replace':
      return `~ ${edit.node}.${edit.property}: ${edit.was === undefined ? '' : `${shown(edit.was)} -> `}${shown(edit.content)}`;
    case 'insert':
      return `+ ${edit.node}.${edit.content.name}: ${shown(edit.content)}`;
    case 'remove':
      return `- ${edit.node}.${edit.property}`;
    case 'add-node': {
      const name = edit.content?.properties.find(property => property.name === 'name')?.value ?? edit.name ?? '';
      return `+ ${edit.node === '/' ? '' : edit.node}/${name} {}`;
    }
    case 'remove-node':
      return `- ${edit.node} {}`;
    case 'order':
      return `~ ${edit.node}: order`;
    default:
      return `~ ${edit.op}`;
  }
}

export const diff: CliCommand = {
  name: 'diff',
  args: '<from> <to>',
  summary: 'what turns one tree into the other; --json prints it as an edit list for apply',
  options: [['--exit-code', 'end with 1 when they differ']],
  examples: [
    'adt diff old.bin new.bin',
    'adt diff old.bin new.bin --json > patch.json',
    'adt apply old.bin patch.json -o new.bin',
  ],
  async run(context, args, options) {
    const from = await readTree(context, argument(args, 0));
    const to = await readTree(context, argument(args, 1));
    const list = diffTrees(from, to);
    context.result(list, () => list.edits.map(line).join('\n'));
    context.info(list.edits.length === 0 ? 'the same' : `${list.edits.length} differences`);
    return options.exitCode === true && list.edits.length > 0 ? 1 : 0;
  },
};

/** Tells what each edit did, or prints it as JSON on stderr when the tree goes to stdout. */
export function tellReport(context: CliContext, report: EditReport, toStdout: boolean): void {
  const rows = report.outcomes.map(({ edit, outcome, matched, changed }) => ({
    op: edit.op,
    outcome,
    reason: edit.reason,
    matched,
    changed,
  }));
  if (context.json && !toStdout) context.result({ complete: report.complete, edits: rows }, '');
  else
    for (const { op, outcome, matched, changed, reason } of rows)
      context.info(
        `${outcome.padEnd(9)} ${op} ${matched[0] ?? ''}${matched.length > 1 ? ` and ${matched.length - 1} more` : ''} (${changed.length} changed)${reason === undefined ? '' : `: ${reason}`}`,
      );
}

/** Reads an edit list from a file. */
async function readEdits(context: CliContext, path: string): Promise<EditList> {
  const text = decodeText(await context.read(path));
  if (text === undefined) throw fail('syntax', 'an edit list is JSON text');
  return parseEditList(parseJson(text));
}

/** Applies a list, writes the tree and the inverse, and reports. */
export async function applyAndWrite(
  context: CliContext,
  treePath: string,
  list: EditList,
  options: Readonly<Record<string, unknown>>,
): Promise<number> {
  const tree = await readTree(context, treePath);
  const report = applyEdits(tree, list);
  const output = textOption(options, 'output') ?? '-';
  if (options.strict === true && !report.complete) {
    tellReport(context, report, output === '-');
    const missed = report.outcomes.findIndex(({ outcome }) => outcome === 'missed');
    throw fail('not-found', 'an edit found nothing; nothing was written', { path: `edits[${missed}]` });
  }
  const inverse = textOption(options, 'inverse');
  if (inverse !== undefined) await context.write(inverse, `${JSON.stringify(report.inverse, undefined, 2)}\n`);
  await context.write(output, tree.serialize());
  tellReport(context, report, output === '-');
  return 0;
}

export const apply: CliCommand = {
  name: 'apply',
  args: '<tree> <edits>',
  summary: 'apply an edit list (JSON) and write the tree; all of it or nothing',
  options: [
    ['--inverse <file>', 'write the edit list that undoes it'],
    ['--strict', 'fail when an edit that is not optional finds nothing'],
    OUTPUT,
  ],
  examples: [
    'adt apply DeviceTree.bin edits.json -o edited.bin --inverse undo.json',
    'adt apply edited.bin undo.json -o DeviceTree.bin',
  ],
  async run(context, args, options) {
    const list = await readEdits(context, argument(args, 1));
    return applyAndWrite(context, argument(args, 0), list, options);
  },
};

export const merge: CliCommand = {
  name: 'merge',
  args: '<base> <ours> <theirs>',
  summary: 'merge what two trees changed since a third; ends with 1 when they disagree',
  options: [['--prefer <side>', 'ours or theirs, where both changed one thing', 'ours'], OUTPUT],
  examples: ['adt merge base.bin ours.bin theirs.bin -o merged.bin'],
  async run(context, args, options) {
    const prefer = textOption(options, 'prefer');
    if (prefer !== 'ours' && prefer !== 'theirs') throw new UsageError('--prefer takes ours or theirs');
    const [base, ours, theirs] = [
      await readTree(context, argument(args, 0)),
      await readTree(context, argument(args, 1)),
      await readTree(context, argument(args, 2)),
    ];
    const { tree, conflicts } = mergeTrees(base, ours, theirs, prefer);
    const output = textOption(options, 'output') ?? '-';
    await context.write(output, tree.serialize());
    if (context.json && output !== '-') context.result(conflicts, '');
    else for (const { path, what, taken } of conflicts) context.info(`conflict: ${what} ${path}: took ${taken}`);
    return conflicts.length > 0 ? 1 : 0;
  },
};
