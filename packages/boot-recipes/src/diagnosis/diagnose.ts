import type { BootReason } from '../session.js';
import { reached } from './milestones.js';
import { execFailure, FAILURES, type FailureRule } from './rules.js';
import type { UndefinedInstruction } from './undefined.js';

/** What is known of a boot that ended. */
export interface BootEvidence {
  /** What the guest printed. */
  readonly output: string;
  readonly reason: BootReason;
  /** What the machine reported as not modelled. */
  readonly log?: readonly string[];
  /** Program counter at the end. */
  readonly pc?: bigint;
  /** Addresses that ran in the last moments, when they are few enough for a loop. */
  readonly loop?: readonly bigint[];
  /** Instructions of the kernel that its CPU does not have. */
  readonly undefined?: readonly UndefinedInstruction[];
  /** Name of the place of an address. */
  readonly symbol?: ((address: bigint) => string | undefined) | undefined;
}

/** One explanation. */
export interface Diagnosis {
  /** For programs: `panic`, `no-root`, `exec`, `spin`, `reset`, `feature`, `unimplemented`, … */
  readonly id: string;
  readonly topic: FailureRule['topic'] | 'emulator';
  /** The line or fact that it is concluded from. */
  readonly seen: string;
  /** Where in the kernel's start-up, or of the boot protocol. */
  readonly place: string;
  readonly cause: string;
  readonly try: string;
  /** Where, for panics and loops: addresses with symbols as far as there are any. */
  readonly backtrace: readonly string[];
}

const PANIC = /^.*\bpanic\(.*$/m;
const EXEC = /Process 1 exec of (\S+) failed, errno (\d+)/;
const FRAME = /\b(lr|LR|pc): *(0x[0-9a-f]{8,16})/g;
/** Where XNU stays without a framebuffer when the command line lacks `-noprogress`. */
const PROGRESS = /_PE_init_iokit(\+|$)/;
/** Reports of what is not modelled that are worth a line. */
const MOST_REPORTS = 5;

/** @param back how far before the address its name is looked up */
const at = (address: bigint, symbol: BootEvidence['symbol'], back = 0n): string => {
  const name = symbol?.(address - back);
  return `0x${address.toString(16)}${name === undefined ? '' : ` ${name}`}`;
};

/**
 * Explains how a boot failed, from what the guest printed and how it ended; the most certain first, empty when nothing
 * is recognised or nothing failed.
 *
 * @example
 * ```ts
 * import { diagnose } from 'boot-recipes';
 *
 * const [first] = diagnose({ output: 'Process 1 exec of /sbin/launchd failed, errno 2\n', reason: 'timeout' });
 * if (first?.id !== 'exec' || !first.cause.includes('no such file')) throw new Error('not recognised');
 * ```
 */
export function diagnose(evidence: BootEvidence): Diagnosis[] {
  const { output, reason, symbol, log = [], loop = [] } = evidence;
  const found: Diagnosis[] = [];
  const panic = PANIC.exec(output);
  for (const rule of FAILURES) {
    const line = matchingLine(output, rule.pattern);
    if (line === undefined) continue;
    const { id, topic, cause, place } = rule;
    found.push({
      id,
      topic,
      seen: line,
      place,
      cause,
      try: rule.try,
      backtrace: panic ? frames(output, panic.index, symbol) : [],
    });
  }
  const exec = EXEC.exec(output);
  if (exec !== null) {
    const [name, cause, remedy] = execFailure(exec[2]!);
    found.push({
      id: 'exec',
      topic: 'first program',
      seen: `${exec[0]} (${name})`,
      place: 'load_init_program: exec of the first program',
      cause,
      try: remedy,
      backtrace: panic ? frames(output, panic.index, symbol) : [],
    });
  }
  if (panic !== null && found.length === 0)
    found.push({
      id: 'panic',
      topic: 'kernel',
      seen: panic[0].trim(),
      place: reached(output),
      cause: 'the kernel gave up; its message says why',
      try: 'follow the backtrace; keepsyms=1 on the command line makes the kernel print names itself',
      backtrace: frames(output, panic.index, symbol),
    });
  if (reason === 'until' || reason === 'power-off') return found;
  const { undefined: lacking = [] } = evidence;
  const lacked = lacking.find(({ missing }) => missing.length > 0);
  if (lacked !== undefined)
    found.unshift({
      id: 'feature',
      topic: 'emulator',
      seen: `undefined instruction: ${lacked.text}`,
      place: reached(output),
      cause: `${lacked.missing.map(name => `FEAT_${name}`).join(', ')} is not in the CPU model ${lacked.model}`,
      try: `a model that has it: --cpu ${lacked.models.join(', ')}`,
      backtrace: [at(lacked.pc, symbol)],
    });
  else if (lacking.length > 0 && found.length === 0)
    found.push({
      id: 'undefined',
      topic: 'emulator',
      seen: `undefined instruction: ${lacking[0]!.text}`,
      place: reached(output),
      cause: 'no CPU model has it, or it may not be executed at this exception level',
      try: '-d int,unimp shows what the guest makes of it; data that is executed has such words too',
      backtrace: lacking.map(({ pc }) => at(pc, symbol)),
    });
  if (reason === 'timeout' && loop.length > 0)
    found.push({
      id: 'spin',
      topic: 'interrupts',
      seen: `the CPU goes round ${loop.length} instructions and takes no interrupt`,
      place: reached(output),
      cause: 'it waits for a register or an interrupt that never changes',
      try: 'see what it reads there: --trace shows instructions, and reports of unmapped addresses name devices',
      backtrace: [at(loop[0]!, symbol)],
    });
  const { pc } = evidence;
  if (reason === 'timeout' && pc !== undefined && PROGRESS.test(symbol?.(pc) ?? ''))
    found.push({
      id: 'progress',
      topic: 'console',
      seen: 'it goes round in PE_init_iokit',
      place: 'PE_init_iokit: where the graphic of the start’s progress goes',
      cause: 'there is no framebuffer, and no height that the graphic fits into',
      try: '-noprogress on the command line, or a framebuffer with --video 800x600',
      backtrace: [at(pc, symbol)],
    });
  if (reason === 'halted')
    found.push({
      id: 'halted',
      topic: 'interrupts',
      seen: 'every CPU waits for an interrupt, and no timer or device will raise one',
      place: reached(output),
      cause: 'the guest switched its timer off, or masked the interrupt that it waits for',
      try: 'if it waits for input, type at it or use --send',
      backtrace: evidence.pc === undefined ? [] : [at(evidence.pc, symbol)],
    });
  if (output.length === 0 && found.length === 0)
    found.push({
      id: 'silent',
      topic: 'console',
      seen: 'nothing was printed',
      place: 'start-up, before the console',
      cause: 'the kernel did not reach its console, or serial output is off',
      try: 'serial=3 on the command line; the tree’s uart0 must be where the machine has its UART: boot-recipes doctor',
      backtrace: evidence.pc === undefined ? [] : [at(evidence.pc, symbol)],
    });
  const reports = [...new Set(log.filter(line => /unmapped|unimplemented|unknown|no such register/i.test(line)))];
  if (reports.length > 0)
    found.push({
      id: 'unimplemented',
      topic: 'emulator',
      seen: reports.slice(0, MOST_REPORTS).join('; '),
      place: 'the machine',
      cause: `${reports.length} accesses to devices or registers that are not modelled`,
      try: 'keep the drivers away by removing compatible from their nodes with --dt-edit',
      backtrace: [],
    });
  if (reason === 'reset' && found.length === 0)
    found.push({
      id: 'reset',
      topic: 'kernel',
      seen:
        output.trim() === '' ? 'the guest asked for a reset' : `the guest asked for a reset after: ${lastLine(output)}`,
      place: reached(output),
      cause: 'it restarts by itself: reboot was asked for, or it panicked without saying so',
      try: '-d int shows the exceptions before it; --gdb PORT --wait lets you go there step by step',
      backtrace: evidence.pc === undefined ? [] : [at(evidence.pc, symbol)],
    });
  if (reason === 'timeout' && output.length > 0 && found.length === 0)
    found.push({
      id: 'timeout',
      topic: 'kernel',
      seen: `the timeout passed after: ${lastLine(output)}`,
      place: reached(output),
      cause: 'it was still at work, or waits for something, with its timer running',
      try: 'give it more with --timeout; if it waits for input, type at it or use --send; --monitor shows where it is',
      backtrace: evidence.pc === undefined ? [] : [at(evidence.pc, symbol)],
    });
  return found;
}

const lastLine = (output: string): string => `"${(output.trimEnd().split('\n').at(-1) ?? '').trim().slice(0, 200)}"`;

function matchingLine(output: string, pattern: RegExp): string | undefined {
  const match = pattern.exec(output);
  if (match === null) return undefined;
  const start = output.lastIndexOf('\n', match.index) + 1;
  const end = output.indexOf('\n', match.index);
  return output.slice(start, end < 0 ? undefined : end).trim();
}

/**
 * The return addresses that a panic prints behind its message, each named by its call: behind a call that does not
 * return the next function may begin.
 */
function frames(output: string, from: number, symbol: BootEvidence['symbol']): string[] {
  return [...output.slice(from).matchAll(FRAME)]
    .slice(0, 32)
    .map(([, register, address]) => at(BigInt(address!), symbol, register === 'pc' ? 0n : 4n));
}

/** Explanations as lines for people. */
export const diagnosisText = (found: readonly Diagnosis[]): string =>
  found
    .map(({ topic, seen, place, cause, try: remedy, backtrace }) =>
      [
        `${topic}: ${seen}`,
        `  where: ${place}`,
        `  cause: ${cause}`,
        `  try: ${remedy}`,
        ...backtrace.map(line => `  at ${line}`),
      ].join('\n'),
    )
    .join('\n');
