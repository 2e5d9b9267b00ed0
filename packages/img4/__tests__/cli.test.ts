import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fixturePath, haveFixtures } from '@internal/binary/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { concatBytes } from '../src/bytes.js';
import { createPayload, extractPayload, Im4p, Im4r, Img4 } from '../src/index.js';
import { samples } from './samples.js';

const bin = fileURLToPath(new URL('../bin/img4.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'img4-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string) => join(folder, name);
const put = (name: string, bytes: Uint8Array) => {
  writeFileSync(file(name), bytes);
  return file(name);
};
const get = (name: string) => new Uint8Array(readFileSync(file(name)));

function img4(args: string[], input?: Uint8Array) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    ...(input ? { input } : {}),
    maxBuffer: 1 << 26,
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { status, out: stdout, text: stdout.toString(), err: stderr.toString() };
}
const json = (args: string[]) => {
  const { text, status, err } = img4([...args, '--json']);
  return { status, err, value: JSON.parse(text) };
};

describe('create, info, extract, edit', () => {
  it('make a file and take it apart', () => {
    const kernel = put('kernel', samples.text);
    const kpp = put('kpp', Uint8Array.of(1, 2, 3));
    for (const compression of ['none', 'lzfse', 'lzss', 'lzvn']) {
      const extra = compression === 'none' ? [] : ['--extra', kpp];
      const made = json([
        'create',
        kernel,
        '-t',
        'krnl',
        '-d',
        'demo',
        '-c',
        compression,
        ...extra,
        '-o',
        file('a.im4p'),
      ]);
      expect(made).toMatchObject({
        status: 0,
        value: { type: 'krnl', compression, payloadBytes: samples.text.length },
      });
      expect(img4(['extract', file('a.im4p'), '-o', file('b')]).status).toBe(0);
      expect(Buffer.compare(get('b'), samples.text)).toBe(0);
      if (extra.length > 0)
        expect([...img4(['extract', file('a.im4p'), '--part', 'extra', '-o', '-']).out]).toEqual([1, 2, 3]);
    }
    const { value } = json(['info', file('a.im4p')]);
    expect(value).toMatchObject({
      trailingBytes: 0,
      objects: [{ kind: 'IM4P', type: 'krnl', meaning: 'kernelcache', compression: { kind: 'lzvn', extraSize: 3 } }],
    });
  });

  it('edit one structure of several and keep the rest', () => {
    const image = createPayload({ type: 'logo', data: samples.text, compression: 'lzfse' });
    const source = put('two', concatBytes([image.toBytes(), image.toBytes(), Uint8Array.of(0)]));
    expect(img4(['edit', source, '--index', '1', '-t', 'rlgo', '-o', file('edited')]).status).toBe(0);
    const expected = concatBytes([image.toBytes(), image.with({ type: 'rlgo' }).toBytes(), Uint8Array.of(0)]);
    expect(Buffer.compare(get('edited'), expected)).toBe(0);
    expect(readdirSync(folder).filter(name => name.endsWith('.tmp'))).toEqual([]);
  });

  it('encrypt and decrypt', () => {
    const source = put(
      'plain.im4p',
      createPayload({ type: 'ibss', data: samples.text, compression: 'lzfse' }).toBytes(),
    );
    const key = ['--key', '11'.repeat(32), '--iv', '22'.repeat(16)];
    const bag = ['--keybag', `1:${'33'.repeat(16)}:${'44'.repeat(32)}`];
    expect(img4(['edit', source, '--encrypt', ...key, ...bag, '-o', file('sealed.im4p')]).status).toBe(0);
    const refused = img4(['extract', file('sealed.im4p'), '-o', file('x')]);
    expect(refused.status).toBe(1);
    expect(refused.err).toMatch(/encrypted: IM4P\.data/);
    expect(img4(['extract', file('sealed.im4p'), ...key, '-o', file('opened')]).status).toBe(0);
    expect(Buffer.compare(get('opened'), samples.text)).toBe(0);
    expect(img4(['edit', file('sealed.im4p'), '--decrypt', ...key, '-o', file('open.im4p')]).status).toBe(0);
    expect(extractPayload(Im4p.parse(get('open.im4p'))).data.length).toBe(samples.text.length);
  });

  it('read stdin and write stdout', () => {
    const made = img4(['create', '-', '-t', 'test', '-o', '-'], samples.text);
    expect(Buffer.compare(Im4p.parse(new Uint8Array(made.out)).data, samples.text)).toBe(0);
  });
});

describe('mistakes', () => {
  it.each([
    [['info'], 2],
    [['frobnicate'], 2],
    [['extract', 'x'], 2],
    [['create', '/dev/null', '-o', '-'], 2],
    [['nonce'], 2],
    [['info', '/nonexistent'], 1],
    [['extract', '/nonexistent', '-o', '-'], 1],
  ] as [string[], number][])('%j', (args, status) => {
    const result = img4(args);
    expect(result.status).toBe(status);
    expect(result.text).toBe('');
    expect(result.err).not.toMatch(/\n\s+at /);
  });
  it('in the input come with code, path, offset and bytes', () => {
    const bytes = createPayload({ type: 'test', data: samples.text }).toBytes().slice(0, 60);
    const source = put('cut.im4p', bytes);
    for (const command of [
      ['info', source],
      ['extract', source, '-o', file('never')],
      ['digest', source],
      ['edit', source, '-t', 'abcd', '-o', file('never')],
    ]) {
      const result = img4(command);
      expect(result.status).toBe(1);
      expect(result.err).toMatch(/truncated: .* at byte 0x0\n> 00000000 {2}30 /);
      expect(result.err).not.toMatch(/\n\s+at /);
    }
    const { value, status } = json(['info', put('junk', Uint8Array.of(1, 2, 3))]);
    expect(status).toBe(1);
    expect(value).toMatchObject({ error: { code: 'unknown-format', offset: 0 } });
    expect(readdirSync(folder)).not.toContain('never');
  });
});

it('an index past the end is wrong usage', () => {
  const source = put('one', createPayload({ type: 'logo', data: samples.text }).toBytes());
  for (const command of ['digest', 'verify', 'extract', 'manifest'])
    expect(img4([command, source, '--index', '3', ...(command === 'extract' ? ['-o', '-'] : [])]).status).toBe(2);
});

it('nonce shows both hashes and makes an IM4R', () => {
  const { value, status } = json(['nonce', '0x1111111111111111', '-o', file('n.im4r')]);
  expect(status).toBe(0);
  expect(value).toMatchObject({ generator: '0x1111111111111111', sha1: '3a88b7c3802f2f0510abc432104a15ebd8bd7154' });
  expect(Im4r.parse(get('n.im4r')).generator).toBe(0x1111111111111111n);
});

describe.skipIf(!haveFixtures)('with genuine files', () => {
  const at = (path: string) => fixturePath(`img4/${path}`);
  it('verify says what is wrong', () => {
    const bad = json(['verify', at('img4/iBSS.img4')]);
    expect(bad).toMatchObject({
      status: 1,
      value: { valid: false, signature: { valid: true }, image: { matches: false } },
    });
    const good = json([
      'verify',
      at('im4m/xyr115_boot.efi.j132ap.im4m'),
      '--payload',
      at('payload_raw/boot.efi'),
      '--raw',
      'efib',
    ]);
    expect(good).toMatchObject({ status: 0, value: { valid: true, image: { type: 'efib' } } });
    const blob = json(['verify', at('shsh2/0x8012.shsh')]);
    expect(blob).toMatchObject({ status: 0, value: { nonce: { answer: 'match' }, ticket: { chipName: 'T2' } } });
  });
  it('manifest turns an SHSH2 into an IM4M and back', () => {
    expect(img4(['manifest', at('shsh2/0x8012.shsh'), '--im4m', file('t.im4m')]).status).toBe(0);
    expect(
      img4(['manifest', file('t.im4m'), '--shsh2', file('t.shsh2'), '--generator', '0x74d950b4c9e16e56']).status,
    ).toBe(0);
    expect(json(['verify', file('t.shsh2')]).value).toMatchObject({ valid: true, nonce: { answer: 'match' } });
  });
  it('stitch refuses a payload that is not in the ticket', () => {
    const [image, ticket] = [at('im4p/iboot/iBridge_6.1_ibec.im4p'), at('img4/iBridge_6.1_ibec.img4')];
    const refused = img4(['stitch', image, ticket, '-o', file('s.img4')]);
    expect(refused.status).toBe(1);
    expect(refused.err).toMatch(/mismatch: IMG4\.IM4P: the ticket has another digest for "ibec"/);
    expect(img4(['stitch', image, ticket, '--force', '--generator', '0x1', '-o', file('s.img4')]).status).toBe(0);
    expect(Img4.parse(get('s.img4')).restoreInfo?.generator).toBe(1n);
  });
  it('digest finds a device tree in its .im4p.plist', () => {
    const tree = at('im4p/devicetree/iPhoneX_11.2_DeviceTree.d22ap.im4p');
    const { value, status } = json(['digest', tree, '--digests', at('digest_plist/DeviceTree.d22ap.im4p.plist')]);
    expect(status).toBe(0);
    expect(value.digestsPlist).toEqual([
      { type: 'dtre', matches: true },
      { type: 'rdtr', matches: true },
    ]);
  });
});
