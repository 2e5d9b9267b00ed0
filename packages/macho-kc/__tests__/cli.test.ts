import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fixturePath, haveFixtures } from '@internal/binary/testing';
import { afterAll, describe, expect, it } from 'vitest';

const bin = fileURLToPath(new URL('../bin/kc.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'macho-kc-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

function kc(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8', maxBuffer: 1 << 26 });
}
const json = (...args: string[]): unknown => {
  const { status, stdout, stderr } = kc(...args, '--json');
  expect([stderr, status]).toEqual(['', 0]);
  return JSON.parse(stdout);
};

describe.skipIf(!haveFixtures)('kc', () => {
  const sample = fixturePath('macho-kc/samples/sample.arm64e.kc');
  const out = (name: string) => join(folder, name);

  it('info, kexts, symbols, fixups, pointer', () => {
    expect(json('info', sample)).toMatchObject({
      kind: 'fileset',
      architecture: 'arm64e',
      kexts: 2,
      images: 3,
      missing: [],
    });
    expect(json('kexts', sample)).toMatchObject([
      { id: 'org.example.afoo', codeless: false },
      { id: 'org.example.bbar' },
    ]);
    expect(json('symbols', sample, '--image', 'org.example.afoo', '--demangle')).toContainEqual(
      expect.objectContaining({ name: 'AFoo::init()' }),
    );
    expect(json('symbols', sample, '--at', '0xfffffe000701c068')).toEqual([
      { address: '0xfffffe000701c068', name: expect.stringMatching(/^com\.apple\.kernel:/) },
    ]);
    expect(json('fixups', '--count', sample)).toEqual({ DYLD_CHAINED_PTR_64_KERNEL_CACHE: 71 });
    expect((json('fixups', sample) as unknown[]).length).toBe(71);
    expect(json('pointer', sample, '0xfffffe0007010000')).toMatchObject([
      { target: '0xfffffe000701c000', fixedUp: true, auth: { key: 'IA', diversity: 42, addressDiversity: false } },
    ]);
    expect(kc('info', sample).stdout).toMatch(/^__PRELINK_INFO\s+0xfffffe0007020000\s+0x4000/m);
  });

  it('extract, export and patch', () => {
    expect(json('extract', sample, 'org.example.bbar', '-o', out('bbar'))).toMatchObject([
      { id: 'org.example.bbar', lost: [] },
    ]);
    expect(json('info', out('bbar'))).toMatchObject({ kind: 'kext', fileType: 'MH_KEXT_BUNDLE' });
    expect(json('extract', '--all', sample, '-o', out('all'))).toHaveLength(3);
    expect(readFileSync(join(out('all'), 'afoo.kext/Contents/Info.plist'), 'utf8')).toContain('org.example.afoo');
    expect(json('export', sample, '-o', out('dis'))).toMatchObject({ pointers: 71, unresolved: 0, symbols: 81 });
    writeFileSync(
      out('set.json'),
      JSON.stringify({
        name: 'mine',
        patches: [
          {
            name: 'p',
            reason: 'r',
            find: [{ by: 'address', address: '0xfffffe000701c068' }],
            replace: { bytes: '1f 20 03 d5' },
          },
        ],
      }),
    );
    expect(
      json('patch', sample, '--set-file', out('set.json'), '-o', out('patched'), '--inverse', out('undo.json')),
    ).toMatchObject([
      { set: 'mine', foundBy: 'address', changes: [{ address: '0xfffffe000701c068', after: '1f2003d5' }] },
    ]);
    expect(kc('patch', out('patched'), '--undo', out('undo.json'), '-o', out('again')).status).toBe(0);
    expect(readFileSync(out('again')).equals(readFileSync(sample))).toBe(true);
    expect((json('patch', '--list') as { name: string }[]).map(s => s.name)).toContain('kprintf-on');
  });

  it('trustcache', () => {
    const signed = fixturePath('macho-kc/macho-arm64e/ls-sequoia');
    expect(json('trustcache', 'build', '--wrap', '-o', out('tc'), signed)).toMatchObject({ entries: 2 });
    expect(json('trustcache', 'info', '--wrapped', out('tc'))).toMatchObject([
      { version: 1, entries: [{ hashType: 2 }, { hashType: 2 }] },
    ]);
  });

  it('build', () => {
    const folder = fixturePath('macho-kc/kc-cases/stubs-arm64e');
    const args = [
      'build',
      '--kernel',
      `${folder}/main.kernel`,
      '--repository',
      `${folder}/extensions`,
      '--arch',
      'arm64e',
    ];
    expect(json(...args, '--boot-path', out('boot.kc'))).toMatchObject({
      ok: true,
      images: [
        { id: 'com.apple.kernel' },
        { id: 'com.apple.bar', linkedAgainst: { 'com.apple.foo': 1 } },
        { id: 'com.apple.foo' },
      ],
    });
    expect(json('info', out('boot.kc'))).toMatchObject({ kind: 'fileset', kexts: 2, images: 3 });
    const elided = kc(...args, '--elide-identifier', 'com.apple.foo', '--boot-path', out('none.kc'), '--json');
    expect(elided.status).toBe(0);
    expect(JSON.parse(elided.stdout)).toMatchObject({
      images: [{ id: 'com.apple.kernel' }],
      excluded: [{ id: 'com.apple.foo' }, { id: 'com.apple.bar' }],
    });
    const wrong = kc(
      'build',
      '--kernel',
      `${folder}/main.kernel`,
      '--extensions',
      fixturePath('macho-kc/kc-cases/kmod-info-errors/extensions'),
      '--boot-path',
      out('bad.kc'),
    );
    expect([wrong.status, existsSync(out('bad.kc'))]).toEqual([1, false]);
    expect(wrong.stderr).toMatch(/error: com\.apple\.bar: .*\n.*error: com\.apple\.foo: /s);
    expect(kc('build').status).toBe(2);
  });

  it('says where bad input is wrong, without a stack trace', () => {
    const bad = readFileSync(sample);
    bad[36] = 4;
    writeFileSync(out('bad'), bad);
    for (const [file, pattern] of [
      [fixturePath('macho-kc/text/nvram-proxy-data.bin'), /bad-magic: mach_header\.magic: .* at byte 0x0\n> 00000000/],
      [out('bad'), /bad-load-command: commands\[0\]: command of 4 bytes.* at byte 0x20/],
    ] as const) {
      const { status, stdout, stderr } = kc('fixups', file);
      expect([status, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(pattern);
      expect(stderr).not.toMatch(/\n\s+at /);
    }
    const { status, stdout } = kc('pointer', sample, '0x10', '--json');
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'not-found' } });
    expect(kc('patch', sample, '--set', 'kprintf-on').status).toBe(1);
  });

  it('tells wrong usage', () => {
    expect(kc('nonsense').status).toBe(2);
    expect(kc('extract', sample).status).toBe(2);
    expect(kc('patch', sample, '--set', 'nothing').stderr).toMatch(/there are kprintf-on/);
    expect(kc('pointer', sample, 'xyz').status).toBe(2);
    expect(kc('--help').stdout).toMatch(/trustcache/);
  });
});
