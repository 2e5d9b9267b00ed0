import { describe, expect, it } from 'vitest';
import { cortexA72 } from '../../src/cpu/models.js';
import { Control } from '../../src/embed/control.js';
import { History } from '../../src/gdb/history.js';
import { record, replay } from '../../src/record/recording.js';
import { stateHash } from '../../src/snapshot/snapshot.js';
import { createVirt, type VirtMachine } from '../../src/virt/virt.js';
import { guest } from '../virt/guests.js';

const ENTRY = 0x40080000;
const type = (virt: VirtMachine, text: string): void => virt.serial.receive(new TextEncoder().encode(text));

function echo(mode: 'interpreter' | 'auto'): { virt: VirtMachine; text: () => string } {
  const virt = createVirt({ memory: 2 ** 24, flash: false, cpu: cortexA72, gic: 2, mode });
  let text = '';
  virt.serial.output = byte => {
    text += String.fromCharCode(byte);
  };
  virt.load(ENTRY, guest('echo'));
  virt.load(0x40800000, virt.deviceTree());
  virt.machine.start(BigInt(ENTRY), 0x40800000n);
  return { virt, text: () => text };
}

describe.each(['interpreter', 'auto'] as const)('back in time, %s', mode => {
  it('what was typed comes again, also when going on from there', async () => {
    const { virt, text } = echo(mode);
    const control = new Control(virt.machine, virt.engine);
    const history = new History(control);
    const run = (instructions: number): void => {
      const before = virt.machine.executed;
      history.mark();
      control.runSync({ instructions });
      history.executed(before);
    };
    run(2000);
    type(virt, 'a');
    run(40);
    const middle = virt.machine.executed;
    type(virt, 'b');
    run(2000);
    const end = [virt.machine.executed, await stateHash(virt)];
    expect(text()).toBe('bc');
    while (virt.machine.executed > middle) expect(history.stepBack()).toBe(true);
    const shown = text().length;
    control.runSync({ instructions: 2000 });
    expect(text().slice(shown)).toBe('c');
    expect([virt.machine.executed, await stateHash(virt)]).toEqual(end);
    history.release();
    expect(virt.machine.schedule).toBeUndefined();
  });

  it('goes through a replay in both directions', async () => {
    const recorded = echo('interpreter');
    const recorder = await record(recorded.virt);
    for (const letter of 'abcde') {
      recorded.virt.machine.runSync({ instructions: 1000 });
      type(recorded.virt, letter);
    }
    recorded.virt.machine.runSync({ instructions: 1000 });
    const bytes = await recorder.finish();

    const { virt, text } = echo(mode);
    const again = await replay(virt, bytes);
    const control = new Control(virt.machine, virt.engine);
    const history = new History(control);
    history.mark();
    expect(control.runSync().reason).toBe('replayed');
    history.executed(0);
    await again.verify();
    for (let n = 0; n < 60; n++) expect(history.stepBack()).toBe(true);
    expect(control.runSync().reason).toBe('replayed');
    await again.verify();
    expect(text().startsWith('bcdef')).toBe(true);
    history.release();
    expect(virt.machine.schedule).toBeDefined();
  });
});
