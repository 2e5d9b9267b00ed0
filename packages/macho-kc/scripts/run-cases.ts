import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildCollection,
  KernelCollection,
  type KextInput,
  type Level,
  MachO,
  parsePlist,
  type StripMode,
  selectKexts,
} from '../src/index.js';
import { discoverKexts } from '../src/node.js';
import type { PlistDict } from '../src/plist/value.js';
import { type Built, checkErrors, FactChecker, type Json } from './facts.js';

type Dict = { [key: string]: Json };
const LEVELS: Record<string, Level> = { boot: 0, pageable: 1, aux: 3 };

/** What became of a case. */
export interface CaseResult {
  readonly name: string;
  readonly hold: number;
  readonly failures: readonly string[];
  /** Collections that were built. */
  readonly outputs: readonly Uint8Array[];
}

/** Builds the collections of one case and checks its facts. */
export function runCase(folder: string, name: string): CaseResult {
  const facts = JSON.parse(readFileSync(join(folder, 'facts.json'), 'utf8')) as Dict;
  const file = (path: Json | undefined) => new Uint8Array(readFileSync(join(folder, String(path))));
  const arch = String(facts.arch);
  const built = new Map<string, Built>();
  const outputs = new Map<string, Uint8Array>();
  const bases: (bigint | undefined)[] = [];
  let hold = 0;
  const failures: string[] = [];
  for (const build of facts.builds as Dict[]) {
    const out = String(build.out);
    const kind = build.kind as 'boot' | 'pageable' | 'aux';
    const all = build.extensions === undefined ? [] : discoverKexts(join(folder, String(build.extensions)), arch).kexts;
    const strips = new Map<string, StripMode>();
    const ids = (build.bundleIds as (string | Dict)[]).map(id => {
      if (typeof id === 'string') return id;
      strips.set(String(id.id), id.strip as StripMode);
      return String(id.id);
    });
    const exclude = new Set(
      [build.base, build.pageable].flatMap(b => built.get(String(b))?.collection.kexts.map(k => k.id) ?? []),
    );
    const kexts = selectKexts(all, ids, { architecture: arch, exclude }).map((kext): KextInput => {
      const strip = strips.get(String(kext.info.get('CFBundleIdentifier')));
      return strip === undefined ? kext : { ...kext, strip };
    });
    const result = buildCollection({
      kind,
      kexts,
      ...(build.kernel === undefined ? {} : { kernel: file(build.kernel) }),
      ...(build.base === undefined ? {} : { base: outputs.get(String(build.base))! }),
      ...(build.pageable === undefined ? {} : { pageable: outputs.get(String(build.pageable))! }),
      ...(build.strip === undefined ? {} : { strip: build.strip as 'all' }),
      ...(build.sectcreate === undefined
        ? {}
        : {
            sections: (build.sectcreate as Dict[]).map(s => ({
              segment: String(s.segment),
              section: String(s.section),
              bytes: file(s.file),
            })),
          }),
      ...(build.prelinkInfoExtra === undefined
        ? {}
        : { extraInfo: parsePlist(file(build.prelinkInfoExtra)) as PlistDict }),
    });
    const expected = (facts.expect as Dict)[out] as Dict | undefined;
    if (!result.ok) {
      if (expected?.errors === undefined) {
        failures.push(`${out}: ${result.errors.map(e => `${e.id ?? ''}: ${e.message}`).join('; ')}`);
        break;
      }
      const checked = checkErrors(expected, result.errors);
      hold += checked.hold;
      failures.push(...checked.failures.map(f => `${out}: ${f}`));
      continue;
    }
    if (expected?.errors !== undefined) {
      failures.push(`${out}: was built, but must fail`);
      continue;
    }
    outputs.set(out, result.bytes);
    const level = LEVELS[kind]!;
    const macho = new MachO(result.bytes);
    bases[level] = macho.lowestAddress;
    built.set(out, { collection: new KernelCollection(macho, level, () => bases), level });
    if (expected === undefined) continue;
    const checker = new FactChecker(built, out);
    checker.checkCollection(expected);
    hold += checker.hold;
    failures.push(...checker.failures.map(f => `${out}: ${f}`));
  }
  return { name, hold, failures, outputs: [...outputs.values()] };
}

/** All cases of a folder, in order of their names. */
export function runCases(root: string): CaseResult[] {
  return readdirSync(root)
    .filter(name => existsSync(join(root, name, 'facts.json')))
    .sort()
    .map(name => {
      try {
        return runCase(join(root, name), name);
      } catch (error) {
        return { name, hold: 0, failures: [`failed: ${(error as Error).message}`], outputs: [] };
      }
    });
}
