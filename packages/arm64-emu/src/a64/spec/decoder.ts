/** The decoder: from words to definitions, operands and shapes. */
import type { Feature } from '../../cpu/features.js';
import { type DecodeEnv, definitions, type Insn, type Numbers } from './insn.js';
import type { Operand } from './operands.js';
import { extractFields } from './pattern.js';

/** A decoded instruction. */
export interface Decoded {
  readonly word: number;
  readonly insn: Insn;
  readonly fields: Numbers;
  readonly shape: Numbers;
  /** The shape as one number. */
  readonly shapeKey: number;
  readonly operands: Record<string, Operand>;
}

/** An environment without system registers that are plain storage. */
export const PLAIN_ENV: DecodeEnv = { sysreg: () => ({ minEl: 0 }), sysregName: () => undefined };

const BUCKET_LSB = 21;
const BUCKETS = 256;

function bitCount(x: number): number {
  let n = 0;
  for (let rest = x >>> 0; rest !== 0; rest = (rest & (rest - 1)) >>> 0) n++;
  return n;
}

/** A definition as the decoder looks at it. */
interface Candidate {
  readonly insn: Insn;
  readonly mask: number;
  readonly bits: number;
  /** Names of the shape with their numbers of values. */
  readonly shape: readonly (readonly [name: string, count: number])[];
}

class DecodedInsn implements Decoded {
  constructor(
    readonly word: number,
    readonly fields: Numbers,
    readonly shapeKey: number,
    readonly operands: Record<string, Operand>,
    private readonly candidate: Candidate,
  ) {}
  get insn(): Insn {
    return this.candidate.insn;
  }
  /** Most records need only the key: the handler was made before. */
  get shape(): Numbers {
    const shape: Record<string, number> = {};
    let rest = this.shapeKey;
    for (const [name, count] of this.candidate.shape.toReversed()) {
      shape[name] = rest % count;
      rest = Math.floor(rest / count);
    }
    return shape;
  }
}

/** Decodes for one CPU model. */
export class Decoder {
  readonly env: DecodeEnv;
  private readonly buckets: readonly (readonly Candidate[])[];

  /** `features`: those of the CPU; undefined stands for all. */
  constructor(
    private readonly features: ReadonlySet<Feature> | undefined,
    env: DecodeEnv = PLAIN_ENV,
    instructions: readonly Insn[] = definitions(),
  ) {
    this.env = { ...env, has: f => features?.has(f) ?? false };
    const has = (f: Feature): boolean => features?.has(f) ?? true;
    const candidates = instructions
      .filter(i => i.features.every(has))
      .map(insn => ({ insn, mask: insn.pattern.mask, bits: insn.pattern.bits, shape: Object.entries(insn.shape) }))
      .sort((a, b) => bitCount(b.mask) - bitCount(a.mask));
    // Bits 28:21 choose a bucket; in it the definition with the most fixed bits comes first.
    this.buckets = Array.from({ length: BUCKETS }, (_, k) =>
      candidates.filter(c => ((c.bits ^ (k << BUCKET_LSB)) & c.mask & ((BUCKETS - 1) << BUCKET_LSB)) === 0),
    );
  }

  /** Decodes `word`; undefined when it is UNDEFINED on this CPU. */
  decode(word: number): Decoded | undefined {
    for (const candidate of this.buckets[(word >>> BUCKET_LSB) & (BUCKETS - 1)]!) {
      if (((word ^ candidate.bits) & candidate.mask) !== 0) continue;
      const { insn } = candidate;
      const fields = extractFields(insn.pattern, word);
      if (insn.where && !insn.where(fields)) continue;
      const needs = insn.needs?.(fields);
      if (needs !== undefined && this.features !== undefined && !this.features.has(needs)) continue;
      const picked = insn.pick?.(fields, this.env);
      let shapeKey = 0;
      for (const [name, count] of candidate.shape) {
        const value = picked?.[name] ?? fields[name];
        if (value === undefined || !(value >= 0 && value < count))
          throw new RangeError(`${insn.name}: ${name} = ${value} is outside the shape`);
        shapeKey = shapeKey * count + value;
      }
      return new DecodedInsn(word, fields, shapeKey, insn.operands(fields, this.env), candidate);
    }
    return undefined;
  }
}
