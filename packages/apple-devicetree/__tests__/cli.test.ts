import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCli } from '@internal/binary/cli';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { program } from '../src/cli/program.js';
import { createTree, openTree } from '../src/index.js';

const bin = fileURLToPath(new URL('../bin/adt.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'adt-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
process.stdout.setMaxListeners(0);
const file = (name: string): string => join(folder, name);

/** What a run of the command gave. */
interface Result {
  readonly status: number | null;
  readonly out: string;
  readonly bytes: Uint8Array;
  readonly err: string;
}

/** Runs the command in this process; `-` as an input stands for `input`. Files are in the test's folder. */
async function adt(args: readonly string[], input?: Uint8Array): Promise<Result> {
  if (input !== undefined) writeFileSync(file('input'), input);
  const isFile = (arg: string): boolean => /^[a-z]+\.(bin|json|dtb)$/.test(arg);
  const real = args.map((arg, i) =>
    arg === '-' && args[i - 1] !== '-o' ? file('input') : isFile(arg) ? file(arg) : arg,
  );
  const written: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  const capture = (name: 'stdout' | 'stderr') =>
    vi.spyOn(process[name], 'write').mockImplementation(((data: string | Uint8Array, done?: unknown) => {
      written[name].push(Buffer.from(data as Uint8Array));
      if (typeof done === 'function') done();
      return true;
    }) as typeof process.stdout.write);
  const spies = [capture('stdout'), capture('stderr')];
  try {
    const status = await runCli(program, real);
    const bytes = new Uint8Array(Buffer.concat(written.stdout));
    return { status, bytes, out: Buffer.from(bytes).toString(), err: Buffer.concat(written.stderr).toString() };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** Runs the command as people do. */
function process_(args: readonly string[], input?: Uint8Array): Result {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd: folder,
    input,
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { status, out: stdout.toString(), bytes: new Uint8Array(stdout), err: stderr.toString() };
}

let bytes: Uint8Array;
beforeAll(() => {
  const tree = createTree();
  tree.root.setU32('#address-cells', 2);
  tree.root.setU32('#size-cells', 2);
  tree.root.setString('serial-number', 'syscfg/SrNm/0x20,zeroes/0x20').placeholder = true;
  const chosen = tree.root.addNode('chosen');
  chosen.setU32('debug-enabled', 0);
  chosen.addNode('memory-map').setBytes('MemoryMapReserved-0', new Uint8Array(16));
  const uart = tree.root.addNode('uart0');
  uart.set('reg', [{ address: 0x235200000n, size: 0x1000n }]);
  uart.set('compatible', ['uart-1,samsung']);
  uart.setU32('AAPL,phandle', 7);
  tree.root.addNode('cpus').addNode('cpu0').setString('state', 'waiting');
  bytes = tree.serialize();
  writeFileSync(file('tree.bin'), bytes);
});

describe('printing', () => {
  test('print, and what it prints read again', async () => {
    const { status, out } = await adt(['print', 'tree.bin']);
    expect(status).toBe(0);
    expect(out).toContain('reg: reg<2,2> = [{address: 0x235200000, size: 0x1000}]');
    expect((await adt(['to-binary', '-'], Buffer.from(out))).bytes).toEqual(bytes);
    expect((await adt(['print', 'tree.bin', '--path', '/ch*', '--depth', '0'])).out).toMatch(
      /^chosen \{[\s\S]*# 1 nodes: memory-map\n\}\n$/,
    );
  });
  test('json, and what it prints read again', async () => {
    const { status, out } = await adt(['json', 'tree.bin']);
    expect(status).toBe(0);
    expect(JSON.parse(out).root.properties[0]).toEqual({ name: 'name', type: 'string', value: 'device-tree' });
    expect((await adt(['to-binary', '-'], Buffer.from(out))).bytes).toEqual(bytes);
  });
  test('get', async () => {
    expect((await adt(['get', 'tree.bin', '/uart0.compatible'])).out).toBe('["uart-1,samsung"]\n');
    expect((await adt(['get', 'tree.bin', '/uart0.reg', '--hex'])).out).toBe('00002035020000000010000000000000\n');
    expect((await adt(['get', 'tree.bin', '/chosen.debug-enabled', '--raw'])).bytes).toEqual(new Uint8Array(4));
    expect(JSON.parse((await adt(['get', 'tree.bin', '/uart0.reg', '--json'])).out)).toEqual({
      path: '/uart0.reg',
      type: 'reg<2,2>',
      source: 'table',
      value: [{ address: '0x235200000', size: '0x1000' }],
      hex: '00002035020000000010000000000000',
    });
    expect((await adt(['get', 'tree.bin', '/uart0'])).out).toContain('AAPL,phandle: u32 = 7');
  });
  test('find and regs', async () => {
    expect((await adt(['find', 'tree.bin', '/u*'])).out).toBe('/uart0\n');
    expect((await adt(['find', 'tree.bin', '**.state'])).out).toBe('/cpus/cpu0.state\n');
    expect((await adt(['find', 'tree.bin', '--compatible', 'uart-*'])).out).toBe('/uart0\n');
    expect((await adt(['find', 'tree.bin', '--phandle', '0x7'])).out).toBe('/uart0\n');
    expect(JSON.parse((await adt(['find', 'tree.bin', '--name', 'cp?0', '--json'])).out)).toEqual(['/cpus/cpu0']);
    expect((await adt(['regs', 'tree.bin'])).out).toBe('0x235200000  0x1000  /uart0[0]\n');
    expect(JSON.parse((await adt(['regs', 'tree.bin', '--address', '0x235200020', '--json'])).out)).toEqual([
      { address: '0x235200000', size: '0x1000', path: '/uart0', index: 0 },
    ]);
  });
});

describe('editing', () => {
  test('set, diff, apply and undo', async () => {
    expect((await adt(['set', 'tree.bin', '/chosen.debug-enabled', '1', '-o', 'set.bin'])).status).toBe(0);
    expect(
      openTree(new Uint8Array(readFileSync(file('set.bin'))))
        .node('/chosen')
        .get('debug-enabled'),
    ).toBe(1);
    expect((await adt(['diff', 'tree.bin', 'set.bin'])).out).toBe('~ /chosen.debug-enabled: 0 -> 1\n');
    expect((await adt(['diff', 'tree.bin', 'set.bin', '--exit-code'])).status).toBe(1);
    expect((await adt(['diff', 'tree.bin', 'tree.bin', '--exit-code'])).status).toBe(0);
    writeFileSync(file('patch.json'), (await adt(['diff', 'tree.bin', 'set.bin', '--json'])).out);
    const applied = await adt([
      'apply',
      'tree.bin',
      'patch.json',
      '-o',
      'applied.bin',
      '--inverse',
      'undo.json',
      '--json',
    ]);
    expect(JSON.parse(applied.out)).toMatchObject({ complete: true, edits: [{ op: 'replace', outcome: 'applied' }] });
    expect(readFileSync(file('applied.bin')).equals(readFileSync(file('set.bin')))).toBe(true);
    expect((await adt(['apply', 'applied.bin', 'undo.json'])).bytes).toEqual(bytes);
  });
  test('set by type, by text, as a placeholder, in nodes to be made', async () => {
    const set = async (...args: string[]) => openTree((await adt(['set', 'tree.bin', ...args])).bytes);
    expect((await set('/chosen.wide', '0x8', '--type', 'u64')).node('/chosen').u64('wide')).toBe(8n);
    expect((await set('/chosen.blob', 'deadf00d', '--type', 'hex')).node('/chosen').bytes('blob')).toEqual(
      Uint8Array.of(0xde, 0xad, 0xf0, 0x0d),
    );
    expect((await set('/uart0.compatible', '["a", "b"]')).node('/uart0').strings('compatible')).toEqual(['a', 'b']);
    expect((await set('/uart0.model', 'x y')).node('/uart0').string('model')).toBe('x y');
    expect((await set('/chosen.p', 'syscfg/Abcd', '--placeholder')).node('/chosen').property('p')!.placeholder).toBe(
      true,
    );
    expect((await set('/chosen/asmb.lp-sip0', '8', '--make')).node('/chosen/asmb').get('lp-sip0')).toBe(8n);
  });
  test('strict apply writes nothing when an edit misses', async () => {
    writeFileSync(
      file('miss.json'),
      JSON.stringify({ format: 'apple-device-tree-edits', version: 1, edits: [{ op: 'remove-node', node: '/none' }] }),
    );
    expect((await adt(['apply', 'tree.bin', 'miss.json', '-o', 'missed.bin'])).status).toBe(0);
    const strict = await adt(['apply', 'tree.bin', 'miss.json', '-o', 'strict.bin', '--strict']);
    expect([strict.status, existsSync(file('strict.bin'))]).toEqual([1, false]);
    expect(strict.err).toContain('edits[0]');
  });
  test('merge', async () => {
    await adt(['set', 'tree.bin', '/chosen.debug-enabled', '1', '-o', 'ours.bin']);
    await adt(['set', 'tree.bin', '/uart0.model', 'm', '-o', 'theirs.bin']);
    const merged = await adt(['merge', 'tree.bin', 'ours.bin', 'theirs.bin']);
    expect(merged.status).toBe(0);
    expect([
      openTree(merged.bytes).node('/chosen').get('debug-enabled'),
      openTree(merged.bytes).node('/uart0').get('model'),
    ]).toEqual([1, 'm']);
    await adt(['set', 'tree.bin', '/chosen.debug-enabled', '2', '-o', 'other.bin']);
    const conflict = await adt(['merge', 'tree.bin', 'ours.bin', 'other.bin', '-o', 'merged.bin', '--json']);
    expect([conflict.status, JSON.parse(conflict.out)]).toEqual([
      1,
      [{ path: '/chosen.debug-enabled', what: 'property', taken: 'ours' }],
    ]);
  });
  test('prepare and validate', async () => {
    const raw = await adt(['validate', 'tree.bin', '--json']);
    expect(raw.status).toBe(1);
    expect(JSON.parse(raw.out)[0]).toMatchObject({ severity: 'panic', rule: 'placeholder', path: '/.serial-number' });
    const prepared = await adt([
      'prepare',
      'tree.bin',
      '--dram',
      '0x800000000,0x100000000',
      '--memory-map',
      'RAMDisk=0x850000000,0x4000',
      '--syscfg',
      'SrNm=C02',
    ]);
    expect(prepared.status).toBe(0);
    const tree = openTree(prepared.bytes);
    expect([tree.root.get('serial-number'), tree.node('/chosen').get('dram-base')]).toEqual(['C02', 0x800000000n]);
    expect(tree.node('/chosen/memory-map').property('RAMDisk')).toBeDefined();
    const list = await adt([
      'prepare',
      'tree.bin',
      '--experiment',
      '--dram',
      '0x40000000,0x80000000',
      '--print-edits',
      '--json',
    ]);
    expect(JSON.parse(list.out).edits.length).toBeGreaterThan(40);
  });
});

describe('other formats', () => {
  test('to-dtb, to-dts and back', async () => {
    const dtb = await adt(['to-dtb', 'tree.bin']);
    expect(dtb.bytes.subarray(0, 4)).toEqual(Uint8Array.of(0xd0, 0x0d, 0xfe, 0xed));
    expect(dtb.err).toContain('1 things that the format cannot express');
    expect((await adt(['from-dtb', '-'], dtb.bytes)).bytes).toEqual(bytes);
    const dts = await adt(['to-dts', 'tree.bin', '--verbose']);
    expect(dts.out).toMatch(/^\/dts-v1\/;/);
    expect(dts.err).toContain('/.serial-number: is a placeholder');
    expect((await adt(['to-binary', '-'], Buffer.from(dts.out))).bytes).toEqual(bytes);
  });
});

describe('what goes wrong', () => {
  const im4p = Uint8Array.of(0x30, 0x0c, 0x16, 4, 0x49, 0x4d, 0x34, 0x50, 0x16, 2, 0x30, 0x30, 4, 0);
  const cases: readonly (readonly [
    what: string,
    args: string[],
    input: () => Uint8Array,
    status: number,
    message: RegExp,
  ])[] = [
    [
      'an IM4P',
      ['print', '-'],
      () => im4p,
      1,
      /not-a-device-tree: this is an IM4P container.*img4 extract FILE -o - \| adt/,
    ],
    ['LZFSE', ['print', '-'], () => Buffer.from('bvx2\0\0\0\0\0\0'), 1, /LZFSE.*img4 extract/],
    [
      'garbage',
      ['print', '-'],
      () => new Uint8Array(64).fill(0xa7),
      1,
      /encrypted or not a device tree at byte 0x0\n> 00000000 {2}a7/,
    ],
    ['nothing', ['json', '-'], () => new Uint8Array(), 1, /0 bytes are too few/],
    ['half a tree', ['get', '-', '/x.y'], () => bytes.subarray(0, 100), 1, /at byte 0x/],
    ['a blob', ['print', '-'], () => Uint8Array.of(0xd0, 0x0d, 0xfe, 0xed, 0, 0, 0, 0), 1, /from-dtb/],
    ['half a blob', ['from-dtb', '-'], () => Uint8Array.of(0xd0, 0x0d, 0xfe, 0xed, 0, 0), 1, /truncated/],
    ['bad text', ['to-binary', '-'], () => Buffer.from('r { x: u99 = 1 }'), 1, /unknown type "u99"/],
    ['bad JSON', ['to-binary', '-'], () => Buffer.from('{ nope'), 1, /syntax: not JSON/],
    ['a missing file', ['print', 'none.bin'], () => new Uint8Array(), 1, /ENOENT/],
    ['a missing node', ['get', 'tree.bin', '/none'], () => new Uint8Array(), 1, /not-found: \/none: no such node/],
    [
      'a slash for a dot',
      ['get', 'tree.bin', '/uart0/reg'],
      () => new Uint8Array(),
      1,
      /no such node; the property is \/uart0\.reg/,
    ],
    ['an unknown option', ['print', 'tree.bin', '--nope'], () => new Uint8Array(), 2, /unknown option/],
    ['a missing argument', ['get', 'tree.bin'], () => new Uint8Array(), 2, /missing required argument/],
    ['a bad range', ['prepare', 'tree.bin', '--dram', '5'], () => new Uint8Array(), 2, /ADDRESS,SIZE/],
    ['a bad type', ['set', 'tree.bin', '/x.y', '1', '--type', 'u99'], () => new Uint8Array(), 1, /nothing fits/],
    ['no query', ['find', 'tree.bin'], () => new Uint8Array(), 2, /give one of/],
  ];
  test.each(cases)('%s', async (_what, args, input, status, message) => {
    const result = await adt(args, input());
    expect(result.status).toBe(status);
    expect(result.err).toMatch(message);
    expect(result.err).not.toMatch(/^ +at /m);
    expect(result.out).toBe('');
  });
  test('as a process: pipes, exit codes, no stack trace', () => {
    const text = process_(['print', '-'], bytes);
    expect([text.status, text.err]).toEqual([0, '']);
    expect(process_(['to-binary', '-'], Buffer.from(text.out)).bytes).toEqual(bytes);
    const refused = process_(['print', '-'], im4p);
    expect([refused.status, refused.out]).toEqual([1, '']);
    expect(refused.err).toMatch(/IM4P container/);
    expect(refused.err).not.toMatch(/^ +at /m);
    expect(process_(['nonsense']).status).toBe(2);
  });
  test('an error as JSON', async () => {
    const { status, out } = await adt(['print', '-', '--json'], new Uint8Array(64).fill(0xa7));
    expect([status, JSON.parse(out).error.code, JSON.parse(out).error.offset]).toEqual([1, 'not-a-device-tree', 0]);
  });
  test('nothing half-written is left behind', async () => {
    expect(readdirSync(folder).filter(name => name.includes('.tmp'))).toEqual([]);
  });
  test('help has examples', async () => {
    for (const command of ['print', 'set', 'apply', 'prepare'])
      expect((await adt([command, '--help'])).out).toMatch(/Examples:\n {2}adt/);
  });
});
