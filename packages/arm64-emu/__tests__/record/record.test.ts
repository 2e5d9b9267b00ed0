import { describe, expect, it } from 'vitest';
import { cortexA72 } from '../../src/cpu/models.js';
import { type BlockStore, VirtioBlock } from '../../src/devices/virtio/blk.js';
import { VirtioRng } from '../../src/devices/virtio/rng.js';
import type { EngineMode } from '../../src/engine/engine.js';
import { isRecordingError } from '../../src/record/error.js';
import { Journal } from '../../src/record/journal.js';
import { record, replay } from '../../src/record/recording.js';
import { checkpoint } from '../../src/snapshot/checkpoint.js';
import { stateHash } from '../../src/snapshot/snapshot.js';
import { createVirt, type VirtMachine, type VirtOptions } from '../../src/virt/virt.js';
import { Driver } from '../devices/virtio/driver.js';
import { guest } from '../virt/guests.js';

const MIB = 2 ** 20;
const ENTRY = 0x40080000;
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function make(mode: EngineMode, name = 'echo', options: VirtOptions = {}): { virt: VirtMachine; text: () => string } {
  const virt = createVirt({ memory: 16 * MIB, flash: false, cpu: cortexA72, gic: 2, mode, ...options });
  let text = '';
  virt.serial.output = byte => {
    text += String.fromCharCode(byte);
  };
  virt.load(ENTRY, guest(name));
  virt.load(0x40800000, virt.deviceTree());
  virt.machine.start(BigInt(ENTRY), 0x40800000n);
  return { virt, text: () => text };
}

/** Types letters at a guest that echoes each plus one, at times that only the host knows; 'z' ends it. */
async function session(mode: EngineMode): Promise<{ bytes: Uint8Array; text: string; hash: string | undefined }> {
  const { virt, text } = make(mode);
  const recorder = await record(virt);
  const output = virt.serial.output!;
  const typed = [...'hello, worldz'];
  const type = (): void => {
    const letter = typed.shift();
    if (letter !== undefined) virt.serial.receive(bytesOf(letter));
  };
  virt.serial.output = byte => {
    output(byte);
    // Some letters at once, from within the guest's own store; others when the host gets to it.
    if (typed.length % 3 === 0) type();
    else setTimeout(type, Math.random() * 5);
  };
  setTimeout(type, 3);
  // A timer's worth of sleep: the clock of an idle machine is the host's.
  virt.bus.store(0x09010004, 4, 3600);
  virt.bus.store(0x09010010, 4, 1);
  const reason = await virt.machine.run({ pace: 'host', deadline: performance.now() + 20_000, slice: 1 });
  expect(reason).toBe('poweroff');
  expect(text().startsWith('ifmmp-!xpsme')).toBe(true);
  const hash = await stateHash(virt);
  return { bytes: await recorder.finish(), text: text(), hash };
}

/** The machine as {@link session} has it when it begins to record and has set the alarm. */
describe.each(['interpreter', 'auto'] as const)('recorded with %s', mode => {
  it('a typed session comes again in any mode and however it is cut', async () => {
    const recorded = await session(mode);
    expect(recorded.bytes.length).toBeLessThan(600);
    for (const other of ['interpreter', 'auto'] as const)
      for (const cut of [Number.POSITIVE_INFINITY, 7]) {
        const { virt, text } = make(other);
        const again = await replay(virt, recorded.bytes);
        virt.bus.store(0x09010004, 4, 3600);
        virt.bus.store(0x09010010, 4, 1);
        virt.serial.receive(bytesOf('not heard'));
        let reason: string;
        do reason = virt.machine.runSync({ instructions: cut });
        while (reason === 'instructions');
        expect(reason).toBe('poweroff');
        expect(text()).toBe(recorded.text);
        expect(await stateHash(virt)).toBe(recorded.hash);
        expect(again.done).toBe(true);
        await again.verify();
        expect(await virt.machine.run({ pace: 'host' })).toBe('replayed');
        again.release();
      }
  });
});

it('keeps the state that it starts from when asked, and resets', async () => {
  const { virt, text } = make('interpreter', 'timer');
  virt.machine.onReset = () => virt.machine.start(BigInt(ENTRY), 0x40800000n);
  virt.machine.runSync({ instructions: 333 });
  const recorder = await record(virt, { snapshot: true });
  virt.machine.runSync({ instructions: 100 });
  virt.machine.reset();
  virt.machine.runSync({ instructions: 5000 });
  virt.pressPowerButton();
  virt.machine.runSync({ instructions: 200 });
  const at = text();
  const bytes = await recorder.finish();
  const hash = await stateHash(virt);

  const other = make('auto', 'timer');
  other.virt.machine.onReset = () => other.virt.machine.start(BigInt(ENTRY), 0x40800000n);
  const again = await replay(other.virt, bytes);
  other.virt.machine.reset(); // not for us to say
  expect(other.virt.machine.runSync()).toBe('replayed');
  await again.verify();
  expect(await stateHash(other.virt)).toBe(hash);
  expect(at.endsWith(other.text())).toBe(true);
});

it('what the host answers comes again without the host', () => {
  const asked: string[] = [];
  const store: BlockStore = {
    size: 4096,
    readOnly: false,
    read: (offset, length) => {
      asked.push(`read ${offset}`);
      if (offset === 1024) throw new Error('bad sector');
      return new Uint8Array(length).fill(asked.length);
    },
    write: offset => void asked.push(`write ${offset}`),
    flush: () => void asked.push('flush'),
  };
  const use = (journal: (virt: VirtMachine) => Journal) => {
    const { virt } = make('interpreter');
    const disk = new Driver(dma => new VirtioBlock(dma, store), 2);
    const entropy = new Driver(dma => new VirtioRng(dma, size => new Uint8Array(size).fill(Math.random() * 256)), 2);
    virt.machine.devices.push(disk.transport, entropy.transport);
    const kept = journal(virt);
    for (const driver of [disk, entropy]) driver.start();
    const request = (type: number, sector: number, room: object): number[] => {
      const header = new Uint8Array(16);
      new DataView(header.buffer).setUint32(0, type, true);
      header[8] = sector;
      const at = disk.queue(0, [{ bytes: header }, room, { room: 1 }]);
      return [...disk.bytes(at[1]!, 512).slice(0, 4), disk.bytes(at[2]!, 1)[0]!];
    };
    const seen = [
      request(0, 0, { room: 512 }),
      request(1, 1, { bytes: new Uint8Array(512) }),
      request(0, 0, { room: 512 }),
      request(0, 2, { room: 512 }),
      entropy.bytes(entropy.queue(0, [{ room: 32 }])[0]!, 32),
    ];
    return { seen, kept };
  };
  const first = use(virt => new Journal(virt));
  expect(asked).toEqual(['read 0', 'write 512', 'read 0', 'read 1024']);
  expect(first.seen.map(s => s.at(-1))).toEqual([0, 0, 0, 1, expect.any(Number)]);
  asked.length = 0;
  const second = use(virt => new Journal(virt, first.kept.input, first.kept.now));
  expect(second.seen).toEqual(first.seen);
  expect(asked).toEqual([]);
  // What it is not recorded to have asked for makes the replay fail.
  const third = use(virt => new Journal(virt, { arrivals: [], answers: [] }, first.kept.now));
  expect(() => third.kept.enter()).toThrow(expect.toSatisfy(e => isRecordingError(e, 'diverged')));
});

it('a journal goes back, and what comes differently then replaces what came before', async () => {
  const { virt, text } = make('interpreter');
  const journal = new Journal(virt);
  virt.machine.runSync({ instructions: 2000 });
  const [point, place] = [checkpoint(virt), journal.place];
  virt.serial.receive(bytesOf('a'));
  virt.machine.runSync({ instructions: 500 });
  virt.serial.receive(bytesOf('b'));
  virt.machine.runSync({ instructions: 500 });
  const hash = await stateHash(virt);
  expect(text()).toBe('bc');
  point.reset();
  journal.goTo(place);
  virt.machine.runSync({ instructions: 1000 });
  expect([text(), await stateHash(virt)]).toEqual(['bcbc', hash]);
  point.reset();
  journal.goTo(place);
  virt.machine.runSync({ instructions: 3 });
  virt.serial.receive(bytesOf('x'));
  virt.machine.runSync({ instructions: 2000 });
  expect(text()).toBe('bcbcby');
  expect(journal.input.arrivals.map(({ bytes }) => bytes[0])).toEqual([97, 120]);
});

describe('refuses', () => {
  const code = async (fn: () => Promise<unknown>): Promise<string> => {
    const error: unknown = await fn().then(
      () => undefined,
      (e: unknown) => e,
    );
    return isRecordingError(error) ? error.code : String(error);
  };

  it('recordings of other machines and states, and second ones', async () => {
    const { virt } = make('interpreter');
    const recorder = await record(virt);
    expect(await code(() => record(virt))).toBe('busy');
    virt.machine.runSync({ instructions: 500 });
    virt.serial.receive(bytesOf('a'));
    virt.machine.runSync({ instructions: 500 });
    const bytes = await recorder.finish();
    expect(await code(() => replay(virt, bytes))).toBe('mismatch');
    const wider = make('interpreter', 'echo', { virtio: [dma => new VirtioRng(dma, n => new Uint8Array(n))] }).virt;
    expect(await code(() => replay(wider, bytes))).toBe('mismatch');
    const other = make('interpreter').virt;
    const again = await replay(other, bytes);
    other.machine.within(0, cpu => {
      cpu.pc += 4n; // somebody meddles
    });
    other.machine.runSync();
    expect(await code(() => again.verify())).toBe('diverged');
  });

  it('to go on when the machine was put back meanwhile', async () => {
    const { virt } = make('interpreter');
    const point = checkpoint(virt);
    const recorder = await record(virt);
    virt.machine.runSync({ instructions: 500 });
    virt.serial.receive(bytesOf('a'));
    point.reset();
    expect(() => virt.serial.receive(bytesOf('b'))).toThrow(expect.toSatisfy(e => isRecordingError(e, 'mismatch')));
    expect(await code(() => recorder.finish())).toBe('mismatch');
  });

  it('damaged bytes', async () => {
    const { virt } = make('interpreter');
    const recorder = await record(virt);
    for (const letter of 'abcdef') {
      virt.serial.receive(bytesOf(letter));
      virt.machine.runSync({ instructions: 300 });
    }
    const bytes = await recorder.finish();
    const put = (at: number, value: number): Uint8Array => Object.assign(bytes.slice(), { [at]: value });
    expect(await code(() => replay(virt, put(0, 0)))).toBe('bad-magic');
    expect(await code(() => replay(virt, put(8, 2)))).toBe('bad-version');
    expect(await code(() => replay(virt, put(12, 1)))).toBe('bad-version');
    expect(await code(() => replay(virt, bytes.subarray(0, 40)))).toBe('truncated');
    const fresh = make('interpreter').virt;
    for (let at = 16; at < bytes.length; at++) {
      const tried = replay(fresh, put(at, bytes[at]! ^ 0x10)).then(again => again.release());
      expect(await code(() => tried)).toMatch(/^(undefined|[a-z-]+)$/);
    }
  });
});
