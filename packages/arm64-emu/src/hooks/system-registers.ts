import type { Cpu } from '../cpu/cpu.js';
import { formatSysKey, parseSysKey } from '../cpu/sysreg-key.js';
import type { SystemRegisterHook } from './types.js';

/** MRS, MSR (register), SYS and SYSL: op0 is not 0, Rt in bits 4:0, L in bit 21. */
export const isSystemAccess = (word: number): boolean =>
  (word & 0xffc0_0000) >>> 0 === 0xd500_0000 && ((word >>> 19) & 3) !== 0;
export const systemKey = (word: number): number => (word >>> 5) & 0xffff;
const isRead = (word: number): boolean => (word & 0x20_0000) !== 0;
const XZR = 31;

/** Tells instructions that access a register, by its name or `S<op0>_<op1>_C<n>_C<m>_<op2>`; undefined: there is none. */
export function accessesRegister(cpu: Cpu, name: string): ((word: number) => boolean) | undefined {
  if (name === '*') return isSystemAccess;
  const wanted = name.toUpperCase();
  let key: number | undefined;
  for (const reg of cpu.registers) if (reg.name.toUpperCase() === wanted) key = reg.key;
  if (key === undefined && /^S[0-3]_/.test(wanted)) key = parseSysKey(wanted);
  return key === undefined ? undefined : word => isSystemAccess(word) && systemKey(word) === key;
}

/** Calls a hook for the access that an instruction makes, and does what it wants. */
export function accessRegister(cpu: Cpu, word: number, hook: SystemRegisterHook): 'skip' | undefined {
  const key = systemKey(word);
  const rt = word & 31;
  const write = !isRead(word);
  const value = write ? (rt === XZR ? 0n : cpu.x(rt)) : undefined;
  const answer = hook(cpu, { name: cpu.sysName(key) ?? formatSysKey(key), write, value });
  if (answer === 'skip') return 'skip';
  if (typeof answer !== 'bigint') return undefined;
  const supplied = BigInt.asUintN(64, answer);
  if (write) cpu.sysWrite(key, supplied);
  else if (rt !== XZR) cpu.setX(rt, supplied);
  return 'skip';
}
