import { fixture, fixturesUnder, haveFixtures } from '@internal/binary/testing';
import { describe, expect, it } from 'vitest';
import { toHex } from '../src/bytes.js';
import {
  checkNonce,
  chipName,
  createPayload,
  digest,
  formatGenerator,
  Im4m,
  Im4p,
  Im4r,
  Img4,
  imageDigest,
  imageInBuild,
  imageInTicket,
  nonceHash,
  parseGenerator,
  parseImg4File,
  readBuildManifest,
  readImageDigests,
  readPlist,
  readShsh2,
  stitch,
  ticketInBuild,
  ticketSummary,
  writePlist,
  writeShsh2,
} from '../src/index.js';
import { makeManifest, signer } from './signing.js';

const read = (path: string): Img4 => Img4.parse(fixture(`img4/img4/${path}`));

describe.skipIf(!haveFixtures)('genuine files', () => {
  /** Whether the payload is in the ticket beside it, and as what. */
  const stitched: Record<string, string | undefined> = {
    'Bootability.dmg.trustcache': 'trbb',
    PyIMG4_IMG4_29dfb2: undefined,
    'iBEC.img4': undefined,
    'iBSS.img4': undefined,
    'iBridge_6.1_aopfw.img4': undefined,
    'iBridge_6.1_bootlogo.img4': undefined,
    'iBridge_6.1_devicetree.img4': undefined,
    'iBridge_6.1_ibec.img4': undefined,
    'iBridge_6.1_touch.img4': undefined,
    'iBridge_6.1_trustcache.img4': 'trst',
    'localpolicy.img4': 'lpol',
  };
  it.each(Object.entries(stitched))('%s', async (path, type) => {
    const image = read(path);
    for (const anyType of [false, true]) {
      const answer = await imageInTicket(image.payload, image.manifest!, { anyType });
      expect(answer.matches).toBe(type !== undefined);
      expect(answer.type).toBe(type);
      if (type === undefined) expect(answer.reason).toMatch(/another digest|no component/);
      else expect(answer.retyped).toBe(type !== image.payload.type);
    }
  });

  it.each(['j132ap', 'j137ap', 'j140kap', 'j680ap'])('boot.efi is the efib of the ticket for %s', async board => {
    const ticket = Im4m.parse(fixture(`img4/im4m/xyr115_boot.efi.${board}.im4m`));
    const bytes = fixture('img4/payload_raw/boot.efi');
    expect(await imageInTicket(bytes, ticket, { type: 'efib' })).toEqual({
      matches: true,
      type: 'efib',
      retyped: false,
    });
    expect((await imageInTicket(bytes, ticket, { anyType: true })).type).toBe('efib');
    expect((await imageInTicket(bytes.subarray(1), ticket, { type: 'efib' })).matches).toBe(false);
    await expect(imageInTicket(bytes, ticket)).rejects.toMatchObject({ code: 'bad-value' });
  });

  const nonces: Record<string, [chip: string, generator: string | undefined]> = {
    '0x7001.shsh': ['A8', '0x1111111111111111'],
    '0x8000.shsh': ['A9 (Samsung)', '0x1111111111111111'],
    '0x8001.shsh': ['A9X', '0x1111111111111111'],
    '0x8012.shsh': ['T2', '0x74d950b4c9e16e56'],
    '3685821359199014_iPhone9,3_d101ap_13.5-1.shsh2': ['A10', '0x1111111111111111'],
    'shsh.shsh': ['T2', '0x71b1511f4ba22016'],
    'shsh.shsh.2': ['T2', '0xdfce874dc077c34d'],
    'ticket.shsh2': ['A13', '0x571443bf29ca9804'],
  };
  it.each(Object.entries(nonces))('%s was asked for with its generator', async (path, [chip, generator]) => {
    const blob = readShsh2(fixture(`img4/shsh2/${path}`));
    expect(ticketSummary(blob.manifest).chipName).toBe(chip);
    expect(formatGenerator(blob.generator!)).toBe(generator);
    expect(await checkNonce(blob.manifest, blob.generator!)).toBe('match');
    expect(await checkNonce(blob.manifest, blob.generator! + 1n)).toBe(chip === 'A13' ? 'unknown' : 'mismatch');
    if (blob.noNonce) expect(await checkNonce(blob.noNonce, 1n)).toBe('none');
  });

  it('tickets survive export and import', () => {
    for (const path of fixturesUnder('img4/shsh2')) {
      const blob = readShsh2(fixture(path));
      const again = readShsh2(writeShsh2(blob));
      expect(toHex(again.manifest.toBytes())).toBe(toHex(blob.manifest.toBytes()));
      expect(again.generator).toBe(blob.generator);
      expect(Object.keys(again.plist)).toEqual(Object.keys(blob.plist));
      expect(again.noNonce?.toBytes().length).toBe(blob.noNonce?.toBytes().length);
    }
  });

  it('components are found in their builds', async () => {
    const builds = fixturesUnder('img4/buildmanifest').map(path => readBuildManifest(fixture(path)));
    const found: Record<string, string[]> = {};
    for (const path of fixturesUnder('img4/im4p')) {
      const image = Im4p.parse(fixture(path));
      for (const build of builds)
        for (const { component, identity } of await imageInBuild(image, build))
          (found[path.slice('img4/im4p/'.length)] ??= []).push(
            `${build.buildVersion} ${identity.deviceClass} ${component.key}`,
          );
    }
    expect(Object.keys(found).length).toBe(19);
    expect(new Set(found['devicetree/iPhoneX_11.2_DeviceTree.d22ap.im4p'])).toEqual(
      new Set(['15C114 d22ap DeviceTree', '15C114 d22ap RestoreDeviceTree']),
    );
    expect(new Set(found['iboot/iPhone11_18.3_iBSS.n104.RELEASE.im4p'])).toEqual(new Set(['22D63 n104ap iBSS']));
  });

  it('a ticket agrees with the build it was signed for', () => {
    const build = readBuildManifest(
      fixture('img4/buildmanifest/BuildManifest_iBridge2,14+iBridge2,15+iBridge2,16_6.1_19P647.plist'),
    );
    const [best] = ticketInBuild(read('iBridge_6.1_ibec.img4').manifest!, build);
    expect([best!.sameDevice, best!.identity.deviceClass, best!.agree.length, best!.differ]).toEqual([
      true,
      'j174ap',
      16,
      [],
    ]);
  });

  it('digests of an .im4p.plist are those of the image under each type', async () => {
    const image = Im4p.parse(fixture('img4/im4p/devicetree/iPhoneX_11.2_DeviceTree.d22ap.im4p'));
    const digests = readImageDigests(fixture('img4/digest_plist/DeviceTree.d22ap.im4p.plist'));
    expect([...digests.keys()]).toEqual(['dtre', 'rdtr']);
    for (const [type, expected] of digests)
      expect(toHex(await imageDigest(image, 'SHA-384', type))).toBe(toHex(expected));
  });

  it('the IM4R holds its generator', () => {
    const [info] = parseImg4File(fixture('img4/im4r/PyIMG4_IM4R')).objects;
    expect(formatGenerator((info as Im4r).generator!)).toBe('0x5f56bbaee8c2d27c');
  });
});

describe('stitching', () => {
  const parts = (async () => {
    const payload = createPayload({ type: 'dtre', description: 'tree', data: new Uint8Array(100).fill(1) });
    const by = await signer('P-256', 'Signer');
    const value = await digest('SHA-384', payload.with({ type: 'rdtr' }).toBytes());
    const bytes = await makeManifest(
      by,
      [],
      [
        { name: 'BNCH', value: { type: 'octets', value: await nonceHash(5n, 32) } },
        { name: 'CHIP', value: { type: 'integer', value: 0x8010n } },
      ],
      { rdtr: [{ name: 'DGST', value: { type: 'octets', value } }] },
    );
    return { payload, manifest: Im4m.parse(bytes) };
  })();

  it('retypes a payload that the ticket lists under its restore type', async () => {
    const image = await stitch({ ...(await parts), restoreInfo: Im4r.fromGenerator(5n) });
    expect(image.payload.type).toBe('rdtr');
    expect(image.restoreInfo?.generator).toBe(5n);
    expect(toHex(Img4.parse(image.toBytes()).manifest!.toBytes())).toBe(toHex((await parts).manifest.toBytes()));
  });
  it('refuses a payload that is not in the ticket, unless told', async () => {
    const { manifest, payload } = await parts;
    const other = payload.with({ description: 'other' });
    await expect(stitch({ manifest, payload: other })).rejects.toMatchObject({ code: 'mismatch', path: 'IMG4.IM4P' });
    expect((await stitch({ manifest, payload: other, force: true })).payload.type).toBe('dtre');
  });
  it("refuses a generator that is not the ticket's, unless told", async () => {
    const wrong = { ...(await parts), restoreInfo: Im4r.fromGenerator(6n) };
    await expect(stitch(wrong)).rejects.toMatchObject({ code: 'mismatch', path: 'IMG4.IM4R.BNCN' });
    expect((await stitch({ ...wrong, force: true })).restoreInfo?.generator).toBe(6n);
  });
});

describe('generators', () => {
  it('give known nonces', async () => {
    expect(toHex(await nonceHash(0x1111111111111111n, 20))).toBe('3a88b7c3802f2f0510abc432104a15ebd8bd7154');
    expect(toHex(await nonceHash(0x1111111111111111n, 32))).toBe(
      '27325c8258be46e69d9ee57fa9a8fbc28b873df434e5e702a8b27999551138ae',
    );
  });
  it.each(['', '0x', '0x11111111111111111', '12345678901234567890123', 'x', '0xg'])('%j is refused', text => {
    expect(() => parseGenerator(text)).toThrow(expect.objectContaining({ code: 'bad-value' }));
  });
  it('over 64 bits is refused', () => {
    expect(() => parseGenerator('99999999999999999999')).toThrow(expect.objectContaining({ code: 'out-of-range' }));
  });
});

it('names chips', () => {
  expect(chipName(0x8015)).toBe('A11');
  expect(chipName(1)).toBeUndefined();
});

describe('property lists', () => {
  it('survive writing', () => {
    const value = {
      text: 'a < b & c',
      empty: '',
      number: -12n,
      real: 1.5,
      yes: true,
      no: false,
      data: Uint8Array.of(1, 2, 3),
      list: ['x', {}, []],
      nested: { key: 'value' },
      date: new Date('2020-01-02T03:04:05Z'),
    };
    expect(JSON.stringify(readPlist(writePlist(value)), (_k, v) => (typeof v === 'bigint' ? `${v}n` : v))).toBe(
      JSON.stringify(value, (_k, v) => (typeof v === 'bigint' ? `${v}n` : v)),
    );
  });
  it('take entities, CDATA, comments and text before the document', () => {
    const text = `STATUS=0&REQUEST_STRING=<?xml version="1.0"?><!DOCTYPE plist><plist version="1.0"><!-- x -->
      <dict><key>a&#x41;</key><string>&lt;<![CDATA[<&]]>&quot;</string></dict></plist>`;
    expect({ ...(readPlist(text) as object) }).toEqual({ aA: '<<&"' });
  });
  it.each([
    ['', 'truncated'],
    ['<plist>', 'truncated'],
    ['<plist><dict>', 'truncated'],
    ['<plist><dict><string>x</string></dict></plist>', 'bad-value'],
    ['<plist><integer>1e5</integer></plist>', 'bad-value'],
    ['<plist><data>@@@</data></plist>', 'bad-value'],
    ['<plist><what/></plist>', 'bad-value'],
    ['<plist><string>&nope;</string></plist>', 'bad-value'],
    ['<html></html>', 'bad-value'],
    [`<plist>${'<array>'.repeat(100)}`, 'bad-value'],
  ])('%j is refused', (text, code) => {
    expect(() => readPlist(text)).toThrow(expect.objectContaining({ code }));
  });
  it('keep keys that are names of object members', () => {
    const value = readPlist('<plist><dict><key>__proto__</key><true/></dict></plist>');
    expect(Object.keys(value as object)).toEqual(['__proto__']);
  });
  it('in binary form are named', () => {
    expect(() => readPlist(new TextEncoder().encode('bplist00'))).toThrow(
      expect.objectContaining({ code: 'unsupported' }),
    );
  });
});
