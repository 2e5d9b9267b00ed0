import { readFileSync } from 'node:fs';
import { fixture, fixturesUnder, haveFixtures } from '@internal/binary/testing';
import { describe, expect, it } from 'vitest';
import { generated } from '../scripts/roots.js';
import type { Property } from '../src/containers/property.js';
import {
  APPLE_ROOTS,
  Im4m,
  Img4,
  isImg4Error,
  parseImg4File,
  readCertificate,
  readShsh2,
  verifyManifest,
} from '../src/index.js';
import { certify, type KeyKind, makeManifest, signer, trustRoot } from './signing.js';

const manifestIn = (path: string): Im4m => {
  const object = parseImg4File(fixture(path)).objects[0]!;
  const manifest = object instanceof Img4 ? object.manifest : object;
  if (!(manifest instanceof Im4m)) throw new Error(`${path} has no manifest`);
  return manifest;
};

/** Root that each genuine manifest ends at. */
const ROOT: Record<string, string> = {
  'img4/im4m/LukeZGD_IM4M7': 'Apple Root CA',
  'img4/im4m/LukeZGD_IM4M8': 'Apple Root CA',
  'img4/im4m/NyanSatan_vma2_ticket.der': 'Apple DDI Secure Boot Root CA - G1',
  'img4/im4m/Tymbur_apticket.der': 'Apple Secure Boot Root CA - G2',
  'img4/im4m/ei9h7_shsh_A11.bin': 'Apple Secure Boot Root CA - G2',
  'img4/im4m/ei9h7_shsh_A7.bin': 'Apple Root CA',
  'img4/im4m/ei9h7_shsh_A8.bin': 'Apple Root CA',
  'img4/im4m/ei9h7_shsh_A9_S8003.bin': 'Apple Root CA',
  'img4/im4m/m1stadev_IM4M': 'Apple Secure Boot Root CA - G2',
  'img4/im4m/xyr115_boot.efi.j132ap.im4m': 'Apple X86 Secure Boot Root CA - G1',
  'img4/im4m/xyr115_boot.efi.j137ap.im4m': 'Apple X86 Secure Boot Root CA - G1',
  'img4/im4m/xyr115_boot.efi.j140kap.im4m': 'Apple X86 Secure Boot Root CA - G1',
  'img4/im4m/xyr115_boot.efi.j680ap.im4m': 'Apple X86 Secure Boot Root CA - G1',
  'img4/im4m/y08wilm_11A24580o_apticket.der': 'Apple Root CA',
  'img4/img4/Bootability.dmg.trustcache': 'Apple DDI Secure Boot Root CA - G1',
  'img4/img4/PyIMG4_IMG4_29dfb2': 'Apple Secure Boot Root CA - G2',
  'img4/img4/iBEC.img4': 'Apple Root CA',
  'img4/img4/iBSS.img4': 'Apple Root CA',
  'img4/img4/iBridge_6.1_aopfw.img4': 'Apple Secure Boot Root CA - G2',
  'img4/img4/iBridge_6.1_bootlogo.img4': 'Apple Secure Boot Root CA - G2',
  'img4/img4/iBridge_6.1_devicetree.img4': 'Apple Secure Boot Root CA - G2',
  'img4/img4/iBridge_6.1_ibec.img4': 'Apple Secure Boot Root CA - G2',
  'img4/img4/iBridge_6.1_touch.img4': 'Apple Secure Boot Root CA - G2',
  'img4/img4/iBridge_6.1_trustcache.img4': 'Apple Secure Boot Root CA - G2',
  'img4/img4/localpolicy.img4': 'Apple Secure Boot Root CA - G6',
};

describe.skipIf(!haveFixtures)('genuine manifests', () => {
  it('are all listed', () => {
    expect(['im4m', 'img4'].flatMap(folder => fixturesUnder(`img4/${folder}`))).toEqual(Object.keys(ROOT));
  });
  it.each(Object.entries(ROOT))('%s ends at %s', async (path, root) => {
    const result = await verifyManifest(manifestIn(path));
    expect(result.problems).toEqual([]);
    expect(result.root?.name).toBe(root);
    expect(result.chain.at(-1)).toBe(root);
  });
  it('in saved responses are valid, all of them', async () => {
    for (const path of fixturesUnder('img4/shsh2')) {
      const { manifest, noNonce, updateInstall } = readShsh2(fixture(path));
      for (const ticket of [manifest, noNonce, updateInstall])
        if (ticket) expect((await verifyManifest(ticket)).problems).toEqual([]);
    }
  });

  /** One bit in every so many bytes, of every kind of chain. */
  it.each([
    ['img4/im4m/LukeZGD_IM4M7', 7],
    ['img4/im4m/Tymbur_apticket.der', 11],
    ['img4/im4m/xyr115_boot.efi.j132ap.im4m', 3],
  ])('%s: any flipped bit makes it fail, with the reason', async (path, step) => {
    const bytes = manifestIn(path).toBytes();
    const manifest = Im4m.parse(bytes);
    const region = (at: number): string => {
      const inside = (part: Uint8Array) => {
        const start = part.byteOffset - bytes.byteOffset;
        return at >= start && at < start + part.length;
      };
      if (inside(manifest.signedBytes)) return 'body';
      if (inside(manifest.signature)) return 'signature';
      return manifest.certificates.some(inside) ? 'certificate' : 'frame';
    };
    for (let at = 0; at < bytes.length; at += step) {
      const bad = bytes.slice();
      bad[at]! ^= 1 << (at % 8);
      let parsed: Im4m;
      try {
        parsed = Im4m.parse(bad);
      } catch (error) {
        expect(isImg4Error(error)).toBe(true);
        continue;
      }
      const { valid, problems } = await verifyManifest(parsed);
      expect(valid).toBe(false);
      const codes = problems.map(problem => problem.code);
      const expected = {
        body: ['signature'],
        signature: ['signature'],
        certificate: ['certificate', 'root', 'signature'],
      };
      const allowed = expected[region(at) as keyof typeof expected] as string[] | undefined;
      if (allowed)
        expect(
          codes.some(code => allowed.includes(code)),
          `byte ${at}: ${codes}`,
        ).toBe(true);
    }
  });

  it('every bit around body, signatures and certificates counts', async () => {
    const bytes = manifestIn('img4/im4m/LukeZGD_IM4M7').toBytes();
    const manifest = Im4m.parse(bytes);
    const certificates = manifest.certificates.map(certificate => readCertificate(certificate));
    const insides = [manifest, ...certificates].flatMap(({ signedBytes, signature }) => [
      signedBytes.subarray(8),
      signature.subarray(4),
    ]);
    const spans = insides.map(
      ({ byteOffset, length }) => [byteOffset - bytes.byteOffset, byteOffset - bytes.byteOffset + length] as const,
    );
    let flips = 0;
    for (let at = 0; at < bytes.length; at++) {
      if (spans.some(([start, end]) => at >= start && at < end)) continue;
      for (let bit = 0; bit < 8; bit++, flips++) {
        const bad = bytes.slice();
        bad[at]! ^= 1 << bit;
        let parsed: Im4m;
        try {
          parsed = Im4m.parse(bad);
        } catch (error) {
          expect(isImg4Error(error)).toBe(true);
          continue;
        }
        expect((await verifyManifest(parsed)).valid, `byte ${at}, bit ${bit}`).toBe(false);
      }
    }
    expect(flips).toBeGreaterThan(500);
  });

  it('a signature that is a constructed BIT STRING makes it fail', async () => {
    const bytes = manifestIn('img4/im4m/LukeZGD_IM4M7').toBytes().slice();
    const { certificates } = Im4m.parse(bytes);
    const certificate = certificates[0]!;
    // The BIT STRING's header is before the 257 bytes at the end.
    const at = certificate.byteOffset + certificate.length - 257 - 4;
    expect(bytes[at]).toBe(3);
    bytes[at] = 0x23;
    expect((await verifyManifest(Im4m.parse(bytes))).problems.map(problem => problem.code)).toEqual([
      'certificate',
      'root',
    ]);
  });

  it('public keys of the roots are those of the certificates', async () => {
    const committed = readFileSync(new URL('../src/verify/roots.generated.ts', import.meta.url), 'utf8');
    expect((await generated()) === committed).toBe(true);
  });
  it('certificates of all kinds are read', () => {
    for (const path of fixturesUnder('img4/certs')) {
      const certificate = readCertificate(fixture(path));
      expect(certificate.subject).not.toBe('');
      expect(fixture(path).length).toBeGreaterThan(certificate.signedBytes.length);
    }
  });
});

it('knows nine roots by fingerprint', () => {
  expect(new Set(APPLE_ROOTS.map(root => root.fingerprint)).size).toBe(9);
  for (const root of APPLE_ROOTS) expect(root.fingerprint).toMatch(/^[0-9a-f]{64}$/);
});

describe.each(['RSA', 'P-384', 'P-256'] as KeyKind[])('chains of our own, %s', kind => {
  const set = (name: string, value: readonly Property[]): Property => ({ name, value: { type: 'set', value } });
  const constraints = [
    set('MANP', [
      { name: 'CHIP', value: { type: 'integer', value: 0x8960n } },
      { name: 'ECID', value: { type: 'required' } },
      { name: 'augs', value: { type: 'optional' } },
    ]),
    set('OBJP', [{ name: 'DGST', value: { type: 'required' } }]),
  ];
  const good: Property[] = [
    { name: 'CHIP', value: { type: 'integer', value: 0x8960n } },
    { name: 'ECID', value: { type: 'integer', value: 1n } },
  ];
  const objects = { krnl: [{ name: 'DGST', value: { type: 'octets', value: new Uint8Array(48) } }] } as const;
  const chain = (async () => {
    const root = await signer(kind, 'Root');
    const middle = await signer(kind, 'Middle');
    const leaf = await signer(kind, 'Leaf');
    return {
      root,
      leaf,
      roots: [await trustRoot(root)],
      direct: await certify(leaf, root, { constraints }),
      middle: await certify(middle, root, { authority: true }),
      powerless: await certify(middle, root),
      viaMiddle: await certify(leaf, middle, { constraints }),
      unconstrained: await certify(leaf, root),
      impostor: await certify(leaf, { ...middle, name: root.name }, { constraints }),
      self: await certify(leaf, leaf, { constraints }),
    };
  })();
  const check = async (
    certificates: (c: Awaited<typeof chain>) => Uint8Array[],
    properties: readonly Property[] = good,
    entries: Readonly<Record<string, readonly Property[]>> = objects,
  ) => {
    const made = await chain;
    const bytes = await makeManifest(made.leaf, certificates(made), properties, entries);
    const { problems } = await verifyManifest(Im4m.parse(bytes), { roots: made.roots });
    return problems.map(problem => problem.code);
  };

  it('are valid when they are', async () => {
    expect(await check(c => [c.direct])).toEqual([]);
    expect(await check(c => [c.middle, c.viaMiddle])).toEqual([]);
    expect(await check(c => [c.viaMiddle, c.middle])).toEqual([]);
  });
  it('end at a trusted root', async () => {
    expect(await check(c => [c.self])).toEqual(['root']);
    expect(await check(c => [c.impostor])).toEqual(['certificate']);
    expect(await check(c => [c.viaMiddle])).toEqual(['root']);
    expect(await check(c => [c.powerless, c.viaMiddle])).toEqual(['certificate']);
    expect(await check(() => [])).toEqual(['certificate']);
  });
  it('must not carry idle certificates', async () => {
    expect(await check(c => [c.direct, c.middle])).toEqual(['certificate']);
  });
  it('are held to their constraints', async () => {
    expect(await check(c => [c.unconstrained])).toEqual(['constraint']);
    expect(
      await check(c => [c.direct], [{ name: 'CHIP', value: { type: 'integer', value: 0x8965n } }, good[1]!]),
    ).toEqual(['constraint']);
    expect(await check(c => [c.direct], [good[0]!])).toEqual(['constraint']);
    expect(await check(c => [c.direct], [...good, { name: 'augs', value: { type: 'integer', value: 1n } }])).toEqual(
      [],
    );
    expect(await check(c => [c.direct], good, { krnl: [] })).toEqual(['constraint']);
  });
  it('sign exactly the body', async () => {
    const made = await chain;
    const bytes = await makeManifest(made.leaf, [made.direct], good, objects);
    const manifest = Im4m.parse(bytes);
    const at = manifest.signedBytes.byteOffset - bytes.byteOffset + manifest.signedBytes.length - 1;
    bytes[at]! ^= 1;
    const { problems } = await verifyManifest(Im4m.parse(bytes), { roots: made.roots });
    expect(problems.map(problem => problem.code)).toEqual(['signature']);
  });
});
