import { afterEach, describe, expect, it } from 'vitest';
import { cortexA72 } from '../../src/cpu/models.js';
import { isEmulatorError } from '../../src/embed/error.js';
import { isSnapshotError } from '../../src/snapshot/error.js';
import { saveSnapshot, stateHash } from '../../src/snapshot/snapshot.js';
import { createVirt, type VirtMachine } from '../../src/virt/virt.js';
import { RemoteMachine } from '../../src/worker/client.js';
import { serveMachine } from '../../src/worker/host.js';
import type { Frame } from '../../src/worker/protocol.js';
import { guest } from '../virt/guests.js';

const ENTRY = 0x40080000;
const PICTURE = 0x40200000;

function make({ mode }: { mode: 'interpreter' | 'auto' }): VirtMachine {
  const virt = createVirt({ memory: 2 ** 24, flash: false, cpu: cortexA72, gic: 2, mode });
  virt.load(ENTRY, guest('echo'));
  virt.load(0x40800000, virt.deviceTree());
  virt.machine.start(BigInt(ENTRY), 0x40800000n);
  return virt;
}

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** A machine at the other end of a channel, as in a worker. */
async function remote(
  mode: 'interpreter' | 'auto' = 'interpreter',
): Promise<{ machine: RemoteMachine; text: () => string }> {
  const { port1, port2 } = new MessageChannel();
  const stop = serveMachine(port1, {
    create: (options, log) => {
      log('made');
      const virt = make(options as { mode: 'interpreter' | 'auto' });
      const screen = (): Frame => ({ width: 4, height: 2, rowBytes: 16, bytes: virt.bus.read(PICTURE, 32)! });
      return { ...virt, ports: { console: virt.serial }, screen };
    },
  });
  const machine = await RemoteMachine.create(port2, { mode });
  let text = '';
  machine.onSerial = (_, bytes) => {
    text += new TextDecoder().decode(bytes);
  };
  open.push(() => {
    stop();
    machine.close();
    port1.close();
  });
  return { machine, text: () => text };
}
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe.each(['interpreter', 'auto'] as const)('a machine behind a channel, %s', mode => {
  it('runs as one that is here', async () => {
    const here = make({ mode });
    const { machine, text } = await remote(mode);
    expect([machine.ports, machine.cpus]).toEqual([['console'], 1]);
    here.machine.runSync({ instructions: 12 });
    expect(await machine.run({ instructions: 12 })).toMatchObject({ executed: here.machine.executed });
    here.serial.receive(bytesOf('abcz'));
    await machine.type(bytesOf('abcz'));
    expect(here.machine.runSync()).toBe('poweroff');
    expect(await machine.run()).toEqual({
      reason: 'poweroff',
      executed: here.machine.executed,
      ns: here.machine.time.ns,
    });
    expect(text()).toBe('bcd{');
    expect(await machine.stateHash()).toBe(await stateHash(here));
    expect(await machine.get(0, ['pc', 'x2', 'VBAR_EL1'])).toMatchObject({ VBAR_EL1: BigInt(ENTRY + 0x800) });
    expect(await machine.snapshot()).toEqual(await saveSnapshot(here));
  });

  it('stops, is typed at and looked into while it runs', async () => {
    const { machine, text } = await remote(mode);
    const spin = Uint8Array.of(0, 0, 0, 0x14); // b .
    await machine.write({ address: 0x40100000 }, spin);
    const before = await machine.get(0, ['pc']);
    await machine.set(0, { pc: 0x40100000 });
    const running = machine.run();
    await expect(machine.run()).rejects.toThrow('runs already');
    expect(await machine.get(0, ['pc'])).toEqual({ pc: 0x40100000n });
    expect(await machine.read({ address: 0x40100000, cpu: 0 }, 4)).toEqual(spin);
    await machine.stop();
    expect((await running).reason).toBe('stopped');
    await machine.stop();
    await machine.set(0, before);
    const waiting = machine.run({ pace: 'host', timeout: 20_000 });
    await machine.type(bytesOf('k'));
    while (text() === '') await new Promise(resolve => setTimeout(resolve, 1));
    await machine.type(bytesOf('z'));
    expect((await waiting).reason).toBe('poweroff');
    expect(text()).toBe('l{');
  });

  it('keeps states, records and replays', async () => {
    const { machine, text } = await remote(mode);
    await machine.run({ instructions: 12 });
    const point = await machine.checkpoint();
    const snapshot = await machine.snapshot();
    const recorder = await machine.record();
    await machine.type(bytesOf('qz'));
    await machine.run();
    const recording = await recorder.finish();
    const hash = await machine.stateHash();
    await point.reset();
    const replay = await machine.replay(recording);
    expect((await machine.run()).reason).toBe('poweroff');
    await replay.verify();
    expect([await machine.stateHash(), text()]).toEqual([hash, 'r{r{']);
    await point.release();
    await expect(point.reset()).rejects.toThrow('given up');
    const other = await remote(mode);
    await other.machine.restore(snapshot.slice(), { transfer: true });
    expect(await other.machine.snapshot()).toEqual(snapshot);
  });

  it('shows its framebuffer when that changes', async () => {
    const { machine } = await remote(mode);
    const frames: number[][] = [];
    machine.onFrame = ({ width, height, bytes }) => frames.push([width, height, bytes[0]!]);
    await machine.watchScreen(5);
    await new Promise(resolve => setTimeout(resolve, 30));
    await machine.write({ address: PICTURE }, Uint8Array.of(7));
    while (frames.length < 2) await new Promise(resolve => setTimeout(resolve, 1));
    await machine.unwatchScreen();
    expect(frames).toEqual([
      [4, 2, 0],
      [4, 2, 7],
    ]);
  });

  it('speaks GDB’s protocol over a port', async () => {
    const { machine } = await remote(mode);
    const port = await machine.gdb();
    let heard = '';
    const answer = (wanted: RegExp): Promise<void> =>
      new Promise(resolve => {
        const look = ({ data }: { data: unknown } = { data: new Uint8Array(0) }): void => {
          heard += new TextDecoder().decode(data as Uint8Array);
          if (wanted.test(heard)) resolve();
        };
        port.onmessage = look;
        look();
      });
    const send = (body: string): void => {
      const sum = [...bytesOf(body)].reduce((a, b) => (a + b) & 0xff, 0);
      port.postMessage(bytesOf(`$${body}#${sum.toString(16).padStart(2, '0')}`));
    };
    send('?');
    await answer(/\$T05/);
    send('p20'); // pc
    await answer(/\$0000084000000000#/);
    send('s');
    await answer(/\$T05[^$]*\$0000084000000000[^$]*\$T05/);
    expect((await machine.status()).executed).toBe(1);
    const ended = new Promise<void>(resolve => {
      port.onmessage = ({ data }) => {
        if (data === null) resolve();
      };
    });
    port.postMessage(null);
    await ended;
    port.close();
  });
});

it('errors are those of the machine', async () => {
  const { machine } = await remote();
  await expect(machine.restore(new Uint8Array(40))).rejects.toSatisfy(e => isSnapshotError(e, 'bad-magic'));
  await expect(machine.read({ address: 2 ** 40 }, 4)).rejects.toSatisfy(e => isEmulatorError(e, 'fault'));
  await expect(machine.get(0, ['x77'])).rejects.toSatisfy(e => isEmulatorError(e, 'no-register'));
  await expect(machine.get(3, ['x0'])).rejects.toThrow('no CPU 3');
  await expect(machine.type(bytesOf('a'), 'uart9')).rejects.toThrow('uart9');
  const { port1, port2 } = new MessageChannel();
  const stop = serveMachine(port1, {
    create: () => {
      throw new TypeError('not today');
    },
  });
  await expect(RemoteMachine.create(port2)).rejects.toThrow('not today');
  stop();
  port1.close();
});
