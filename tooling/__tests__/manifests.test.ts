import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PACKAGES } from '../api.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  type: string;
  license: string;
  sideEffects: boolean;
  engines: { node: string };
  files: string[];
  exports: Record<string, string>;
  bin?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  publishConfig: {
    access: string;
    exports: Record<string, { types: string; default: string }>;
    bin?: Record<string, string>;
  };
}
const manifest = (name: string) => JSON.parse(readFileSync(`${root}packages/${name}/package.json`, 'utf8')) as Manifest;

/** Which of the five a package may depend on at run time. */
const ALLOWED: Record<string, readonly string[]> = {
  img4: [],
  'apple-devicetree': [],
  'macho-kc': [],
  'arm64-emu': [],
  'boot-recipes': ['img4', 'apple-devicetree', 'macho-kc', 'arm64-emu'],
};
const COMMANDS: Record<string, string | undefined> = {
  img4: 'img4',
  'apple-devicetree': 'adt',
  'macho-kc': 'kc',
  'boot-recipes': 'boot-recipes',
};

it('there are exactly the five packages', () => {
  expect(readdirSync(`${root}packages`).sort()).toEqual([...PACKAGES].sort());
});

describe.each(PACKAGES)('packages/%s', name => {
  const it_ = manifest(name);

  it('is published under its folder name, as ESM, for Node 20.19 and later', () => {
    expect(it_).toMatchObject({
      name,
      type: 'module',
      license: 'MIT',
      sideEffects: false,
      engines: { node: '>=20.19' },
      files: ['dist', 'src'],
    });
    expect(it_.private).toBeUndefined();
    expect(it_.publishConfig.access).toBe('public');
  });

  it('has source-first exports that exist, each with its built counterpart', () => {
    expect(Object.keys(it_.publishConfig.exports)).toEqual(Object.keys(it_.exports));
    for (const [entry, source] of Object.entries(it_.exports)) {
      expect(existsSync(`${root}packages/${name}/${source}`), source).toBe(true);
      const stem = source.replace('./src/', './dist/').replace(/\.ts$/, '');
      expect(it_.publishConfig.exports[entry]).toEqual({ types: `${stem}.d.ts`, default: `${stem}.js` });
    }
  });

  it('depends on what it may, and on no private package at run time', () => {
    const ours = Object.keys(it_.dependencies ?? {}).filter(
      d => d.startsWith('@internal/') || (PACKAGES as readonly string[]).includes(d),
    );
    expect(ours.sort()).toEqual([...ALLOWED[name]!].sort());
    for (const dependency of ours) expect(it_.dependencies![dependency]).toBe('workspace:^');
    const dev = Object.keys(it_.devDependencies ?? {}).filter(d => (PACKAGES as readonly string[]).includes(d));
    expect(dev).toEqual([]);
  });

  it('has the command it should have', () => {
    const command = COMMANDS[name];
    expect(it_.bin).toEqual(command && { [command]: `./bin/${command}.js` });
    expect(it_.publishConfig.bin).toEqual(command && { [command]: './dist/cli.js' });
  });

  it('imports nothing of Node outside its Node entry and its command', () => {
    const allowed = /^(node|cli)(\.ts$|\/)/;
    const files = readdirSync(`${root}packages/${name}/src`, { recursive: true, encoding: 'utf8' }).filter(
      f => f.endsWith('.ts') && !allowed.test(f),
    );
    const offenders = files.filter(f =>
      /(from|import\()\s*['"](node:|@internal\/binary\/cli)/.test(
        readFileSync(`${root}packages/${name}/src/${f}`, 'utf8'),
      ),
    );
    expect(offenders).toEqual([]);
  });

  it('compiles no code from strings', () => {
    const files = readdirSync(`${root}packages/${name}/src`, { recursive: true, encoding: 'utf8' }).filter(f =>
      f.endsWith('.ts'),
    );
    expect(
      files.filter(f => /\bnew Function\b|\beval\(/.test(readFileSync(`${root}packages/${name}/src/${f}`, 'utf8'))),
    ).toEqual([]);
  });
});
