import { indirectSymbols } from '../macho/symbols.js';
import { branch26, encodeBranch26, wordAt } from '../patch/a64.js';
import { viewOf } from '../source.js';
import type { LinkImage } from './link-image.js';
import type { Linker } from './linker.js';

/** The stubs of an arm64e kext that direct calls replace. */
export interface RemovableStubs {
  /** Number of the section among the image's, from 1. */
  readonly section: number;
  readonly start: bigint;
  readonly end: bigint;
  /** Bytes of a stub. */
  readonly size: number;
  /** Name that each stub leads to. */
  readonly names: readonly string[];
}

/**
 * `__TEXT_EXEC,__auth_stubs` when it is the last section of its segment: the segment ends before it.
 * Code with coverage hooks (`__sancov_gate`) keeps its stubs.
 */
export function removableStubs(image: LinkImage): RemovableStubs | undefined {
  if (image.macho.architecture !== 'arm64e' || image.kernel || !image.movable) return undefined;
  if (image.sections.some(s => s.name === '__sancov_gate')) return undefined;
  const segment = image.segments.find(s => s.old.name === '__TEXT_EXEC');
  const last = segment?.old.sections.at(-1);
  if (segment === undefined || last?.name !== '__auth_stubs' || last.reserved2 === 0) return undefined;
  const indirect = indirectSymbols(image.macho);
  const count = Number(last.size) / last.reserved2;
  const names: string[] = [];
  for (let i = 0; i < count; i++) {
    const symbol = image.symbols[indirect[last.reserved1 + i] ?? -1];
    if (symbol === undefined) return undefined;
    names.push(symbol.name);
  }
  segment.content = segment.content.subarray(0, Number(last.address - segment.old.vmaddr));
  const section = image.sections.findIndex(s => s.address === last.address && s.name === last.name) + 1;
  return { section, start: last.address, end: last.address + last.size, size: last.reserved2, names };
}

/** Makes calls of removed stubs direct. Reports stubs that lead nowhere or too far. */
export function callDirectly(image: LinkImage, stubs: RemovableStubs, linker: Linker): void {
  for (const section of image.sections) {
    if ((section.flags & 0x80000400) === 0 || section.address === stubs.start) continue;
    const segment = image.holder(section.address);
    if (segment === undefined) continue;
    const start = Number(section.address - segment.old.vmaddr);
    const view = viewOf(segment.content);
    for (let at = start; at + 4 <= start + Number(section.size) && at + 4 <= segment.content.length; at += 4) {
      const old = segment.old.vmaddr + BigInt(at);
      const branch = branch26(wordAt(segment.content, at), old);
      if (branch === undefined || branch.target < stubs.start || branch.target >= stubs.end) continue;
      const name = stubs.names[Math.floor(Number(branch.target - stubs.start) / stubs.size)]!;
      const found = linker.find(image, name);
      const word = found === undefined ? undefined : encodeBranch26(branch.link, image.move(old), found.address);
      if (word === undefined) linker.error(image.id, `the stub of '${name}' cannot be replaced by a direct call`);
      else view.setUint32(at, word, true);
    }
  }
}
