import { fail } from './error.js';

/**
 * Paths name nodes by their `name` property: `/arm-io/uart0`. A property follows its node after a dot: `/chosen.dram-base`.
 * Siblings with the same name are told apart by their rank, from 0: `/arm-io/nco[1]`. Characters that mean something in a
 * path are written `%xx`. In patterns `*` matches any characters, `?` one character, and a segment `**` any nodes between.
 */

/** What means something in a path, and control characters, which would reach a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const SPECIAL = /[%/[\]*?.\x00-\x1f\x7f-\x9f]/g;

/** Writes a name as a path segment. */
export const escapeSegment = (name: string): string =>
  name.replace(SPECIAL, character => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** Writes a property's name as the part of a path after the dot; dots need no escape there. */
export const escapeProperty = (name: string): string => escapeSegment(name).replaceAll('%2e', '.');

/** The name that a path segment stands for. */
export const unescapeSegment = (segment: string): string =>
  segment.replace(/%([0-9a-fA-F]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));

/** A parsed path segment: a name, and which of the siblings of that name. */
export interface Segment {
  readonly name: string;
  /** Rank among siblings of that name; undefined when the path does not say. */
  readonly rank: number | undefined;
}

const parseRank = (segment: string): { text: string; rank: number | undefined } => {
  const match = /^(.*)\[(\d{1,9})\]$/s.exec(segment);
  return match === null ? { text: segment, rank: undefined } : { text: match[1]!, rank: Number(match[2]) };
};

/** Splits one segment, such as `nco[1]`, into name and rank. */
export function parseSegment(segment: string): Segment {
  const { text, rank } = parseRank(segment);
  return { name: unescapeSegment(text), rank };
}

/** Splits a path into its segments; `/` and the empty path are the root. */
export const splitPath = (path: string): string[] => path.split('/').filter(segment => segment !== '');

/** Whether a segment or property name is a pattern. */
export const isPattern = (text: string): boolean => /[*?]/.test(text);

/** Whether `name` matches `pattern`, in which `*` and `?` are wildcards. */
export function matchesName(pattern: string, name: string): boolean {
  if (pattern === '*') return true;
  if (!isPattern(pattern)) return unescapeSegment(pattern) === name;
  return globMatch(pattern, name);
}

/** Greedy matching with one point to return to: linear in the pattern for each character of the name. */
function globMatch(pattern: string, name: string): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let resume = 0;
  while (n < name.length) {
    const code = pattern.startsWith('%', p) ? /^%[0-9a-fA-F]{2}/.exec(pattern.slice(p, p + 3)) : null;
    const literal = code === null ? pattern[p] : unescapeSegment(code[0]);
    if (code === null && literal === '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.length && ((code === null && literal === '?') || literal === name[n])) {
      p += code === null ? 1 : 3;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++resume;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** A path or pattern to a property: the node's part, and the property's name after the last dot outside the node names. */
export interface PropertyPath {
  readonly node: string;
  readonly property: string;
}

/**
 * Splits `/chosen.dram-base` into node and property.
 *
 * The node part ends at the first dot after the last slash, so a node whose name has a dot is written with `%2e`.
 *
 * @throws {@link DeviceTreeError} `syntax` when there is no property part
 */
export function parsePropertyPath(path: string): PropertyPath {
  const dot = path.indexOf('.', path.lastIndexOf('/') + 1);
  if (dot < 0 || dot === path.length - 1)
    throw fail('syntax', 'a property path is a node path, a dot and a property name, such as /chosen.dram-base', {
      path,
    });
  return { node: path.slice(0, dot) || '/', property: path.slice(dot + 1) };
}
