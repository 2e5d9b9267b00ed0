/** Handlers that are not instructions; fresh record memory (zeros) says "decode me". */
export const Special = { decode: 0, pageEnd: 1, undefined: 2, count: 3 } as const;
