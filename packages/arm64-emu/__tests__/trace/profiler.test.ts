import { describe, expect, it } from 'vitest';
import type { EngineMode } from '../../src/engine/engine.js';
import { stripped } from '../../src/trace/call-stack.js';
import { Profiler } from '../../src/trace/profiler.js';
import { guest, RAM, words } from '../machine-support.js';

/** main calls f, which counts to 50 and calls g, which counts to 100; both keep frame records. */
const CODE = [
  ...[0xd2a80009, 0xf2900009, 0x9100013f, 0xd280001d, 0x94000002, 0x17ffffff], // main: SP, X29 = 0, bl f, again
  ...[0xa9bf7bfd, 0x910003fd, 0xd2800641, 0xf1000421, 0x54ffffe1, 0x94000003, 0xa8c17bfd, 0xd65f03c0], // f
  ...[0xa9bf7bfd, 0x910003fd, 0xd2800c81, 0xf1000421, 0x54ffffe1, 0xa8c17bfd, 0xd65f03c0], // g
];
const NAMES: readonly (readonly [from: number, name: string])[] = [
  [0x38, 'g'],
  [0x18, 'f'],
  [0, 'main'],
];
function symbol(address: bigint): string | undefined {
  const offset = Number(address) - RAM;
  const found = NAMES.find(([from]) => offset >= from);
  return found && `${found[1]}+0x${(offset - found[0]).toString(16)}`;
}

function run(mode: EngineMode, profiled: boolean) {
  const made = guest(words(...CODE), { mode });
  const profiler = profiled ? new Profiler(made, { every: 97, symbol, name: 'test' }) : undefined;
  made.machine.runSync({ instructions: 50_000 });
  profiler?.stop();
  made.machine.runSync({ instructions: 1000 });
  const state = [made.machine.executed, made.x(1), made.machine.within(0, cpu => cpu.pc), made.machine.time.now()];
  return { state, file: profiler?.speedscope() };
}

describe('Profiler', () => {
  it('has stacks by frame pointers, weighed by instructions, the same in every mode', () => {
    const { file } = run('interpreter', true);
    expect(file).toMatchObject({
      $schema: 'https://www.speedscope.app/file-format-schema.json',
      name: 'test',
      activeProfileIndex: 0,
      profiles: [{ type: 'sampled', unit: 'none', startValue: 0 }],
    });
    const { frames } = file!.shared;
    const [profile] = file!.profiles;
    expect(profile!.samples.length).toBe(profile!.weights.length);
    expect(profile!.weights.reduce((sum, weight) => sum + weight, 0)).toBe(profile!.endValue);
    expect(profile!.endValue).toBe(Math.floor(50_000 / 97) * 97);
    const share = new Map<string, number>();
    profile!.samples.forEach((stack, i) => {
      const text = stack.map(frame => frames[frame]!.name).join(' ');
      share.set(text, (share.get(text) ?? 0) + profile!.weights[i]! / profile!.endValue);
    });
    expect(share.get('EL1 main f')).toBeCloseTo(1 / 3, 1);
    expect(share.get('EL1 main f g')).toBeCloseTo(2 / 3, 1);
    expect(run('auto', true).file).toEqual(file);
    expect(run('compiled', true).file).toEqual(file);
  });

  it('does not change the run', () => {
    expect(run('interpreter', true).state).toEqual(run('interpreter', false).state);
    expect(() => new Profiler(guest(words(0x14000000)), { every: 0 })).toThrow(RangeError);
  });

  it('takes pointer authentication codes off return addresses', () => {
    expect(stripped(0x1234_ffff_8000_1000n & ~(1n << 55n))).toBe(0xffff_8000_1000n);
    expect(stripped(0x12b4_8000_0800_0010n)).toBe(0xffff_8000_0800_0010n);
  });
});
