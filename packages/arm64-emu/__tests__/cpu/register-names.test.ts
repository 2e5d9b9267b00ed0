import { readFileSync } from 'node:fs';
import { expect, expectTypeOf, it } from 'vitest';
import { NAMES_FILE, namesText } from '../../scripts/register-names.js';
import type { RegisterName } from '../../src/embed/registers.js';

it('the type of register names follows the table of system registers', () => {
  expect(readFileSync(NAMES_FILE, 'utf8'), 'run npx tsx packages/arm64-emu/scripts/register-names.ts').toBe(
    namesText(),
  );
  expectTypeOf<'SCTLR_EL1' | 'sctlr_el1' | 'CNTKCTL_EL12' | 'x30' | 'w0' | 'b31' | 'sp'>().toExtend<RegisterName>();
  for (const name of ['x31', 'v32', 'SCTLR_EL4', 'VALE1IS'] as const)
    expectTypeOf<typeof name>().not.toExtend<RegisterName>();
});
