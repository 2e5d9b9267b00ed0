import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { boot } from '../src/boot.js';
import { cli, cliHere } from './support/cli.js';

const BIN = fileURLToPath(new URL('../bin/boot-recipes.js', import.meta.url));

describe('--gdb', () => {
  it('holds the guest until a client continues it, and ends with it', async () => {
    const child = spawn(process.execPath, [BIN, 'boot', 'sample', '--gdb', '0'], { timeout: 60_000 });
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

describe('-d', () => {
  it('traces what is asked for', async () => {
    const { status, stderr } = await cli('boot-recipes', ['boot', 'sample', '-d', 'int']);
    expect(status).toBe(0);
    expect(stderr).toMatch(/^int: svc.*EL0/m);
  });

  it('knows QEMU’s names only', async () => {
    const { status, stderr } = await cliHere(['boot', 'sample', '-d', 'int,nonsense']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/nonsense: there are in_asm, exec, int/);
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
