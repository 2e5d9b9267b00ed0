/** The independent machine: qemu-aarch64-static running `runner.c`. */
import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Batch } from './cases.js';
import * as p from './protocol.js';

/** QEMU ended, or did not answer, before it had run a batch. */
export class OracleEnded extends Error {}

/** A batch takes a fraction of a second. */
const PATIENCE = 60_000;

/** QEMU as a child process that answers one batch after the other. */
export class Oracle {
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private readonly folder = mkdtempSync(join(tmpdir(), 'fuzz-isa-'));
  private received: Buffer[] = [];
  private size = 0;
  private wake: (() => void) | undefined;
  private ended: string | undefined;

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
    this.child.on('close', (status, signal) => {
      this.ended ??= `QEMU ended with ${signal ?? status}`;
      this.wake?.();
    });
    // A pipe that QEMU left open behind it breaks when it ends; that is reported once, by `close`.
    this.child.stdin.on('error', () => {});
  }
  async run(batch: Batch): Promise<Buffer> {
    const head = Buffer.alloc(4);
    head.writeUInt32LE(batch.count, 0);
    this.child.stdin.write(head);
    this.child.stdin.write(batch.bytes.subarray(0, batch.count * p.REQUEST_BYTES));
    const wanted = batch.count * p.RESULT_BYTES;
    const timer = setTimeout(() => {
      this.ended = 'QEMU did not answer';
      this.child.kill('SIGKILL');
    }, PATIENCE);
    try {
      while (this.size < wanted) {
        if (this.ended) throw new OracleEnded(this.ended);
        await new Promise<void>(resolve => (this.wake = resolve));
      }
    } finally {
      clearTimeout(timer);
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
