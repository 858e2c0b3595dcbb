import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";

/** A client certificate and its key, PEM. */
export interface KeyPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export function isSame(one: KeyPair | undefined, other: KeyPair | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.cert.equals(other.cert) && one.key.equals(other.key);
}

/** What is wrong with a pair, in the words of Go's tls.X509KeyPair; undefined when nothing is. */
export function keyPairProblem({ cert, key }: KeyPair): string | undefined {
  const certificates = blocks(cert).filter(({ type }) => type === "CERTIFICATE");
  const [first] = certificates;
  if (first === undefined) {
    return blocks(cert).length === 0
      ? "tls: failed to find any PEM data in certificate input"
      : 'tls: failed to find "CERTIFICATE" PEM block in certificate input';
  }
  const keys = blocks(key).filter(({ type }) => type === "PRIVATE KEY" || type.endsWith(" PRIVATE KEY"));
  const [secret] = keys;
  if (secret === undefined) {
    return blocks(key).length === 0
      ? "tls: failed to find any PEM data in key input"
      : "tls: found a certificate rather than a key in the PEM for the private key";
  }
  let leaf: X509Certificate;
  try {
    leaf = new X509Certificate(first.text);
  } catch {
    return malformed;
  }
  let parsed: KeyObject;
  try {
    parsed = createPrivateKey(secret.text);
  } catch {
    return "tls: failed to parse private key";
  }
  return leaf.checkPrivateKey(parsed) ? undefined : "tls: private key does not match public key";
}

/** What is wrong with a certificate authority's PEM, in client-go's words (transport.rootCertPool). */
export function authorityProblem(pem: Buffer): string | undefined {
  const all = blocks(pem);
  const certificates = all.filter(({ type }) => type === "CERTIFICATE");
  if (certificates.some(({ text }) => isCertificate(text))) return undefined;
  const why =
    certificates.length > 0
      ? `failed to parse certificate: ${malformed}`
      : all.length === 0
        ? "unable to parse bytes as PEM block"
        : "no valid certificate authority data seen";
  return `unable to load root certificates: ${why}`;
}

const malformed = "x509: malformed certificate";

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text) instanceof X509Certificate;
  } catch {
    return false;
  }
}

function blocks(pem: Buffer): { readonly type: string; readonly text: string }[] {
  const found = pem.toString("latin1").matchAll(/-----BEGIN ([^-]+)-----[^-]*-----END \1-----/g);
  return [...found].map(([text, type = ""]) => ({ type, text }));
}
