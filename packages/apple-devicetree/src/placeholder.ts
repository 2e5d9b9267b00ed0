import { fromHex, fromLatin1 } from './bytes.js';
import { fail } from './error.js';
import type { DeviceTree } from './tree.js';
import { placeholderText } from './types/scalars.js';

/** One way to fill in a placeholder. */
export type PlaceholderSource =
  /** A record of the device's system configuration, cut or zero-filled to `length` bytes when that is given. */
  | { readonly kind: 'syscfg'; readonly key: string; readonly length: number | undefined }
  /** A MAC address (6 bytes) from the boot loader's environment. */
  | { readonly kind: 'macaddr'; readonly variable: string }
  | { readonly kind: 'zeroes'; readonly length: number }
  | { readonly kind: 'hex'; readonly bytes: Uint8Array }
  | { readonly kind: 'unknown'; readonly text: string };

/** Longest value that a placeholder may ask for, in bytes; genuine ones ask for less than 2 KiB. */
const MAX_LENGTH = 0x2000;

function parseLength(text: string | undefined): number | undefined {
  if (text === undefined || !/^(0x[0-9a-fA-F]{1,8}|\d{1,8})$/.test(text)) return undefined;
  const length = Number(text);
  return length <= MAX_LENGTH ? length : undefined;
}

function parseSource(text: string): PlaceholderSource {
  const [kind, value, extra, ...rest] = text.split('/');
  if (value !== undefined && rest.length === 0) {
    const length = parseLength(extra);
    if (kind === 'syscfg' && value.length === 4 && (extra === undefined || length !== undefined))
      return { kind, key: value, length };
    if (extra === undefined) {
      if (kind === 'macaddr' && value !== '') return { kind, variable: value };
      const zeroes = parseLength(value);
      if (kind === 'zeroes' && zeroes !== undefined) return { kind, length: zeroes };
      if (kind === 'hex' && /^([0-9a-fA-F]{2})*$/.test(value)) return { kind, bytes: fromHex(value) };
    }
  }
  return { kind: 'unknown', text };
}

/**
 * The alternatives of a placeholder's text, in the order the boot loader tries them.
 *
 * @example
 * ```ts
 * import { parsePlaceholder } from 'apple-devicetree';
 * parsePlaceholder('syscfg/SrNm/0x20,zeroes/0x20'); // first the device's record, else 32 zeroes
 * ```
 */
export const parsePlaceholder = (text: string): PlaceholderSource[] => text.split(',').map(parseSource);

/** Where values come from. Each function gives undefined for what it does not have. */
export interface PlaceholderSources {
  /** A record of the system configuration by its four-character key, such as `SrNm`; text is taken as Latin-1. */
  readonly syscfg?: ((key: string) => Uint8Array | string | undefined) | undefined;
  /** A MAC address by the name of the boot loader's variable, such as `wifiaddr`. */
  readonly macaddr?: ((variable: string) => Uint8Array | undefined) | undefined;
}

/** The value of a placeholder: the first alternative that can be had; undefined when there is none. */
export function resolvePlaceholder(text: string, sources: PlaceholderSources = {}): Uint8Array | undefined {
  for (const source of parsePlaceholder(text)) {
    if (source.kind === 'zeroes') return new Uint8Array(source.length);
    if (source.kind === 'hex') return source.bytes;
    if (source.kind === 'macaddr') {
      const address = sources.macaddr?.(source.variable);
      if (address === undefined) continue;
      if (address.length !== 6)
        throw fail('bad-value', `the MAC address ${source.variable} has ${address.length} bytes`);
      return address;
    }
    if (source.kind !== 'syscfg') continue;
    const record = sources.syscfg?.(source.key);
    if (record === undefined) continue;
    const bytes = typeof record === 'string' ? fromLatin1(record) : record;
    if (source.length === undefined) return bytes;
    const value = new Uint8Array(source.length);
    value.set(bytes.subarray(0, source.length));
    return value;
  }
  return undefined;
}

/**
 * What becomes of a placeholder that nothing resolves: the property goes (`drop`), gets an empty value (`empty`), keeps
 * its text without the flag (`text`), stays as it is (`keep`), or an error is thrown (`error`).
 */
export type Unresolved = 'drop' | 'empty' | 'text' | 'keep' | 'error';

/** What happened to one placeholder. */
export interface ResolvedPlaceholder {
  readonly path: string;
  readonly text: string;
  readonly outcome: 'resolved' | 'dropped' | 'emptied' | 'text' | 'kept';
  readonly value?: Uint8Array;
}

/**
 * Resolves every placeholder of a tree in place, clearing the flag that XNU panics on.
 *
 * @throws {@link DeviceTreeError} `exhausted` when nothing resolves one and `unresolved` is `error`
 * @example
 * ```ts
 * import { createTree, resolvePlaceholders } from 'apple-devicetree';
 * const tree = createTree();
 * tree.root.setString('serial-number', 'syscfg/SrNm/0x20,zeroes/0x20').placeholder = true;
 * resolvePlaceholders(tree, { syscfg: key => (key === 'SrNm' ? 'C02XYZ' : undefined) });
 * tree.root.get('serial-number'); // 'C02XYZ'
 * ```
 */
export function resolvePlaceholders(
  tree: DeviceTree,
  sources: PlaceholderSources = {},
  unresolved: Unresolved = 'drop',
): ResolvedPlaceholder[] {
  const report: ResolvedPlaceholder[] = [];
  for (const node of tree.nodes())
    for (const property of [...node.properties]) {
      if (!property.placeholder) continue;
      const text = placeholderText(property.value);
      const { path } = property;
      const value = resolvePlaceholder(text, sources);
      if (value === undefined && unresolved === 'error')
        throw fail('exhausted', `nothing resolves ${JSON.stringify(text)}`, { path, offset: property.offset });
      if (value === undefined && unresolved === 'keep') report.push({ path, text, outcome: 'kept' });
      else if (value === undefined && unresolved === 'drop') {
        node.removeProperty(property);
        report.push({ path, text, outcome: 'dropped' });
      } else {
        property.placeholder = false;
        if (value !== undefined) property.value = value;
        else if (unresolved === 'empty') property.value = new Uint8Array();
        report.push({
          path,
          text,
          outcome: value !== undefined ? 'resolved' : unresolved === 'empty' ? 'emptied' : 'text',
          value: property.value,
        });
      }
    }
  return report;
}
