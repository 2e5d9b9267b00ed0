/** QEMU as the other machine: started with files in memory, its log as a stream of events. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QemuLog } from './qemu-log.js';

/** Bytes at a physical address. */
export interface Part {
  readonly address: number;
  readonly bytes: Uint8Array;
}

export interface QemuOptions {
  readonly cpu: string;
  /** MiB. */
  readonly memory: number;
  readonly entry: number;
  /** Of the random numbers that the guest gets. */
  readonly seed?: number;
  /** Addresses whose registers are logged; all blocks if absent. */
  readonly at?: readonly bigint[];
}

/** Runs `fn` with the log of a QEMU that counts instructions as time, a nanosecond each. */
export async function withQemu<T>(
  parts: readonly Part[],
  { cpu, memory, entry, at, seed = 1 }: QemuOptions,
  fn: (log: QemuLog) => Promise<T>,
): Promise<T> {
  const scratch = mkdtempSync(join(tmpdir(), 'lockstep-'));
  let qemu: ChildProcess | undefined;
  try {
    const pipe = join(scratch, 'log');
    execFileSync('mkfifo', [pipe]);
    const loads = parts.flatMap(({ address, bytes }, i) => {
      writeFileSync(join(scratch, `${i}`), bytes);
      return ['-device', `loader,file=${scratch}/${i},addr=0x${address.toString(16)},force-raw=on`];
    });
    const filter = at === undefined ? [] : ['-dfilter', at.map(a => `0x${a.toString(16)}+4`).join(',')];
    qemu = spawn(
      'qemu-system-aarch64',
      [
        // Older machines have no LPIs, as ours, but 8 bits of priority.
        ...[
          '-M',
          'virt-6.1,gic-version=3,dtb-randomness=off',
          '-seed',
          String(seed),
          '-global',
          'arm-gicv3-common.force-8-bit-prio=off',
        ],
        ...['-cpu', cpu, '-m', String(memory), '-icount', 'shift=0,sleep=off'],
        ...['-rtc', 'base=1970-01-01T00:00:00,clock=vm', '-nodefaults', '-display', 'none', '-serial', 'null'],
        ...['-no-reboot', '-d', 'int,exec,cpu,fpu,nochain', '-D', pipe, ...filter, ...loads],
        ...['-device', `loader,addr=0x${entry.toString(16)},cpu-num=0`],
      ],
      { stdio: 'inherit' },
    );
    return await fn(new QemuLog(createReadStream(pipe, { encoding: 'latin1' })));
  } finally {
    qemu?.kill();
    rmSync(scratch, { recursive: true });
  }
}

/** The ID registers of S3_0_C0_C1_0 to S3_0_C0_C7_7 that a CPU of QEMU has, by CRm * 8 + op2. */
export async function qemuIdRegisters(cpu: string): Promise<Map<number, bigint>> {
  const words: number[] = [];
  for (let crm = 1; crm < 8; crm++) {
    for (let op2 = 0; op2 < 8; op2++) words.push(0xd538_0000 | (crm << 8) | (op2 << 5) | op2); // mrs x<op2>, ...
    words.push(0x1400_0001); // b, to the next: a block ends
  }
  words.push(0xd2b0_8000, 0xf280_0100, 0xd400_0002); // PSCI SYSTEM_OFF
  const entry = 0x4010_0000;
  const part = { address: entry, bytes: new Uint8Array(Uint32Array.from(words).buffer) };
  return await withQemu([part], { cpu, memory: 64, entry }, async log => {
    const ids = new Map<number, bigint>();
    await log.next();
    for (let crm = 1; crm < 8; crm++) {
      const event = await log.next();
      for (const [, n, value] of (event ?? '').matchAll(/ X0([0-7])=([0-9a-f]+)/g))
        ids.set(crm * 8 + Number(n), BigInt(`0x${value}`));
    }
    return ids;
  });
}
