/** Chips by CHIP value: name, and whether its boot nonce hash is the plain hash of the generator. */
const CHIPS: Readonly<Record<number, readonly [name: string, plainNonce: boolean]>> = {
  35168: ['A7', true],
  28672: ['A8', true],
  28673: ['A8X', true],
  32768: ['A9 (Samsung)', true],
  32771: ['A9 (TSMC)', true],
  32769: ['A9X', true],
  32784: ['A10', true],
  32785: ['A10X', true],
  32786: ['T2', true],
  32789: ['A11', true],
  28674: ['S1', true],
  32770: ['S1P, S2, T1', true],
  32772: ['S3', true],
  32774: ['S4, S5', false],
  32800: ['A12', false],
  32807: ['A12X, A12Z', false],
  32816: ['A13', false],
  33025: ['A14', false],
  33027: ['M1', false],
  33040: ['A15', false],
  33042: ['M2', false],
  33056: ['A16', false],
  33058: ['M3', false],
  33072: ['A17 Pro', false],
  33074: ['M4', false],
  33088: ['A18 Pro', false],
  33537: ['S6 to S8', false],
  24576: ['M1 Pro', false],
  24577: ['M1 Max', false],
  24578: ['M1 Ultra', false],
  24608: ['M2 Pro', false],
  24609: ['M2 Max', false],
  24610: ['M2 Ultra', false],
  24624: ['M3 Pro', false],
  24625: ['M3 Max', false],
  65024: ['Apple virtual machine', false],
};

/**
 * Marketing name of the chip with this CHIP value.
 *
 * @example
 * ```ts
 * import { chipName } from 'img4';
 *
 * if (chipName(0x8103) !== 'M1') throw new Error('not known');
 * ```
 */
export function chipName(chip: number): string | undefined {
  return CHIPS[chip]?.[0];
}

/**
 * Whether the chip's nonce is known to be the plain hash of the generator: up to A11, not entangled with its keys.
 *
 * @example
 * ```ts
 * import { hasPlainNonce } from 'img4';
 *
 * if (!hasPlainNonce(0x8015) || hasPlainNonce(0x8020)) throw new Error('A11 has, A12 has not');
 * ```
 */
export function hasPlainNonce(chip: number): boolean {
  return CHIPS[chip]?.[1] ?? false;
}
