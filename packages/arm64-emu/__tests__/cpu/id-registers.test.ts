import { expect, it } from 'vitest';
import { idDifferences } from '../../scripts/id-registers.js';

it('where an ID register differs from QEMU, there is a reason', () => {
  const differences = idDifferences();
  expect(differences.filter(d => d.reason === undefined)).toEqual([]);
  // What the reasons are about has not gone away.
  expect(differences.map(d => `${d.model} ${d.register}.${d.field}`)).toContain('max ID_AA64PFR0.EL0');
});
