import { describe, expect, it } from 'vitest';
import {
  buildTrustCache,
  dataInCode,
  encodeDataInCode,
  encodeExportsTrie,
  encodeFunctionStarts,
  encodeSplitSegV2,
  encodeTrustCache,
  functionStarts,
  MachO,
  parseExportsTrie,
  parseFunctionStarts,
  parseTrustCache,
  readCodeSignature,
  readExports,
  type SplitSegReference,
  splitSegReferences,
  splitSegVersion,
  trustCacheEntries,
  trustCacheHas,
  unwrapTrustCaches,
  verifyPages,
  walkSplitSegV2,
  wrapTrustCaches,
} from '../src/index.js';
import { fixture, machOFiles, thinFiles } from './support.js';

const images = machOFiles().flatMap(path =>
  thinFiles(fixture(path)).map(thin => ({ path, ...thin, macho: new MachO(thin.bytes) })),
);

describe('exports trie', () => {
  it('is the same after being built from its symbols', () => {
    let tries = 0;
    for (const { macho } of images) {
      const symbols = readExports(macho);
      if (symbols.length === 0) continue;
      tries++;
      const sorted = [...symbols].sort((a, b) => (a.name < b.name ? -1 : 1));
      expect(parseExportsTrie(encodeExportsTrie(symbols)).sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual(sorted);
    }
    expect(tries).toBeGreaterThan(10);
  });

  it('refuses cycles and nodes outside', () => {
    expect(() => parseExportsTrie(Uint8Array.of(0, 1, 0x61, 0, 0))).toThrow(/reached twice/);
    expect(() => parseExportsTrie(Uint8Array.of(0, 1, 0x61, 0, 99))).toThrow(/outside/);
    expect(() => parseExportsTrie(Uint8Array.of(9, 0, 0))).toThrow(/passes the end/);
  });
});

describe('function starts and data in code', () => {
  it('survive decoding and encoding', () => {
    let functions = 0;
    for (const { macho } of images) {
      const starts = functionStarts(macho);
      functions += starts.length;
      const base = macho.segment('__TEXT')?.vmaddr ?? 0n;
      expect(parseFunctionStarts(encodeFunctionStarts(starts, base), base)).toEqual(starts);
      for (const start of starts) expect(macho.segmentAt(start)).toBeDefined();
      const fields = macho.command('LC_DATA_IN_CODE')?.fields;
      if (fields !== undefined)
        expect(encodeDataInCode(dataInCode(macho))).toEqual(
          macho.source.slice(fields.dataoff, fields.dataoff + fields.datasize),
        );
    }
    expect(functions).toBeGreaterThan(200);
  });
});

describe('split-segment info', () => {
  it('refers to sections that are there', () => {
    let references = 0;
    for (const { macho, path } of images) {
      if (splitSegVersion(macho) !== 2 || path.includes('macho-arm64')) continue;
      const { sections } = macho;
      for (const { fromSection, fromOffset, toSection } of splitSegReferences(macho)) {
        references++;
        expect(toSection).toBeLessThanOrEqual(sections.length);
        if (fromSection > 0) expect(BigInt(fromOffset)).toBeLessThan(sections[fromSection - 1]!.size);
      }
    }
    expect(references).toBeGreaterThan(500);
  });
});

describe('split-segment info that is written', () => {
  it('has the references that were read', () => {
    let files = 0;
    const key = (r: SplitSegReference) => `${r.fromSection} ${r.toSection} ${r.toOffset} ${r.kind} ${r.fromOffset}`;
    for (const { macho } of images) {
      if (splitSegVersion(macho) !== 2) continue;
      files++;
      const references = splitSegReferences(macho);
      const back: SplitSegReference[] = [];
      walkSplitSegV2(encodeSplitSegV2(references), (kind, fromSection, fromOffset, toSection, toOffset) =>
        back.push({ kind, fromSection, fromOffset, toSection, toOffset }),
      );
      expect(back.map(key).sort()).toEqual(references.map(key).sort());
    }
    expect(files).toBeGreaterThan(50);
  });
});

describe('code signatures', () => {
  it('have the page hashes of their files', () => {
    let pages = 0;
    for (const { macho, path } of images) {
      // Its header and link-edit data were changed after signing.
      if (path.endsWith('/TestMacOS-arm64e')) continue;
      for (const directory of readCodeSignature(macho)?.directories ?? []) {
        expect({ path, bad: verifyPages(macho, directory) }).toEqual({ path, bad: [] });
        pages += directory.nCodeSlots;
      }
    }
    expect(pages).toBeGreaterThan(300);
  });

  it('notice a changed byte', () => {
    const bytes = fixture('macho-kc/macho-arm64e/hello-macos-arm64e').slice();
    bytes[0x4000] = bytes[0x4000]! ^ 1;
    const macho = new MachO(bytes);
    expect(verifyPages(macho, readCodeSignature(macho)!.best!)).toEqual([4]);
  });

  it('give the strongest directory', () => {
    const macho = new MachO(fixture('macho-kc/kexts/IOKitTest-arm64.kext/Contents/MacOS/IOKitTest'));
    const signature = readCodeSignature(macho)!;
    expect(signature.directories.map(d => d.hashName)).toEqual(['sha1', 'sha256']);
    expect(signature.best!.hashName).toBe('sha256');
    expect(signature.best!.identifier).toBe('com.mycompany.driver');
  });
});

describe('trust caches', () => {
  const entries = trustCacheEntries(fixture('macho-kc/macho-arm64e/ls-sequoia')).concat(
    trustCacheEntries(fixture('macho-kc/macho-arm64e/cat-macos-arm64')),
  );
  it.each([0, 1, 2] as const)('version %i is written and read', version => {
    const cache = buildTrustCache({ version, entries: [...entries, ...entries] });
    const bytes = encodeTrustCache(cache);
    const back = parseTrustCache(bytes);
    expect(back.version).toBe(version);
    expect(back.entries.length).toBe(entries.length);
    expect(encodeTrustCache(back)).toEqual(bytes);
    expect(bytes.length).toBe(24 + entries.length * [20, 22, 24][version]!);
    for (const { cdhash } of entries) expect(trustCacheHas(back, cdhash)).toBe(true);
    expect(trustCacheHas(back, new Uint8Array(20))).toBe(false);
    const hashes = back.entries.map(entry => Buffer.from(entry.cdhash).toString('hex'));
    expect(hashes).toEqual([...hashes].sort());
    if (version > 0) expect(back.entries[0]!.hashType).toBe(2);
  });

  it('are wrapped as the loader hands them over', () => {
    const module = encodeTrustCache(buildTrustCache({ entries }));
    const wrapped = wrapTrustCaches([module]);
    expect([...wrapped.subarray(0, 8)]).toEqual([1, 0, 0, 0, 8, 0, 0, 0]);
    expect(unwrapTrustCaches(wrapped)).toEqual([module]);
    expect(unwrapTrustCaches(wrapTrustCaches([module, module]))).toEqual([module, module]);
    expect(() => unwrapTrustCaches(wrapped.subarray(0, 6))).toThrow(/1 modules/);
    expect(() => parseTrustCache(module.subarray(0, 40))).toThrow(/do not fit/);
    expect(() => parseTrustCache(new Uint8Array(24).fill(9))).toThrow(/version/);
  });
});
