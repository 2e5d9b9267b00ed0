import type { RangeEntry, RegEntry } from './cells.js';
import type { FunctionCall } from './function.js';
import * as record from './records.js';
import { hex, list, one, string, strings, text } from './scalars.js';
import type { DecodedValue, ValueOf } from './value-type.js';

const u32 = one('u32');
const u64 = one('u64');
const u32s = list('u32');

/**
 * Properties that have the same type wherever they stand; the TypeScript types of {@link DeviceTreeNode.get} come from here.
 */
export const KNOWN = {
  name: [string],
  model: [string],
  compatible: [strings],
  device_type: [string],
  'AAPL,phandle': [u32],
  '#address-cells': [u32],
  '#size-cells': [u32],
  '#interrupt-cells': [u32],
  'interrupt-parent': [u32, u32s],
  interrupts: [u32s],
  'clock-ids': [u32s],
  'clock-gates': [u32s],
  'power-gates': [u32s],
  'pmap-io-ranges': [record.pmapIoRanges],

  // Root, filled in by the boot loader: text in fields of a fixed size.
  'platform-name': [text(32), string],
  'serial-number': [text(32), string],
  'mlb-serial-number': [text(32), string],
  'model-number': [text(32), string],
  'region-info': [text(32), string],
  'regulatory-model-number': [text(32), string],
  'config-number': [text(64), text(32), string],
  'clock-frequency': [u32],
  'target-type': [string],
  'secure-root-prefix': [string],

  // /chosen, as XNU and the kexts read it.
  'boot-args': [string, text(256), text(608), text(1024)],
  'firmware-version': [text(256), string],
  'random-seed': [hex],
  'nvram-proxy-data': [hex],
  'dram-base': [u64],
  'dram-size': [u64],
  'unique-chip-id': [u64],
  'die-id': [u64],
  'boot-nonce': [u64],
  'board-id': [u32],
  'chip-id': [u32],
  'chip-epoch': [u32],
  'security-domain': [u32],
  'debug-enabled': [u32],
  'nvram-total-size': [u32],
  'nvram-bank-size': [u32],
  'display-rotation': [u32],
  'display-scale': [u32],
  'embedded-panic-log-size': [u32],
  'lp-sip0': [u64],
  'lp-sip1': [u32],
  'lp-sip2': [u32],
  'aperture-phys-addr': [list('u64')],
} as const;

/** The TypeScript type of each known property's value. */
export type KnownProperties = {
  readonly [Name in keyof typeof KNOWN]: ValueOf<(typeof KNOWN)[Name][number]>;
} & {
  readonly reg: readonly RegEntry[];
  readonly ranges: true | readonly RangeEntry[];
};

/** The type of a property's value by its name; {@link DecodedValue} for names that are not known. */
export type PropertyValue<Name extends string> = Name extends keyof KnownProperties
  ? KnownProperties[Name]
  : Name extends `function-${string}`
    ? string | FunctionCall
    : DecodedValue;

export type { DecodedValue };
