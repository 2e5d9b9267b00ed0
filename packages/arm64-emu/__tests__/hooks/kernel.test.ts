import { describe, expect, it } from 'vitest';
import type { EngineMode } from '../../src/engine/engine.js';
import { Hooks } from '../../src/hooks/hooks.js';
import { EVERYWHERE } from '../../src/hooks/range.js';
import { bootMachine, hasDebian, runFor } from '../snapshot/debian.js';

/** The kernel is past clearing its memory by then. */
const BEFORE = 25_000_000;
const HOOKED = 300_000;
const AFTER = 100_000;
const KINDS = ['code', 'block', 'access', 'systemRegister', 'tlbFill', 'all'] as const;

describe.skipIf(!hasDebian() && process.env.CI === undefined)(
  'Debian’s kernel with hooks',
  { timeout: 300_000 },
  () => {
    const counts = new Map<string, number>();

    /** Runs part of the boot; hooks come and go in the middle of it. */
    async function outcome(mode: EngineMode, kind?: (typeof KINDS)[number]) {
      const virt = bootMachine({ mode });
      virt.machine.runSync({ instructions: BEFORE });
      let count = 0;
      const called = (): undefined => {
        count++;
      };
      const hooks = Hooks.of(virt);
      const wanted = (name: (typeof KINDS)[number]): boolean => kind === name || kind === 'all';
      const { pc } = virt.machine.current;
      const page = pc & ~0xfffn;
      const stack = virt.machine.current.x(31) & ~0xfffn;
      const removes = [
        ...(wanted('code') ? [hooks.code({ from: page - 0x10000n, to: page + 0x10000n }, called)] : []),
        ...(wanted('block') ? [hooks.block(EVERYWHERE, called)] : []),
        ...(wanted('access') ? [hooks.access({ from: stack - 0x4000n, to: stack + 0x1000n }, called)] : []),
        ...(wanted('systemRegister') ? [hooks.systemRegister('*', called)] : []),
        ...(wanted('tlbFill') ? [hooks.tlbFill(called)] : []),
      ];
      virt.machine.runSync({ instructions: HOOKED });
      for (const remove of removes) remove();
      const outcome = await runFor(virt, AFTER);
      expect(count > 0).toBe(kind !== undefined);
      // How often a hook is called does not depend on the mode.
      const before = counts.get(kind ?? '') ?? count;
      counts.set(kind ?? '', count);
      expect(`${kind} ${count}`).toBe(`${kind} ${before}`);
      return outcome;
    }

    it.each<[EngineMode, readonly (typeof KINDS)[number][]]>([
      ['interpreter', KINDS],
      ['auto', KINDS],
      ['compiled', ['all']],
    ])('is what it is without, %s', async (mode, kinds) => {
      const plain = await outcome(mode);
      for (const kind of kinds) expect([kind, await outcome(mode, kind)]).toEqual([kind, plain]);
    });
  },
);
