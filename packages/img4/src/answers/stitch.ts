import type { Im4m } from '../containers/im4m.js';
import type { Im4p } from '../containers/im4p.js';
import type { Im4r } from '../containers/im4r.js';
import { Img4 } from '../containers/img4.js';
import { Img4Error } from '../error.js';
import { imageInTicket } from './digest.js';
import { checkNonce } from './nonce.js';

/** What to stitch. */
export interface StitchParts {
  readonly payload: Im4p;
  readonly manifest: Im4m;
  readonly restoreInfo?: Im4r;
  /** Stitch even when the payload or the generator is not the ticket's. */
  readonly force?: boolean;
}

/**
 * Stitches an IMG4 from a payload, a ticket and restore info. A payload that the ticket lists under its restore
 * counterpart (such as `dtre` for `rdtr`) gets that type.
 *
 * @throws Img4Error `mismatch` when the payload is not in the ticket, or the generator is not the ticket's; not
 *   with `force`
 * @example
 * ```ts
 * import { Im4m, Im4p, Im4r, stitch } from 'img4';
 *
 * async function personalise(image: Uint8Array, ticket: Uint8Array): Promise<Uint8Array> {
 *   const parts = { payload: Im4p.parse(image), manifest: Im4m.parse(ticket) };
 *   return (await stitch({ ...parts, restoreInfo: Im4r.fromGenerator(0x1111111111111111n) })).toBytes();
 * }
 * ```
 */
export async function stitch(parts: StitchParts): Promise<Img4> {
  const { manifest, restoreInfo } = parts;
  let { payload } = parts;
  const answer = await imageInTicket(payload, manifest);
  if (answer.matches && answer.retyped) payload = payload.with({ type: answer.type! });
  if (!parts.force) {
    if (!answer.matches) throw new Img4Error('mismatch', answer.reason!, { path: 'IMG4.IM4P' });
    const generator = restoreInfo?.generator;
    if (generator !== undefined && (await checkNonce(manifest, generator)) === 'mismatch')
      throw new Img4Error('mismatch', "the generator does not give the ticket's nonce", { path: 'IMG4.IM4R.BNCN' });
  }
  return Img4.create({ payload, manifest, ...(restoreInfo ? { restoreInfo } : {}) });
}
