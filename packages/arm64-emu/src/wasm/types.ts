/** Value types of WebAssembly that the emulator uses. */
export const VALUE_TYPE = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;
/** Name of a value type. */
export type Ty = keyof typeof VALUE_TYPE;
