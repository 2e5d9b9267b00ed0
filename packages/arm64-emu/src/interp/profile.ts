/**
 * Which handlers are made when an engine starts, hottest first. Found by counting the instructions of a Debian boot
 * and of compute kernels (`scripts/profile.ts`); it is only an order: other handlers are made when they are met.
 */

/** Handlers by an instruction that they execute. */
export interface HandlerProfile {
  /** Instruction word, and whether it stands for a direct branch to another page. */
  readonly handlers: readonly (readonly [word: number, far: boolean])[];
  /** How many of them, from the front, go into the switch. */
  readonly hot: number;
}

const HOT = 200;

/** Words in hexadecimal; `f` behind a word marks a branch to another page. */
const WORDS = '';

/** Parses the text form of a profile. */
export function parseProfile(text: string, hot: number): HandlerProfile {
  const words = text.split(/\s+/).filter(w => w !== '');
  return { handlers: words.map(w => [Number.parseInt(w.slice(0, 8), 16) | 0, w.length > 8]), hot };
}

/** The profile that engines use by default. */
export const DEFAULT_PROFILE: HandlerProfile = parseProfile(WORDS, HOT);
