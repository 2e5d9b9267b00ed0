/** Typed values and the operation table. */
export { F32, F64, Float, f32, f64 } from './floats.js';
export { I32, I64, Int, i32, i64 } from './integers.js';
export { type Const, constant, Node } from './node.js';
export { findOperation, make, operations } from './table.js';
export {
  type FloatLane,
  fromF32,
  fromF64,
  type Lane,
  lowHalf,
  lowLane,
  splat,
  splatLow,
  V128,
  v128,
  vectorOf,
} from './vector.js';
