/**
 * Debian's perl, python3, openssl and gcc in a guest, here and under qemu-system-aarch64: what the programs of `guest/`
 * print must be the same.
 *
 *   npx tsx packages/boot-recipes/scripts/debian-guest.ts SCRATCH [--modes interpreter,auto] [--smp N] [--only REGEX]
 *                                                         [--kernel FILE] [--cpu MODEL] [--memory SIZE]
 *
 * SCRATCH keeps the packages, the RAM disk made of them and what each machine printed. Nothing of it is ours to publish.
 */
import { execFileSync, spawn } from 'node:child_process';
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import * as fs from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type CpioMember, writeCpio } from '../__tests__/support/cpio.js';
import { linux } from '../src/recipes/linux.js';

const { values: args, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    modes: { type: 'string', default: 'interpreter,auto' },
    only: { type: 'string', default: '' },
    smp: { type: 'string', default: '2' },
    cpu: { type: 'string', default: 'max' },
    memory: { type: 'string', default: '2G' },
    kernel: { type: 'string' },
  },
});
if (positionals.length !== 1) throw new Error('give one scratch folder');
const scratch = resolve(positionals[0]!);
const GUEST = new URL('./guest/', import.meta.url).pathname;
const WANTED =
  'perl python3 libpython3.11-testsuite openssl gcc libc6-dev libssl-dev binutils busybox-static bash coreutils grep sed mount';
const BIN = new URL('../bin/boot-recipes.js', import.meta.url).pathname;
/** What no test needs. */
const PRUNED =
  /^usr\/share\/(doc|man|locale|info|lintian|bash-completion|zoneinfo|perl\/.*\/(pod|unicore\/lib\/.*))(\/|$)|\.(gresource|pyc)$|^usr\/lib\/.*\/lib(asan|tsan|lsan|ubsan|hwasan|itm)|^usr\/lib\/gcc\/.*\/lto1$|^usr\/bin\/.*-(dwp|gold|gprofng)|^usr\/lib\/.*\/libgprofng|^usr\/lib\/python3.11\/(idlelib|tkinter|lib2to3|ensurepip|test\/(cjkencodings|test_importlib|test_asyncio|test_tkinter))/;

/** Downloads what is wanted and all it depends on, with lists and a cache of its own: the host's apt stays as it is. */
function download(): string {
  const apt = join(scratch, 'apt');
  const archives = join(apt, 'archives');
  const complete = join(apt, 'complete');
  if (fs.existsSync(complete) && fs.readFileSync(complete, 'utf8') === WANTED) return archives;
  for (const folder of ['lists/partial', 'archives/partial']) fs.mkdirSync(join(apt, folder), { recursive: true });
  const keys = '/usr/share/keyrings/debian-archive-keyring.gpg';
  fs.writeFileSync(
    join(apt, 'sources.list'),
    `deb [signed-by=${keys} arch=arm64] http://deb.debian.org/debian bookworm main\n`,
  );
  const options = [
    `Dir::Etc::sourcelist=${apt}/sources.list`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State::lists=${apt}/lists`,
    'Dir::State::status=/dev/null',
    `Dir::Cache=${apt}`,
    'APT::Architecture=arm64',
    'APT::Architectures=arm64',
    'APT::Install-Recommends=false',
  ].flatMap(option => ['-o', option]);
  execFileSync('apt-get', [...options, '-qq', 'update'], { stdio: ['ignore', 'inherit', 'inherit'] });
  execFileSync('apt-get', [...options, '-qq', '-y', '--download-only', 'install', ...WANTED.split(' ')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  fs.writeFileSync(complete, WANTED);
  return archives;
}

/** Keys, peers' public keys, a message and its signatures, made anew for each RAM disk. */
function keys(folder: string): void {
  const message = Buffer.from('what is signed\n'.repeat(100));
  const put = (name: string, data: string | Buffer): void => fs.writeFileSync(join(folder, name), data);
  put('message', message);
  const pem = (key: KeyObject, type: 'spki' | 'pkcs8'): string => key.export({ type, format: 'pem' }) as string;
  const store = (name: string, pair: { publicKey: KeyObject; privateKey: KeyObject }): KeyObject => {
    put(`${name}.pub`, pem(pair.publicKey, 'spki'));
    put(`${name}.key`, pem(pair.privateKey, 'pkcs8'));
    return pair.privateKey;
  };
  put('rsa.sig', sign('sha256', message, store('rsa', generateKeyPairSync('rsa', { modulusLength: 2048 }))));
  for (const [name, namedCurve] of Object.entries({ p256: 'P-256', p384: 'P-384', p521: 'P-521' })) {
    put(`${name}.sig`, sign('sha256', message, store(name, generateKeyPairSync('ec', { namedCurve }))));
    store(`${name}-peer`, generateKeyPairSync('ec', { namedCurve }));
  }
  put('ed25519.sig', sign(null, message, store('ed25519', generateKeyPairSync('ed25519'))));
  for (const name of ['x25519', 'x25519-peer']) store(name, generateKeyPairSync('x25519'));
}

function members(root: string, path = ''): CpioMember[] {
  return fs.readdirSync(join(root, path)).flatMap(entry => {
    const name = path === '' ? entry : `${path}/${entry}`;
    if (PRUNED.test(name)) return [];
    const full = join(root, name);
    const { mode } = fs.lstatSync(full);
    if (fs.lstatSync(full).isDirectory()) return [{ name, mode, bytes: new Uint8Array() }, ...members(root, name)];
    const bytes = fs.lstatSync(full).isSymbolicLink() ? Buffer.from(fs.readlinkSync(full)) : fs.readFileSync(full);
    return [{ name, mode, bytes: new Uint8Array(bytes) }];
  });
}

/** The RAM disk: packages unpacked, our programs, keys. */
function ramDisk(): string {
  const archives = download();
  const root = join(scratch, 'root');
  const path = join(scratch, 'ramdisk.cpio');
  if (!fs.existsSync(join(root, 'unpacked'))) {
    fs.rmSync(root, { recursive: true, force: true });
    for (const folder of ['proc', 'sys', 'dev', 'tmp', 'keys']) fs.mkdirSync(join(root, folder), { recursive: true });
    for (const deb of fs.readdirSync(archives).filter(name => name.endsWith('.deb')))
      execFileSync('dpkg-deb', ['-x', join(archives, deb), root]);
    for (const applet of ['poweroff', 'reboot']) fs.symlinkSync('/bin/busybox', join(root, 'sbin', applet));
    fs.writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/tmp:/bin/bash\n');
    if (!fs.existsSync(join(root, 'bin/sh'))) fs.symlinkSync('bash', join(root, 'bin/sh'));
    keys(join(root, 'keys'));
    fs.writeFileSync(join(root, 'unpacked'), '');
  }
  const tests = join(root, 'tests');
  fs.rmSync(tests, { recursive: true, force: true });
  fs.mkdirSync(tests);
  const only = new RegExp(args.only);
  for (const name of fs.readdirSync(GUEST)) {
    if (name === 'init') {
      fs.copyFileSync(join(GUEST, name), join(root, 'init'));
      fs.chmodSync(join(root, 'init'), 0o755);
    } else if (!name.endsWith('.sh') || only.test(name)) fs.copyFileSync(join(GUEST, name), join(tests, name));
  }
  fs.writeFileSync(path, writeCpio(members(root)));
  return path;
}

/** Output without carriage returns, and how long it took. */
async function run(name: string, command: readonly string[]): Promise<string> {
  const begun = performance.now();
  const child = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
  const path = join(scratch, `${name}.txt`);
  const file = fs.createWriteStream(path);
  child.stdout.pipe(file);
  await new Promise<void>(done => file.on('close', () => done()));
  const text = fs.readFileSync(path, 'utf8').replaceAll('\r', '');
  console.error(`${name}: ${((performance.now() - begun) / 1000).toFixed(0)} s`);
  return text;
}

/** What each test printed. */
function sections(text: string): Map<string, string> {
  const parts = text.split(/^== /m).slice(1);
  return new Map(parts.map(part => [part.split('\n')[0]!, part.slice(part.indexOf('\n') + 1)]));
}

const kernel = args.kernel ?? linux.inputs.find(input => input.option === 'kernel')!.debian!.paths[0]!;
const disk = ramDisk();
const append = 'console=ttyAMA0 quiet loglevel=0 panic=-1';
const reference = sections(
  await run('qemu', [
    ...['qemu-system-aarch64', '-M', 'virt,gic-version=3', '-cpu', args.cpu, '-m', args.memory, '-smp', args.smp],
    ...['-nographic', '-no-reboot', '-net', 'none', '-kernel', kernel, '-initrd', disk, '-append', append],
  ]),
);
if (!reference.has('end')) throw new Error(`QEMU's guest did not come to its end: ${scratch}/qemu.txt`);
let different = 0;
for (const mode of args.modes.split(',')) {
  const options = [
    '--kernel',
    kernel,
    '--initrd',
    disk,
    '--append',
    append,
    '--cpu',
    args.cpu,
    '--memory',
    args.memory,
  ];
  const ours = sections(
    await run(mode, [process.execPath, BIN, 'boot', 'linux', ...options, '--smp', args.smp, '--mode', mode]),
  );
  for (const [name, wanted] of reference) {
    const lines = wanted.split('\n');
    const got = (ours.get(name) ?? '').split('\n');
    const at = lines.findIndex((line, i) => line !== got[i]);
    const same = at < 0 && got.length === lines.length;
    if (!same) different++;
    console.log(
      `${mode} ${name}: ${same ? `${lines.length - 1} lines agree` : `line ${at}: ${got[at]}, QEMU ${lines[at]}`}`,
    );
  }
}
process.exitCode = different === 0 ? 0 : 1;
