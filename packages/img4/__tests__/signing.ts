import { concatBytes } from '../src/bytes.js';
import { encodeProperties, encodeProperty, type Property } from '../src/containers/property.js';
import { DerElement, der, Tag, UNIVERSAL } from '../src/der/index.js';
import { encode } from '../src/der/writer.js';
import type { TrustRoot } from '../src/index.js';
import { readCertificate } from '../src/index.js';

/** Makes chains and manifests of our own, for what no genuine file shows. */
export type KeyKind = 'RSA' | 'P-256' | 'P-384';

const HASH = { RSA: 'SHA-384', 'P-256': 'SHA-256', 'P-384': 'SHA-384' } as const;
const OIDS = {
  RSA: '06092a864886f70d01010c',
  'P-256': '06082a8648ce3d040302',
  'P-384': '06082a8648ce3d040303',
} as const;

const hex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], pair => Number.parseInt(pair, 16));
const bitString = (bytes: Uint8Array) =>
  encode(UNIVERSAL, false, Tag.BIT_STRING, concatBytes([new Uint8Array(1), bytes]));
const algorithm = (kind: KeyKind) => der.sequence(hex(OIDS[kind]), ...(kind === 'RSA' ? [der.nullElement()] : []));

export interface Signer {
  readonly kind: KeyKind;
  readonly keys: CryptoKeyPair;
  readonly name: Uint8Array;
  readonly spki: Uint8Array;
}

export async function signer(kind: KeyKind, commonName: string): Promise<Signer> {
  const keys = (await crypto.subtle.generateKey(
    kind === 'RSA'
      ? { name: 'RSASSA-PKCS1-v1_5', hash: HASH.RSA, modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) }
      : { name: 'ECDSA', namedCurve: kind },
    true,
    ['sign', 'verify'],
  )) as CryptoKeyPair;
  const name = der.sequence(
    encode(
      UNIVERSAL,
      true,
      Tag.SET,
      der.sequence(hex('0603550403'), encode(UNIVERSAL, false, Tag.UTF8_STRING, new TextEncoder().encode(commonName))),
    ),
  );
  return { kind, keys, name, spki: new Uint8Array(await crypto.subtle.exportKey('spki', keys.publicKey)) };
}

export async function sign(by: Signer, data: Uint8Array): Promise<Uint8Array> {
  const scheme = by.kind === 'RSA' ? 'RSASSA-PKCS1-v1_5' : 'ECDSA';
  const raw = new Uint8Array(
    await crypto.subtle.sign({ name: scheme, hash: HASH[by.kind] }, by.keys.privateKey, new Uint8Array(data)),
  );
  if (by.kind === 'RSA') return raw;
  const half = (part: Uint8Array) => der.integer(part.reduce((value, byte) => value * 256n + BigInt(byte), 0n));
  return der.sequence(half(raw.subarray(0, raw.length / 2)), half(raw.subarray(raw.length / 2)));
}

/** A certificate for `subject`, signed by `issuer`; `constraints` are its sections MANP and OBJP. */
export async function certify(
  subject: Signer,
  issuer: Signer,
  options: { readonly constraints?: readonly Property[]; readonly authority?: boolean } = {},
): Promise<Uint8Array> {
  const extension = (oid: string, value: Uint8Array) => der.sequence(hex(oid), der.boolean(true), der.octets(value));
  const date = (text: string) => encode(UNIVERSAL, false, Tag.UTC_TIME, new TextEncoder().encode(text));
  const tbs = der.sequence(
    der.context(0, der.integer(2)),
    der.integer(1),
    algorithm(issuer.kind),
    issuer.name,
    der.sequence(date('170101000000Z'), date('170102000000Z')),
    subject.name,
    subject.spki,
    der.context(
      3,
      der.sequence(
        ...(options.authority ? [extension('0603551d13', der.sequence(der.boolean(true)))] : []),
        ...(options.constraints ? [extension('060a2a864886f7636406010f', encodeProperties(options.constraints))] : []),
      ),
    ),
  );
  return der.sequence(tbs, algorithm(issuer.kind), bitString(await sign(issuer, tbs)));
}

export async function trustRoot(of: Signer): Promise<TrustRoot> {
  const certificate = readCertificate(await certify(of, of, { authority: true }));
  return {
    name: certificate.subject,
    subjectDer: certificate.subjectDer,
    key: certificate.key,
    fingerprint: '',
    source: 'test',
  };
}

/** A manifest with these properties and objects, signed by `by`. */
export async function makeManifest(
  by: Signer,
  certificates: readonly Uint8Array[],
  properties: readonly Property[],
  objects: Readonly<Record<string, readonly Property[]>>,
): Promise<Uint8Array> {
  const section = (name: string, value: readonly Property[]): Property => ({ name, value: { type: 'set', value } });
  const body = section('MANB', [
    section('MANP', properties),
    ...Object.entries(objects).map(([name, value]) => section(name, value)),
  ]);
  const signed = der.set(encodeProperty(body));
  DerElement.at(signed);
  return der.sequence(
    der.ia5('IM4M'),
    der.integer(0),
    signed,
    der.octets(await sign(by, signed)),
    der.sequence(...certificates),
  );
}
