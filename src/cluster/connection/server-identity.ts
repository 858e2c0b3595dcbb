import { isIPv4 } from "node:net";
import { checkServerIdentity, type PeerCertificate } from "node:tls";

/**
 * Whether a certificate is for the host that was asked, by Go's rules: addresses are looked for among
 * the certificate's addresses, names among its names, and the subject's common name counts for nothing.
 * Node's own check takes no IPv6 address for one (nodejs/node, lib/tls.js: domainToASCII("::1") is "").
 */
export function serverIdentityProblem(host: string, certificate: PeerCertificate): Error | undefined {
  const names = alternativeNames(certificate);
  if (isIPv4(host) || host.includes(":")) {
    const wanted = canonicalAddress(host);
    if (names.addresses.includes(wanted)) return undefined;
    return problem(
      names.addresses.length === 0
        ? `cannot validate certificate for ${wanted} because it doesn't contain any IP SANs`
        : `certificate is valid for ${names.addresses.join(", ")}, not ${wanted}`,
    );
  }
  if (names.hosts.length === 0) {
    // Node takes the common name for one where there is nothing else.
    const legacy = !certificate.subjectaltname && checkServerIdentity(host, certificate) === undefined;
    return problem(
      legacy
        ? "certificate relies on legacy Common Name field, use SANs instead"
        : `certificate is not valid for any names, but wanted to match ${host}`,
    );
  }
  if (checkServerIdentity(host, certificate) === undefined) return undefined;
  return problem(`certificate is valid for ${names.hosts.join(", ")}, not ${host}`);
}

function problem(words: string): Error {
  return Object.assign(new Error(words), { code: "WRONG_HOST" });
}

function alternativeNames({ subjectaltname = "" }: PeerCertificate): {
  readonly hosts: readonly string[];
  readonly addresses: readonly string[];
} {
  const entries = subjectaltname.split(", ");
  const of = (kind: string): string[] =>
    entries.filter((entry) => entry.startsWith(kind)).map((entry) => entry.slice(kind.length));
  return { hosts: of("DNS:"), addresses: of("IP Address:").map(canonicalAddress) };
}

/** 0:0:0:0:0:0:0:1 is ::1. Node's isIPv6 would compile an expression that takes longer than the handshake. */
function canonicalAddress(address: string): string {
  if (!address.includes(":")) return address;
  const plain = address.replace(/%.*/, "");
  return new URL(`http://[${plain}]`).hostname.slice(1, -1);
}
