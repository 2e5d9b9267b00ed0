import { D_VALUES, L_VALUES, M_VALUES } from './constants.js';

/** History that matches may reach: the largest distance is 262,139. */
export const HISTORY = 1 << 18;
/** Bytes of the decoder's window: history, what is decoded between two moves of it, and room for wide copies. */
export const WINDOW_SIZE = 655360 + 4096;
/** Room that one L, M, D triple needs at most, and what wide copies may write after it. */
export const TRIPLE_ROOM = L_VALUES.max + M_VALUES.max + 32;
/** Most bytes of payload that a block can use: 10 bits a literal, 54 a triple, padding. */
export const MAX_PAYLOAD = 131072;

export const MAX_L = L_VALUES.max;
export const MAX_M = M_VALUES.max;
export const MAX_D = D_VALUES.max;
