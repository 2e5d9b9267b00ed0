import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { boot } from '../src/boot.js';
import { cli, cliHere } from './support/cli.js';

const BIN = fileURLToPath(new URL('../bin/boot-recipes.js', import.meta.url));

const scratch = mkdtempSync(join(tmpdir(), 'boot-recipes-debug-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A boot in a process of its own. */
function booted(args: readonly string[]): {
  child: ChildProcess;
  out: () => string;
  err: () => string;
  status: Promise<number | null>;
  /** Waits for a text on stderr. */
  seen: (pattern: RegExp) => Promise<RegExpExecArray>;
} {
  const child = spawn(process.execPath, [BIN, 'boot', ...args], { timeout: 60_000 });
  let [out, err] = ['', ''];
  child.stdout.on('data', data => (out += data));
  child.stderr.on('data', data => (err += data));
  const status = new Promise<number | null>(resolve => child.on('close', resolve));
  return {
    child,
    out: () => out,
    err: () => err,
    status,
    seen: pattern =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(err);
          if (match !== null) resolve(match);
        };
        child.stderr.on('data', look);
        child.on('close', () => reject(new Error(`${err}\nnever ${pattern}`)));
        look();
      }),
  };
}

/** A line to a socket that answers with a prompt at the end. */
class Talk {
  text = '';
  constructor(readonly socket: Socket) {
    socket.on('data', data => (this.text += data));
    socket.on('error', () => {});
  }
  async until(pattern: RegExp): Promise<string> {
    for (let i = 0; i < 1500; i++) {
      if (pattern.test(this.text)) return this.text;
      await new Promise(resolve => setTimeout(resolve, 20));
    }
    throw new Error(`never ${pattern}: ${this.text}`);
  }
  async ask(line: string): Promise<string> {
    this.text = '';
    this.socket.write(`${line}\n`);
    return this.until(/\(boot-recipes\) $/);
  }
}

describe('--gdb', () => {
  it('lets the guest run until a client comes, and again when it has gone', async () => {
    const { out, status, seen } = booted(['sample', '--append', '-s', '--gdb', '0']);
    const port = Number((await seen(/target remote :(\d+); the guest runs/))[1]);
    while (!out().endsWith('sample# ')) await new Promise(resolve => setTimeout(resolve, 20));
    const client = new Talk(connect(port, '127.0.0.1'));
    client.socket.write('+$?#3f');
    await client.until(/\$T05/);
    client.socket.write('+$k#6b');
    expect(await status).toBe(0);
  });

  it('holds the guest until a client continues it, and ends with it', async () => {
    const child = spawn(process.execPath, [BIN, 'boot', 'sample', '--gdb', '0', '--wait'], { timeout: 60_000 });
    let [out, err, replies] = ['', '', ''];
    const port = await new Promise<number>(resolve => {
      child.stderr.on('data', data => {
        err += data;
        const match = /target remote :(\d+)/.exec(err);
        if (match !== null) resolve(Number(match[1]));
      });
    });
    child.stdout.on('data', data => {
      out += data;
    });
    const socket = connect(port, '127.0.0.1');
    socket.on('data', data => {
      replies += data;
      if (/\$T05[^#]*#..$/.test(replies)) {
        expect(out).toBe('');
        socket.write('+$c#63');
      }
    });
    socket.write('+$?#3f');
    const status = await new Promise(resolve => child.on('close', resolve));
    socket.destroy();
    expect(status).toBe(0);
    expect(out).toContain('halting');
  });
});

describe('--gdb with a script of the console', () => {
  const run = async (...args: string[]) => {
    const booting = booted(['sample', '--append', '-s', '--gdb', '0', ...args]);
    return { status: await booting.status, out: booting.out() };
  };

  it('types and ends where --until has matched, while GDB could come', async () => {
    expect(await run('--send', 'echo so', '--until', '^so')).toEqual({
      status: 0,
      out: expect.stringMatching(/sample# echo so\r?\nso/),
    });
    expect((await run('--send', 'halt')).status).toBe(0);
  });

  it('ends with --timeout, a guest that stands still too', async () => {
    expect(await run('--wait', '--timeout', '1')).toEqual({ status: 3, out: expect.stringMatching(/^\n?$/) });
  });

  it('refuses --instructions and --monitor', async () => {
    for (const more of [
      ['--instructions', '5'],
      ['--monitor', 'tcp:0'],
    ]) {
      const { status, stderr } = await cliHere(['boot', 'sample', '--gdb', '0', ...more]);
      expect([status, stderr]).toEqual([2, expect.stringContaining(`${more[0]} and --gdb`)]);
    }
  });
});

/** A drcov file as its readers take it apart: tables by their headings, columns by their names. */
function readDrcov(bytes: Uint8Array) {
  const text = new TextDecoder('latin1').decode(bytes);
  const [, count] = /^Module Table: version \d+, count (\d+)$/m.exec(text)!;
  const columns = /^Columns: (.*)$/m.exec(text)![1]!.split(', ');
  const rows = text.slice(text.indexOf('\n', text.indexOf('Columns:')) + 1).split('\n');
  const modules = rows.slice(0, Number(count)).map(row => {
    const cells = row.split(',').map(cell => cell.trim());
    return Object.fromEntries(columns.map((name, i) => [name, cells[i]!]));
  });
  const heading = /^BB Table: (\d+) bbs\n/m.exec(text)!;
  const at = heading.index + heading[0].length;
  expect(bytes.length - at).toBe(8 * Number(heading[1]));
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  const blocks = Array.from({ length: Number(heading[1]) }, (_, i) => ({
    start: view.getUint32(8 * i, true),
    size: view.getUint16(8 * i + 4, true),
    module: view.getUint16(8 * i + 6, true),
  }));
  return { modules, blocks };
}

describe('--coverage', () => {
  it('writes the blocks of the kernel that ran', async () => {
    const path = join(scratch, 'sample.drcov');
    const { status } = await cli('boot-recipes', ['boot', 'sample', '--coverage', path]);
    expect(status).toBe(0);
    const { modules, blocks } = readDrcov(readFileSync(path));
    expect(modules).toMatchObject([{ id: '0', path: 'kernel', base: expect.stringMatching(/^0xffff/) }]);
    expect(blocks.length).toBeGreaterThan(200);
    const size = Number(BigInt(modules[0]!.end!) - BigInt(modules[0]!.base!));
    expect(blocks.every(b => b.module === 0 && b.size % 4 === 0 && b.size > 0 && b.start + b.size <= size)).toBe(true);
  });

  it('of what --module names, which has to be said where nothing is known', async () => {
    const path = join(scratch, 'part.drcov');
    const part = ['--module', 'first=0x47010000+0x1000'];
    expect((await cli('boot-recipes', ['boot', 'sample', '--coverage', path, ...part])).status).toBe(0);
    const { modules, blocks } = readDrcov(readFileSync(path));
    expect(modules).toMatchObject([{ path: 'first', base: '0x47010000', end: '0x47011000' }]);
    expect(blocks[0]).toMatchObject({ start: 0, module: 0 });
    expect((await cliHere(['boot', 'sample', ...part])).status).toBe(2);
    const unknown = await cliHere(['boot', 'sample', '--coverage', path, '--module', 'first']);
    expect([unknown.status, unknown.stderr]).toEqual([2, expect.stringContaining('NAME=ADDRESS+SIZE')]);
  });
});

describe('an instruction that the CPU model lacks', () => {
  const run = async (words: readonly number[], model: string): Promise<string> => {
    const path = join(scratch, 'lacking.bin');
    writeFileSync(path, new Uint8Array(Uint32Array.from(words).buffer));
    const place = ['--load', `${path}@0x40080000`, '--entry', '0x40080000'];
    const { stderr } = await cli('boot-recipes', ['boot', 'virt', ...place, '--cpu', model, '--timeout', '0.5']);
    return stderr;
  };
  it('is named, with what has it', async () => {
    const code = [0xd503201f, 0xd5088220, 0x14000000];
    const stderr = await run(code, 'apple-a12');
    expect(stderr).toContain('emulator: undefined instruction: tlbi rvae1is, x0\n');
    expect(stderr).toContain('FEAT_TLBIRANGE is not in the CPU model apple-a12\n');
    expect(stderr).toMatch(/--cpu .*max/);
    expect(stderr).toContain('at 0x40080004\n');
    expect(await run(code, 'max')).not.toContain('undefined instruction');
  });

  it('is said to be none that there is', async () => {
    const stderr = await run([0xffffffff], 'max');
    expect(stderr).toContain('emulator: undefined instruction: the word 0xffffffff\n');
    expect(stderr).toContain('no CPU model has it');
  });
});

describe('-d', () => {
  it('traces what is asked for', async () => {
    const { status, stderr } = await cli('boot-recipes', ['boot', 'sample', '-d', 'int']);
    expect(status).toBe(0);
    expect(stderr).toMatch(/^int: svc.*EL0/m);
  });

  it('knows QEMU’s names only', async () => {
    const { status, stderr } = await cliHere(['boot', 'sample', '-d', 'int,nonsense']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/nonsense: there are in_asm, exec, cpu, int/);
  });
});

describe('--profile', () => {
  it('writes a file for speedscope, with names of functions', async () => {
    const path = join(scratch, 'sample.speedscope.json');
    const { status } = await cli('boot-recipes', ['boot', 'sample', '--profile', path]);
    expect(status).toBe(0);
    const file = JSON.parse(readFileSync(path, 'utf8')) as {
      $schema: string;
      shared: { frames: { name: string }[] };
      profiles: { type: string; samples: number[][]; weights: number[] }[];
    };
    expect(file.$schema).toBe('https://www.speedscope.app/file-format-schema.json');
    const [profile] = file.profiles;
    expect(profile!.samples.length).toBe(profile!.weights.length);
    expect(profile!.samples.length).toBeGreaterThan(20);
    const names = new Set(profile!.samples.flat().map(frame => file.shared.frames[frame]!.name));
    expect(names.has('EL1')).toBe(true);
    expect([...names].filter(name => /^com.apple.kernel:_\w+$/.test(name)).length).toBeGreaterThan(3);
  });
});

describe('--mode', () => {
  it('auto gives the same run', async () => {
    const run = async (mode: 'interpreter' | 'auto'): Promise<string> => {
      let text = '';
      const { reason, instructions } = await boot('sample', {
        mode,
        timeout: 60,
        output: bytes => {
          text += new TextDecoder().decode(bytes);
        },
      });
      return `${reason} ${instructions} ${text}`;
    };
    expect(await run('auto')).toBe(await run('interpreter'));
  });
});

describe('--monitor', () => {
  it('is served on TCP, and holds the guest with --wait until it may go on', async () => {
    const { out, status, seen } = booted(['sample', '--monitor', 'tcp:0', '--wait']);
    const port = Number((await seen(/monitor is tcp:(\d+); the guest stands still/))[1]);
    const monitor = new Talk(connect(port, '127.0.0.1'));
    await monitor.until(/\(boot-recipes\) $/);
    expect(await monitor.ask('info status')).toMatch(/paused, 0 instructions/);
    expect(await monitor.ask('x/1i 0x47010000')).toMatch(/msr daifset, #0xf/);
    expect(out()).toBe('');
    await monitor.ask('cont');
    await monitor.until(/$/);
    expect(await status).toBe(0);
    expect(out()).toContain('halting');
  });

  it('is served on a socket of the file system, which is gone afterwards', async () => {
    const path = join(scratch, 'monitor.sock');
    const { out, status, seen } = booted(['sample', '--append', '-s', '--monitor', `unix:${path}`]);
    await seen(/monitor is unix:/);
    const monitor = new Talk(connect(path));
    while (!out().endsWith('sample# ')) await new Promise(resolve => setTimeout(resolve, 20));
    expect(await monitor.ask(`savevm ${join(scratch, 'snapshot')}`)).toMatch(/^\d+ bytes/);
    expect(readFileSync(join(scratch, 'snapshot')).subarray(0, 8).toString()).toBe('A64EMUSN');
    monitor.socket.write('quit\n');
    expect(await status).toBe(130);
    expect(existsSync(path)).toBe(false);
  });

  it.each<[string[], RegExp]>([
    [['--monitor', 'nowhere'], /tcp:PORT or unix:PATH is expected/],
    [['--monitor', 'tcp:99999'], /tcp:PORT or unix:PATH is expected/],
    [['--wait'], /nobody could continue the guest/],
    [['--monitor', 'tcp:0', '--gdb', '0'], /GDB has a command monitor/],
  ])('%j is wrong use', async (args, message) => {
    const { status, stderr } = await cli('boot-recipes', ['boot', 'sample', ...args]);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('--serial', () => {
  it('puts the console into a file', async () => {
    const path = join(scratch, 'console.log');
    const { status, stdout } = await cli('boot-recipes', ['boot', 'sample', '--serial', `uart0=file:${path}`]);
    expect(status).toBe(0);
    expect(stdout.trim()).toBe('');
    expect(readFileSync(path, 'utf8')).toMatch(/^Sample kernel.*halting\s*$/s);
  });

  it('has the console on TCP, with a shell that answers there', async () => {
    const { out, status, seen } = booted(['sample', '--append', '-s', '--serial', 'uart0=tcp:0']);
    const port = Number((await seen(/uart0 is tcp:(\d+)/))[1]);
    const console = new Talk(connect(port, '127.0.0.1'));
    await new Promise(resolve => setTimeout(resolve, 1500));
    console.socket.write('echo over the wire\r');
    await console.until(/\nover the wire\r\nsample# $/);
    console.socket.write('halt\r');
    expect(await status).toBe(0);
    expect(out().trim()).toBe('');
  });

  it('has the second port on the terminal when the tree says that the console is there', async () => {
    const edits = join(scratch, 'second.json');
    writeFileSync(
      edits,
      JSON.stringify({
        format: 'apple-device-tree-edits',
        version: 1,
        edits: [{ op: 'remove-node', node: '/arm-io/uart0', reason: 'the second port is the console' }],
      }),
    );
    const log = join(scratch, 'first.log');
    const args = ['--dt-edit', edits, '--serial', 'uart1=stdio', `uart0=file:${log}`, '--append', '-s'];
    const { status, stdout } = await cli('boot-recipes', ['boot', 'sample', ...args], { input: 'echo second\rhalt\r' });
    expect(status).toBe(0);
    expect(stdout.replaceAll('\r', '')).toContain('\nsecond\n');
    expect(readFileSync(log, 'utf8')).toBe('');
  });

  it.each<[string[], RegExp]>([
    [['uart0'], /NAME=TARGET is expected/],
    [['uart9=null'], /there are uart0, uart1/],
    [['uart0=pipe:x'], /stdio, null, file:PATH, tcp:PORT or unix:PATH/],
    [['uart0=stdio', 'uart1=stdio'], /cannot both be stdio/],
    [['uart0=null', 'uart0=stdio'], /given twice/],
  ])('%j is wrong use', async (ports, message) => {
    const { status, stderr } = await cli('boot-recipes', ['boot', 'sample', '--serial', ...ports]);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('--disk', () => {
  it.each(['t8020', 'vmapple'])('is a file that the guest reads and writes: %s', async machine => {
    const path = join(scratch, `${machine}.img`);
    writeFileSync(path, Buffer.concat([Buffer.from('from the host'), Buffer.alloc(4096 - 13)]));
    const send = ['--send', 'disk 0', 'write 1 from the guest', 'halt'];
    const { status, stdout } = await cli('boot-recipes', [
      ...['boot', 'sample', '--machine', machine, '--append', '-s', '--disk', path],
      ...send,
    ]);
    expect(status).toBe(0);
    expect(stdout).toContain('from the host...');
    expect(readFileSync(path).subarray(512, 526).toString()).toBe('from the guest');
  });

  it('is not written to when it is read-only', async () => {
    const path = join(scratch, 'fixed.img');
    writeFileSync(path, Buffer.alloc(4096));
    const { stdout } = await cli('boot-recipes', [
      ...['boot', 'sample', '--append', '-s', '--disk', `${path},readonly`, '--send', 'write 1 x', 'halt'],
    ]);
    expect(stdout).toContain('cannot be written');
    expect(readFileSync(path).every(byte => byte === 0)).toBe(true);
  });
});
