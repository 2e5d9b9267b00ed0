import { MachOError } from '../error.js';
import { readBytes } from '../source.js';
import type { MachO } from './macho.js';
import { LebCursor, pushUleb } from './uleb128.js';

export const EXPORT_REEXPORT = 0x8;
export const EXPORT_STUB_AND_RESOLVER = 0x10;

/** An export of the exports trie. */
export interface ExportedSymbol {
  readonly name: string;
  /** EXPORT_SYMBOL_FLAGS_*. */
  readonly flags: number;
  /** Offset from the Mach header (of the stub, with a resolver); an address when absolute; 0 for re-exports. */
  readonly offset: bigint;
  /** Re-export: dylib ordinal and name there (empty when the same). */
  readonly reexport?: { readonly ordinal: number; readonly name: string };
  /** Offset of the resolver from the Mach header. */
  readonly resolver?: bigint;
}

/** Nodes of a trie take at least two bytes, names at most what the trie spells. */
const MAX_NAME = 0x8000;

/**
 * Symbols of an exports trie in the order of its nodes. Every node may be reached once only, so that a trie with
 * cycles or shared nodes is an error (`bad-symbols`) and not an endless list.
 */
export function parseExportsTrie(trie: Uint8Array, base = 0): ExportedSymbol[] {
  const out: ExportedSymbol[] = [];
  if (trie.length === 0) return out;
  const seen = new Uint8Array(trie.length);
  const stack: { at: number; name: string }[] = [{ at: 0, name: '' }];
  const cursor = new LebCursor(trie, 0, base, 'exports trie');
  const bad = (reason: string, at: number) =>
    new MachOError('bad-symbols', reason, { offset: base + at, path: 'exports trie' });
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.at >= trie.length) throw bad('node outside the trie', node.at);
    if (seen[node.at]) throw bad('node reached twice', node.at);
    seen[node.at] = 1;
    cursor.at = node.at;
    const size = cursor.uleb();
    const children = cursor.at + size;
    if (size > 0) {
      const flags = cursor.uleb();
      if (flags & EXPORT_REEXPORT) {
        const ordinal = cursor.uleb();
        out.push({ name: node.name, flags, offset: 0n, reexport: { ordinal, name: cursor.text() } });
      } else {
        const offset = cursor.uleb64();
        out.push({
          name: node.name,
          flags,
          offset,
          ...(flags & EXPORT_STUB_AND_RESOLVER ? { resolver: cursor.uleb64() } : {}),
        });
      }
    }
    if (children >= trie.length) throw bad('node passes the end', node.at);
    cursor.at = children;
    const count = cursor.u8();
    const edges: { at: number; name: string }[] = [];
    for (let i = 0; i < count; i++) {
      const name = node.name + cursor.text();
      if (name.length > MAX_NAME) throw bad('name without an end', cursor.at);
      edges.push({ name, at: cursor.uleb() });
    }
    stack.push(...edges.reverse());
  }
  return out;
}

/** File range of the exports trie, of LC_DYLD_EXPORTS_TRIE or LC_DYLD_INFO. */
export function exportsTrieRange(macho: MachO): { offset: number; size: number } | undefined {
  const own = macho.command('LC_DYLD_EXPORTS_TRIE')?.fields;
  if (own !== undefined) return { offset: own.dataoff, size: own.datasize };
  const info = (macho.command('LC_DYLD_INFO_ONLY') ?? macho.command('LC_DYLD_INFO'))?.fields;
  return info === undefined ? undefined : { offset: info.export_off, size: info.export_size };
}

/** Exports of an image's trie; empty when it has none. */
export function readExports(macho: MachO): ExportedSymbol[] {
  const range = exportsTrieRange(macho);
  if (range === undefined || range.size === 0) return [];
  return parseExportsTrie(readBytes(macho.source, range.offset, range.size, 'exports trie'), range.offset);
}

interface TrieNode {
  readonly edges: { text: string; node: TrieNode }[];
  payload: number[];
  offset: number;
}

function insertSymbol(root: TrieNode, symbol: ExportedSymbol): void {
  let node = root;
  let rest = symbol.name;
  for (;;) {
    if (rest === '') break;
    const edge = node.edges.find(e => e.text[0] === rest[0]);
    if (edge === undefined) {
      const leaf: TrieNode = { edges: [], payload: [], offset: 0 };
      node.edges.push({ text: rest, node: leaf });
      node = leaf;
      break;
    }
    let common = 0;
    while (common < edge.text.length && edge.text[common] === rest[common]) common++;
    if (common < edge.text.length) {
      const middle: TrieNode = { edges: [{ text: edge.text.slice(common), node: edge.node }], payload: [], offset: 0 };
      edge.text = edge.text.slice(0, common);
      edge.node = middle;
    }
    node = edge.node;
    rest = rest.slice(common);
  }
  const info: number[] = [];
  pushUleb(info, symbol.flags);
  if (symbol.reexport !== undefined) {
    pushUleb(info, symbol.reexport.ordinal);
    info.push(...new TextEncoder().encode(symbol.reexport.name), 0);
  } else {
    pushUleb(info, symbol.offset);
    if (symbol.resolver !== undefined) pushUleb(info, symbol.resolver);
  }
  pushUleb(node.payload, info.length);
  node.payload.push(...info);
}

function encodeNode(node: TrieNode): number[] {
  const out = node.payload.length === 0 ? [0] : [...node.payload];
  out.push(node.edges.length);
  for (const { text, node: child } of node.edges) {
    out.push(...new TextEncoder().encode(text), 0);
    pushUleb(out, child.offset);
  }
  return out;
}

/** Builds an exports trie. */
export function encodeExportsTrie(symbols: readonly ExportedSymbol[]): Uint8Array {
  const root: TrieNode = { edges: [], payload: [], offset: 0 };
  for (const symbol of [...symbols].sort((a, b) => (a.name < b.name ? -1 : 1))) insertSymbol(root, symbol);
  const nodes: TrieNode[] = [];
  const visit = (node: TrieNode): void => {
    nodes.push(node);
    for (const edge of node.edges) visit(edge.node);
  };
  visit(root);
  // Offsets grow the numbers that hold them: repeat until nothing moves.
  for (let moved = true; moved; ) {
    moved = false;
    let at = 0;
    for (const node of nodes) {
      if (node.offset !== at) moved = true;
      node.offset = at;
      at += encodeNode(node).length;
    }
  }
  return Uint8Array.from(nodes.flatMap(encodeNode));
}
