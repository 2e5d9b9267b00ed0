import { readFileSync } from 'node:fs';
import { fixture, fixturesUnder, haveFixtures } from '@internal/binary/testing';
import { describe, expect, it } from 'vitest';
import { page } from '../scripts/catalogue.js';
import {
  CATALOGUE,
  componentForKey,
  type Im4m,
  Im4p,
  Img4,
  meaningOf,
  parseImg4File,
  readBuildManifest,
  readCertificate,
  readShsh2,
} from '../src/index.js';

it('has each code of a place once, four characters each', () => {
  for (const kind of ['component', 'property']) {
    const codes = CATALOGUE.filter(entry => (entry.place === 'component') === (kind === 'component')).map(
      entry => entry.code,
    );
    expect(codes.filter((code, i) => codes.indexOf(code) !== i)).toEqual([]);
    for (const code of codes) expect(code).toMatch(/^[\x20-\x7e]{4}$/);
  }
});

it('is the page of the guide', () => {
  const committed = readFileSync(new URL('../../../docs/guide/img4-codes.md', import.meta.url), 'utf8');
  expect(committed === page()).toBe(true);
});

describe.skipIf(!haveFixtures)('genuine files', () => {
  const manifests = [
    ...['im4m', 'img4']
      .flatMap(folder => fixturesUnder(`img4/${folder}`))
      .map(path => {
        const object = parseImg4File(fixture(path)).objects[0]!;
        return object instanceof Img4 ? object.manifest! : (object as Im4m);
      }),
    ...fixturesUnder('img4/shsh2').map(path => readShsh2(fixture(path)).manifest),
  ];
  it('hold no property without a meaning and a type that is right', () => {
    const types = new Map(CATALOGUE.filter(entry => entry.type).map(entry => [entry.code, entry.type]));
    const wrong = new Set<string>();
    for (const manifest of manifests)
      for (const property of [...manifest.properties, ...manifest.objects.flatMap(object => object.properties)])
        if (types.get(property.name) !== property.value.type) wrong.add(`${property.name} ${property.value.type}`);
    expect([...wrong]).toEqual([]);
  });
  it('hold no component without a meaning', () => {
    const unknown = new Set(
      manifests
        .flatMap(manifest => manifest.objects.map(object => object.type))
        .filter(type => !meaningOf('component', type)),
    );
    for (const path of fixturesUnder('img4/im4p')) {
      const { type } = Im4p.parse(fixture(path));
      if (!meaningOf('component', type)) unknown.add(type);
    }
    expect([...unknown]).toEqual([]);
  });
  it('hold no constraint without a meaning', () => {
    const unknown = new Set<string>();
    for (const path of fixturesUnder('img4/certs'))
      for (const section of readCertificate(fixture(path)).constraints ?? [])
        if (section.value.type === 'set')
          for (const { name } of section.value.value) if (!meaningOf('property', name)) unknown.add(name);
    expect([...unknown]).toEqual([]);
  });
  it('agree on the types of components with a type of their own', () => {
    const differ = new Set<string>();
    for (const path of fixturesUnder('img4/buildmanifest'))
      for (const { components } of readBuildManifest(fixture(path)).identities)
        for (const { key, payloadType } of components) {
          const known = componentForKey(key);
          if (payloadType && known && known !== payloadType) differ.add(`${key}: ${known}, ${payloadType}`);
        }
    expect([...differ]).toEqual([]);
  });
});
