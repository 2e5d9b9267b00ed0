/**
 * Writes the type of the system registers' names from their table.
 *
 *   npx tsx packages/arm64-emu/scripts/register-names.ts
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EL12_ALIASES, SYSTEM_REGISTERS } from '../src/cpu/sysreg-slots.js';

/** The file that is made. */
export const NAMES_FILE = fileURLToPath(new URL('../src/cpu/register-names.generated.ts', import.meta.url));

/** Its text. */
export function namesText(): string {
  const names = [...SYSTEM_REGISTERS, ...EL12_ALIASES].map(({ name }) => name).filter(n => !n.includes('reserved'));
  const rows = [...new Set(names)].sort().map(name => `  | '${name}'`);
  return `// Made by scripts/register-names.ts from the table of system registers; not to be edited.

/** An architectural system register that one of the CPU models has, by its name in the Arm ARM. */
export type SystemRegisterName =
${rows.join('\n')};
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(NAMES_FILE, namesText());
