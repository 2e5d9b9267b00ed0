// The boards of XNU with a guest that does its worst.
import { describe, expect, it } from 'vitest';
import { assault, type Target } from '../../arm64-emu/__tests__/hostile-guest.js';
import { appleT8020 } from '../src/machines/apple-t8020.js';
import { SAMPLE_BOARD } from '../src/machines/sample-board.js';
import { sampleMachine } from '../src/machines/sample-machine.js';
import { T8020_BOARD } from '../src/machines/t8020-board.js';
import { vmapple } from '../src/machines/vmapple.js';
import { VMAPPLE_BOARD } from '../src/machines/vmapple-board.js';

const ROUNDS = 300;
const memory = 2 ** 21;
const start = { memory, entry: 0n, bootArgs: 0n };
type Mode = 'interpreter' | 'auto';

describe('a hostile guest', () => {
  it.each([
    ['T8020', T8020_BOARD.ram, (mode: Mode) => appleT8020({ ...start, mode })],
    ['VMAPPLE', VMAPPLE_BOARD.ram, (mode: Mode) => vmapple({ ...start, cpus: 2, mode })],
    ['our board', SAMPLE_BOARD.ram, (mode: Mode) => sampleMachine({ ...start, mode })],
  ] as const)('of %s keeps to its memory, and to the same state in both modes', (name, ram, make) => {
    const targets = (['interpreter', 'auto'] as const).map(mode => {
      const { target } = make(mode).machine;
      const machine = target!.machine as Target['machine'];
      return { machine, engine: target!.engine, bus: machine.bus };
    });
    expect(assault(targets, { seed: name.length, rounds: ROUNDS, ram })).not.toBe('');
  });
});
