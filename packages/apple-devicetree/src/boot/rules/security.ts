import { nvramPartitions, nvramVariables } from '../nvram.js';
import { needs, type XnuRule } from './rule.js';

const AMCC = '/chosen/lock-regs/amcc';
const AMCC_NUMBERS = [
  'aperture-count',
  'aperture-size',
  'plane-count',
  'cache-status-reg-offset',
  'cache-status-reg-mask',
  'cache-status-reg-value',
];
const CTRR_NUMBERS = [
  'page-size-shift',
  ...['lower-limit', 'upper-limit'].flatMap(name => [`${name}-reg-offset`, `${name}-reg-mask`]),
  ...['offset', 'mask', 'value'].map(name => `lock-reg-${name}`),
];

/** Integrity protection, the read-only region, NVRAM and what the Image4 kext reads. */
export const securityRules: readonly XnuRule[] = [
  {
    id: 'asmb',
    severity: 'panic',
    certainty: 'read',
    reason: 'csr_bootstrap uses the entry of /chosen/asmb even when it is not there, and panics on a wrong size',
    *check(tree) {
      const asmb = tree.find('/chosen/asmb');
      if (asmb === undefined) {
        yield { path: '/chosen/asmb', message: 'is missing' };
        return;
      }
      yield* needs(asmb, '/chosen/asmb', 'lp-sip0', 8);
      for (const name of ['lp-sip1', 'lp-sip2'])
        if (asmb.property(name) !== undefined) yield* needs(asmb, '/chosen/asmb', name, 4);
    },
  },
  {
    id: 'amcc',
    severity: 'panic',
    certainty: 'read',
    reason: 'the registers of the read-only region are found through these; lp-sip2 = 1 skips them',
    *check(tree) {
      if (tree.find('/chosen/asmb')?.u32('lp-sip2') === 1) return;
      const amcc = tree.find(AMCC);
      for (const name of AMCC_NUMBERS) yield* needs(amcc, AMCC, name, 4);
      yield* needs(amcc, AMCC, 'aperture-phys-addr');
      if ((amcc?.u32('plane-count') ?? 0) > 1) yield* needs(amcc, AMCC, 'plane-stride', 4);
      const count = amcc?.u32('aperture-count');
      const addresses = amcc?.property('aperture-phys-addr');
      if (count !== undefined && addresses !== undefined && addresses.length < count * 8)
        yield { path: addresses.path, message: `has ${addresses.length} bytes for ${count} apertures` };
      const child = `${AMCC}/amcc-ctrr-a`;
      for (const name of CTRR_NUMBERS) yield* needs(tree.find(child), child, name, 4);
    },
  },
  {
    id: 'nvram',
    severity: 'panic',
    certainty: 'inferred',
    reason: 'IODTNVRAM needs a common partition; AppleImage4 dereferences null without nonce-seeds',
    *check(tree) {
      const chosen = tree.find('/chosen');
      yield* needs(chosen, '/chosen', 'nvram-total-size', 4);
      const image = chosen?.property('nvram-proxy-data');
      if (image === undefined) {
        yield { path: '/chosen.nvram-proxy-data', message: 'is missing' };
        return;
      }
      const size = chosen?.u32('nvram-total-size');
      if (size !== image.length)
        yield { path: '/chosen.nvram-total-size', message: `is ${size}, the image has ${image.length} bytes` };
      const common = nvramPartitions(image.value).find(({ name }) => name === 'common');
      if (common === undefined) yield { path: image.path, message: 'has no common partition' };
      else if (!nvramVariables(image.value, common).has('nonce-seeds'))
        yield { path: image.path, message: 'has no nonce-seeds' };
    },
  },
  {
    id: 'security',
    severity: 'warning',
    certainty: 'unknown',
    reason: 'read by the Image4 and platform kexts',
    *check(tree) {
      for (const name of ['security-domain', 'chip-epoch']) yield* needs(tree.find('/chosen'), '/chosen', name, 4);
    },
  },
  {
    id: 'debug-enabled',
    severity: 'warning',
    certainty: 'read',
    reason: 'PE_i_can_has_debugger: boot arguments that relax code signing are ignored unless this is 1',
    *check(tree) {
      if (tree.find('/chosen')?.u32('debug-enabled') !== 1)
        yield { path: '/chosen.debug-enabled', message: 'is not 1' };
    },
  },
];
