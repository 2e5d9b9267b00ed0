import type { Im4m } from '../containers/im4m.js';
import { chipName } from './chips.js';

/** What a ticket is for. */
export interface TicketSummary {
  readonly chip: number | undefined;
  readonly chipName: string | undefined;
  readonly board: number | undefined;
  /** The one device it is for; undefined for a ticket that is not bound to one. */
  readonly ecid: bigint | undefined;
  readonly securityDomain: number | undefined;
  /** Boot nonce hash; undefined when the ticket has none, empty for a ticket without nonce. */
  readonly nonceHash: Uint8Array | undefined;
  readonly sepNonce: Uint8Array | undefined;
  readonly production: boolean | undefined;
  readonly components: readonly string[];
}

/**
 * Chip, board, ECID, security domain and nonce that a ticket is for.
 *
 * @example
 * ```ts
 * import { type Im4m, ticketSummary } from 'img4';
 *
 * const describe = (ticket: Im4m): string => {
 *   const { chipName, board, ecid } = ticketSummary(ticket);
 *   return `${chipName}, board ${board}, ECID ${ecid?.toString(16)}`;
 * };
 * ```
 */
export function ticketSummary(manifest: Im4m): TicketSummary {
  const number = (name: string): number | undefined => {
    const value = manifest.integer(name);
    return value === undefined ? undefined : Number(value);
  };
  const chip = number('CHIP');
  return {
    chip,
    chipName: chip === undefined ? undefined : chipName(chip),
    board: number('BORD'),
    ecid: manifest.integer('ECID'),
    securityDomain: number('SDOM'),
    nonceHash: manifest.octets('BNCH'),
    sepNonce: manifest.octets('snon'),
    production: manifest.boolean('CPRO') ?? manifest.boolean('mpro'),
    components: manifest.objects.map(object => object.type),
  };
}
