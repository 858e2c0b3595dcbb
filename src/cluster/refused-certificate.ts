import type { Socket } from "node:net";
import { TLSSocket, type PeerCertificate } from "node:tls";
import { formatTime, parseTime } from "../model/time.ts";
import { serverIdentityProblem } from "./connection/server-identity.ts";

/**
 * Looks at the server's certificate while the handshake ends: afterwards Node's error says what is wrong
 * with it, but the certificate is gone. Answers the same error with what Go would say first: a time that
 * is over, then a name that is another, then who signed it.
 */
export function watchCertificate(socket: Socket, host: string): (error: Error) => Error {
  let certificate: PeerCertificate | undefined;
  if (socket instanceof TLSSocket) {
    socket.prependOnceListener("secure", () => {
      certificate = socket.getPeerCertificate();
    });
  }
  return (error) => {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (certificate === undefined || !refusals.test(code)) return error;
    const when = outsideItsTime(certificate, Date.now());
    if (when !== undefined) return Object.assign(new Error(when), { code: "WRONG_TIME" });
    return serverIdentityProblem(host, certificate) ?? error;
  };
}

/** Node's codes for a certificate that it does not take. */
const refusals = /CERT|SIGNATURE|ISSUER/;

function outsideItsTime(certificate: PeerCertificate, now: number): string | undefined {
  const from = parseTime(certificate.valid_from);
  const to = parseTime(certificate.valid_to);
  const expired = "certificate has expired or is not yet valid: current time";
  if (from !== undefined && now < from) return `${expired} ${formatTime(now)} is before ${formatTime(from)}`;
  if (to !== undefined && now > to) return `${expired} ${formatTime(now)} is after ${formatTime(to)}`;
  return undefined;
}
