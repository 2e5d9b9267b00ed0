/*
 * FSE decoding tables: symbol `s` owns `f = frequencies[s]` consecutive states. With `k` such that
 * states <= f << k < 2 * states, the first of them read `k` bits to find the next state, the others `k - 1`; `delta` is
 * added to what was read. States left over by frequencies that do not add up read nothing and lead to state 0.
 */

/** Literal states: bits to read in bits 0-7, symbol in 8-15, delta in 16-31. */
export function literalTable(table: Int32Array, frequencies: Uint16Array): void {
  const states = table.length;
  const top = Math.clz32(states);
  let state = 0;
  for (let symbol = 0; symbol < frequencies.length; symbol++) {
    const f = frequencies[symbol]!;
    if (f === 0) continue;
    const k = Math.clz32(f) - top;
    const split = ((2 * states) >> k) - f;
    const entry = symbol << 8;
    for (let j = 0; j < split && j < f; j++) table[state++] = k | entry | ((((f + j) << k) - states) << 16);
    for (let j = split; j < f; j++) table[state++] = (k - 1) | entry | (((j - split) << (k - 1)) << 16);
  }
  table.fill(0, state);
}

/**
 * Value states, two words each: word 0 has the bits to read (state and extra bits together) in bits 0-7, the extra
 * bits in 8-15, delta in 16-31; word 1 is the value that the extra bits are added to.
 */
export function valueTable(
  table: Int32Array,
  frequencies: Uint16Array,
  values: { readonly bits: Uint8Array; readonly base: Int32Array },
): void {
  const states = table.length / 2;
  const top = Math.clz32(states);
  let at = 0;
  for (let symbol = 0; symbol < frequencies.length; symbol++) {
    const f = frequencies[symbol]!;
    if (f === 0) continue;
    const k = Math.clz32(f) - top;
    const split = ((2 * states) >> k) - f;
    const extra = values.bits[symbol]!;
    const base = values.base[symbol]!;
    for (let j = 0; j < f; j++) {
      const [bits, delta] = j < split ? [k, ((f + j) << k) - states] : [k - 1, (j - split) << (k - 1)];
      table[at++] = (bits + extra) | (extra << 8) | (delta << 16);
      table[at++] = base;
    }
  }
  table.fill(0, at);
}

/** An FSE encoding table: for each symbol, first state with the longer shift, that shift, and the two deltas. */
export function encoderTable(table: Int32Array, frequencies: Uint16Array, states: number): void {
  let offset = 0;
  for (let symbol = 0; symbol < frequencies.length; symbol++) {
    const f = frequencies[symbol]!;
    if (f === 0) continue;
    const k = Math.clz32(f) - Math.clz32(states);
    table[4 * symbol] = (f << k) - states;
    table[4 * symbol + 1] = k;
    table[4 * symbol + 2] = offset - f + (states >> k);
    table[4 * symbol + 3] = offset - f + (k === 0 ? 2 * states : states >> (k - 1));
    offset += f;
  }
}

/** Scales occurrence counts to frequencies that add up to `states`; every symbol that occurs keeps at least one. */
export function normalize(counts: Uint32Array, states: number, frequencies: Uint16Array): void {
  let total = 0;
  for (const count of counts) total += count;
  const step = total === 0 ? 0 : Math.floor(0x80000000 / total);
  const shift = Math.clz32(states) - 1;
  let left = states;
  let most = 0;
  let mostSymbol = 0;
  for (let symbol = 0; symbol < counts.length; symbol++) {
    const count = counts[symbol]!;
    let f = ((Math.imul(count, step) >>> shift) + 1) >>> 1;
    if (f === 0 && count !== 0) f = 1;
    frequencies[symbol] = f;
    left -= f;
    if (f > most) {
      most = f;
      mostSymbol = symbol;
    }
  }
  if (-left < most >> 2) frequencies[mostSymbol]! += left;
  else takeBack(frequencies, -left);
}

/** Takes `excess` states back from symbols in proportion to what they have, leaving each at least one. */
function takeBack(frequencies: Uint16Array, excess: number): void {
  for (let shift = 3; excess > 0 && shift >= 0; shift--)
    for (let symbol = 0; symbol < frequencies.length && excess > 0; symbol++) {
      const f = frequencies[symbol]!;
      if (f <= 1) continue;
      const taken = Math.min((f - 1) >> shift, excess);
      frequencies[symbol] = f - taken;
      excess -= taken;
    }
}
