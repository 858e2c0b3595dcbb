/** A certificate authority for one cluster and what it signs. */
// The library below asks for it before it loads.
import "reflect-metadata";
import { generateKeyPairSync, webcrypto } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralNames,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

export type Pem = { readonly certificate: string; readonly key: string };

export type Subject = { readonly name: string; readonly groups?: readonly string[] };

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const day = 24 * 3_600_000;

export async function createAuthority(name: string): Promise<Pem> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
    ...validity(),
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.digitalSignature, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: `${certificate.toString("pem")}\n`, key: await exportKey(keys.privateKey) };
}

/** The API server's own, and kwok's, which stands in for the kubelets. */
export async function signServing(authority: Pem, names: JsonGeneralNames, lifetime?: number): Promise<Pem> {
  const alternatives = new SubjectAlternativeNameExtension(names);
  return sign(authority, "CN=kube-apiserver", ExtendedKeyUsage.serverAuth, [alternatives], lifetime);
}

/** Kubernetes reads the user's name from CN and the groups from O. */
export async function signClient(
  authority: Pem,
  { name, groups = [] }: Subject,
  lifetime?: number,
): Promise<Pem> {
  const organisations = groups.map((group) => ({ O: [group] }));
  return sign(authority, [{ CN: [name] }, ...organisations], ExtendedKeyUsage.clientAuth, [], lifetime);
}

/** ServiceAccount tokens are signed with this one. */
export function createTokenKeys(): { readonly privateKey: string; readonly publicKey: string } {
  return generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
}

type CertificateParams = Parameters<typeof X509CertificateGenerator.create>[0];

async function sign(
  authority: Pem,
  subject: NonNullable<CertificateParams["subject"]>,
  usage: ExtendedKeyUsage,
  extensions: NonNullable<CertificateParams["extensions"]>,
  lifetime?: number,
): Promise<Pem> {
  const issuer = new X509Certificate(authority.certificate);
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.create({
    subject,
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey: await importKey(authority.key),
    signingAlgorithm: algorithm,
    ...validity(lifetime),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([usage]),
      await AuthorityKeyIdentifierExtension.create(issuer),
      ...extensions,
    ],
  });
  return { certificate: `${certificate.toString("pem")}\n`, key: await exportKey(keys.privateKey) };
}

/** A negative lifetime gives a certificate that has already expired. */
function validity(lifetime: number = 365 * day): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - day), notAfter: new Date(now + lifetime) };
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = await webcrypto.subtle.exportKey("pkcs8", key);
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return ["-----BEGIN PRIVATE KEY-----", ...lines, "-----END PRIVATE KEY-----", ""].join("\n");
}

async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ""), "base64");
  return webcrypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
}
