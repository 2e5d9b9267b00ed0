// Writes __tests__/goldens.json from the genuine trees beside the checkout: facts, no bytes.
//   npx tsx packages/apple-devicetree/scripts/goldens.ts && npx biome check --write packages/apple-devicetree
import { writeFileSync } from 'node:fs';
import { factsOf } from '../__tests__/facts.js';
import { genuineTrees } from '../__tests__/trees.js';
import { openTree } from '../src/index.js';

const facts = Object.fromEntries(genuineTrees().map(({ name, bytes }) => [name, factsOf(openTree(bytes), bytes)]));
writeFileSync(new URL('../__tests__/goldens.json', import.meta.url), `${JSON.stringify(facts, undefined, 2)}\n`);
