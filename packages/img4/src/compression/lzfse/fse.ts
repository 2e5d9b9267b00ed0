/**
 * Fills an FSE decoding table: symbol `s` owns `frequencies[s]` consecutive states, each of which reads `k` or `k - 1`
 * bits to find the next state. `put` gets the state, its symbol, the bits to read and what to add to them.
 * States left over by frequencies that do not add up read nothing and stay at state 0.
 */
function forEachState(
  frequencies: Uint16Array,
  states: number,
  put: (state: number, symbol: number, bits: number, delta: number) => void,
): void {
  let state = 0;
  for (let symbol = 0; symbol < frequencies.length; symbol++) {
    const f = frequencies[symbol]!;
    if (f === 0) continue;
    const k = Math.clz32(f) - Math.clz32(states);
    const split = ((2 * states) >> k) - f;
    for (let j = 0; j < f; j++)
      if (j < split) put(state++, symbol, k, ((f + j) << k) - states);
      else put(state++, symbol, k - 1, (j - split) << (k - 1));
  }
  while (state < states) put(state++, 0, 0, 0);
}

/** Literal states: bits to read in bits 0-7, symbol in 8-15, delta in 16-31. */
export function literalTable(table: Int32Array, frequencies: Uint16Array): void {
  forEachState(frequencies, table.length, (state, symbol, bits, delta) => {
    table[state] = bits | (symbol << 8) | (delta << 16);
  });
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
  forEachState(frequencies, table.length / 2, (state, symbol, bits, delta) => {
    const extra = values.bits[symbol]!;
    table[2 * state] = (bits + extra) | (extra << 8) | (delta << 16);
    table[2 * state + 1] = values.base[symbol]!;
  });
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
