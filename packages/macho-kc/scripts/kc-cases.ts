// npm run -s kc-cases [-- DIR]: builds the collections of a folder of cases and checks their facts.
import { fixturePath } from '@internal/binary/testing';
import { runCases } from './run-cases.js';

const results = runCases(process.argv[2] ?? fixturePath('macho-kc/kc-cases'));
for (const { name, failures } of results) for (const failure of failures) console.log(`${name}: ${failure}`);
const sum = (of: (r: (typeof results)[0]) => number) => results.reduce((n, r) => n + of(r), 0);
console.log(`${sum(r => r.hold)} facts hold, ${sum(r => r.failures.length)} fail`);
if (results.some(r => r.failures.length > 0)) process.exitCode = 1;
