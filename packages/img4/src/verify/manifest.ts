import { equalBytes } from '../bytes.js';
import { type Im4m, isIm4c } from '../containers/im4m.js';
import { isImg4Error } from '../error.js';
import { type ConstraintViolation, checkConstraints } from './constraints.js';
import { APPLE_ROOTS, type TrustRoot } from './roots.js';
import { verifySignature } from './signature.js';
import { type Certificate, type PublicKey, readCertificate } from './x509.js';

/** Why a manifest is not valid. */
export interface VerificationProblem {
  /**
   * `signature`: the manifest's own; `certificate`: one of the chain's signatures or forms; `root`: the chain ends at
   * none of the roots; `constraint`: the signer may not sign such a manifest; `format`: a version or parts that
   * are not known; `unsigned`: data that no signature covers.
   */
  readonly code: 'signature' | 'certificate' | 'root' | 'constraint' | 'format' | 'unsigned';
  readonly message: string;
  /** Offset of the part in the input, in bytes. */
  readonly offset?: number;
  readonly violation?: ConstraintViolation;
}

/** The result of {@link verifyManifest}. */
export interface ManifestVerification {
  /** No problem at all. */
  readonly valid: boolean;
  readonly problems: readonly VerificationProblem[];
  /** Common names from the signer's certificate up to the root's; as far as the chain was followed. */
  readonly chain: readonly string[];
  readonly root: TrustRoot | undefined;
  /** How the manifest is signed, such as `RSA SHA-384`. */
  readonly algorithm: string | undefined;
}

/** How to verify. */
export interface VerifyOptions {
  /** Roots to trust; Apple's by default. */
  readonly roots?: readonly TrustRoot[];
}

/** Chains are two certificates long at most on genuine manifests. */
const MAX_CHAIN = 8;

class Verification {
  readonly problems: VerificationProblem[] = [];
  readonly chain: string[] = [];
  root: TrustRoot | undefined;
  algorithm: string | undefined;

  constructor(
    private readonly manifest: Im4m,
    private readonly roots: readonly TrustRoot[],
  ) {}

  problem(code: VerificationProblem['code'], message: string, offset?: number): void {
    this.problems.push({ code, message, ...(offset === undefined ? {} : { offset }) });
  }

  private readCertificates(): { certificate: Certificate; offset: number }[] {
    const { certificates, certificateOffsets } = this.manifest;
    return certificates.flatMap((bytes, i) => {
      const offset = certificateOffsets[i]!;
      try {
        if (isIm4c(bytes)) {
          this.problem('format', 'the chain is an IM4C, whose signatures are not supported', offset);
          return [];
        }
        return [{ certificate: readCertificate(bytes, 0, `IM4M.certificates[${i}]`), offset }];
      } catch (error) {
        if (!isImg4Error(error)) throw error;
        this.problem('certificate', error.message, offset + (error.offset ?? 0));
        return [];
      }
    });
  }

  /** Follows issuers from the signer's certificate to a root. */
  private async follow(signer: Certificate, all: { certificate: Certificate; offset: number }[]): Promise<void> {
    let current = signer;
    for (let step = 0; step < MAX_CHAIN; step++) {
      this.chain.push(current.subject);
      const root = this.roots.find(candidate => equalBytes(candidate.subjectDer, current.issuerDer));
      const issuer = all.find(
        ({ certificate }) => certificate !== current && equalBytes(certificate.subjectDer, current.issuerDer),
      );
      const offset = all.find(({ certificate }) => certificate === current)?.offset;
      if (!root && !issuer) {
        this.problem('root', `"${current.subject}" is issued by "${current.issuer}", which is no trusted root`, offset);
        return;
      }
      if (!root && !issuer!.certificate.authority)
        this.problem('certificate', `"${current.issuer}" is no certification authority`, issuer!.offset);
      const key: PublicKey = root ? root.key : issuer!.certificate.key;
      if (!(await signedBy(key, current)))
        this.problem('certificate', `"${current.subject}" is not signed by "${current.issuer}"`, offset);
      if (root) {
        this.root = root;
        this.chain.push(root.name);
        return;
      }
      current = issuer!.certificate;
    }
    this.problem('root', `the chain is longer than ${MAX_CHAIN} certificates`);
  }

  async run(): Promise<void> {
    const { manifest } = this;
    if (manifest.version !== 0n) this.problem('format', `version ${manifest.version} is not known`, manifest.offset);
    if (manifest.unknown.length > 0)
      this.problem('unsigned', `${manifest.unknown.length} elements follow the certificates`, manifest.offset);
    const all = this.readCertificates();
    const signers = all.filter(
      ({ certificate }) =>
        !all.some(
          other => other.certificate !== certificate && equalBytes(other.certificate.issuerDer, certificate.subjectDer),
        ),
    );
    if (signers.length !== 1) {
      if (all.length > 0 || this.problems.length === 0)
        this.problem('certificate', `one signer was expected, the certificates have ${signers.length}`);
      return;
    }
    const signer = signers[0]!.certificate;
    this.algorithm = `${signer.key.kind === 'RSA' ? 'RSA' : `ECDSA ${signer.key.kind}`} ${signer.signatureHash}`;
    await this.follow(signer, all);
    if (this.chain.length - (this.root ? 1 : 0) < all.length)
      this.problem('certificate', 'there are certificates that the chain does not use');
    if (!(await verifySignature(signer.key, signer.signatureHash, manifest.signature, manifest.signedBytes)))
      this.problem('signature', `the manifest is not signed by "${signer.subject}"`, manifest.offset);
    if (!signer.constraints)
      this.problem('constraint', `"${signer.subject}" has no manifest constraints: it signs other things`);
    for (const violation of checkConstraints(manifest, signer.constraints ?? []))
      this.problems.push({
        code: 'constraint',
        message: `${violation.section}.${violation.property}: the signer requires ${violation.expected}, the manifest has ${violation.found ?? 'none'}`,
        violation,
      });
  }
}

const signedBy = (key: PublicKey, certificate: Certificate): Promise<boolean> =>
  (key.kind === 'RSA') === (certificate.signatureKey === 'RSA')
    ? verifySignature(key, certificate.signatureHash, certificate.signature, certificate.signedBytes)
    : Promise.resolve(false);

/**
 * Verifies a manifest end to end: its signature over the exact bytes, the chain to one of Apple's roots, and the
 * signer's constraints. Certificate dates are ignored on purpose: signing certificates of genuine manifests expire
 * within days, and devices do not check them. The hash of the manifest's signature is that of its certificate's.
 *
 * Proven on genuine manifests: RSA-2048 with SHA-1, RSA-4096 with SHA-384. ECDSA P-256 and P-384 are supported,
 * proven only on manifests made for the tests.
 *
 * @example
 * ```ts
 * import { Im4m, verifyManifest } from 'img4';
 *
 * async function isGenuine(ticket: Uint8Array): Promise<boolean> {
 *   const { valid, problems } = await verifyManifest(Im4m.parse(ticket));
 *   for (const problem of problems) console.error(problem.code, problem.message);
 *   return valid;
 * }
 * ```
 */
export async function verifyManifest(manifest: Im4m, options: VerifyOptions = {}): Promise<ManifestVerification> {
  const verification = new Verification(manifest, options.roots ?? APPLE_ROOTS);
  await verification.run();
  const { problems, chain, root, algorithm } = verification;
  return { valid: problems.length === 0, problems, chain, root, algorithm };
}
