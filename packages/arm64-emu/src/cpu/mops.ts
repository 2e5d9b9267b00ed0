/** Memory copy and memory set instructions (FEAT_MOPS), as exceptions report them. */

const OPTION_A = 1 << 16;
const FROM_EPILOGUE = 1 << 18;
const OPTIONS_LSB = 19;
const IS_SET = 1 << 24;
const SET = 3;
const EPILOGUE = 2;

/**
 * ISS of a Memory Copy and Memory Set exception (Arm ARM, ESR_EL1, EC 0x27): `word` is the instruction, `iss` the bits
 * that say what was wrong.
 */
export function mopsSyndrome(word: number, iss: number): number {
  const field = (lsb: number, width: number): number => (word >>> lsb) & (2 ** width - 1);
  const isSet = field(22, 2) === SET;
  const isEpilogue = (isSet ? field(14, 2) : field(22, 2)) === EPILOGUE;
  const registers = (field(0, 5) << 10) | (field(16, 5) << 5) | field(5, 5);
  const options = field(12, isSet ? 2 : 4) << OPTIONS_LSB;
  return (isSet ? IS_SET : 0) | options | (isEpilogue ? FROM_EPILOGUE : 0) | OPTION_A | registers | iss;
}
