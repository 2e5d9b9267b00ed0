/** The independent machine: qemu-aarch64-static running `runner.c`. */
import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Batch } from './cases.js';
import * as p from './protocol.js';

/** QEMU as a child process that answers one batch after the other. */
export class Oracle {
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private readonly folder = mkdtempSync(join(tmpdir(), 'fuzz-isa-'));
  private received: Buffer[] = [];
  private size = 0;
  private wake: (() => void) | undefined;
  private ended = false;

  constructor(qemu: string) {
    const runner = join(this.folder, 'runner');
    const source = new URL('./runner.c', import.meta.url).pathname;
    execFileSync('aarch64-linux-gnu-gcc', [
      '-O2',
      '-static',
      '-march=armv8-a',
      '-Wl,-Ttext-segment=0x123400000000',
      '-o',
      runner,
      source,
    ]);
    this.child = spawn(qemu, ['-cpu', 'max,sve=off,sme=off', runner], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdout.on('data', (chunk: Buffer) => {
      this.received.push(chunk);
      this.size += chunk.length;
      this.wake?.();
    });
    this.child.on('close', () => {
      this.ended = true;
      this.wake?.();
    });
  }
  async run(batch: Batch): Promise<Buffer> {
    const head = Buffer.alloc(4);
    head.writeUInt32LE(batch.count, 0);
    this.child.stdin.write(head);
    this.child.stdin.write(batch.bytes.subarray(0, batch.count * p.REQUEST_BYTES));
    const wanted = batch.count * p.RESULT_BYTES;
    while (this.size < wanted) {
      if (this.ended) throw new Error('QEMU ended early');
      await new Promise<void>(resolve => (this.wake = resolve));
    }
    const all = Buffer.concat(this.received);
    this.received = [all.subarray(wanted)];
    this.size = all.length - wanted;
    return all.subarray(0, wanted);
  }
  close(): void {
    this.child.stdin.end();
    rmSync(this.folder, { recursive: true });
  }
}
