import { parseTime } from "../../model/time.ts";
import { keyPairProblem, type KeyPair } from "./pem.ts";

/** What an exec plugin gave: a token, a client certificate, or both. */
export interface ExecCredential {
  readonly token: string;
  readonly certificate: KeyPair | undefined;
  /** Epoch milliseconds; undefined: as long as the program runs, or until a 401. */
  readonly expires: number | undefined;
}

interface ExecOutput {
  readonly kind?: unknown;
  readonly apiVersion?: unknown;
  readonly status?: {
    readonly token?: string;
    readonly clientCertificateData?: string;
    readonly clientKeyData?: string;
    readonly expirationTimestamp?: string;
  } | null;
}

/** Reads a plugin's output, JSON or YAML. Throws an Error in client-go's words. */
export async function decodeCredential(
  text: string,
  apiVersion: string,
  parseYaml: (text: string) => unknown,
): Promise<ExecCredential> {
  // client-go's decoder leaves such an answer at the version of its own types.
  if (text.trim() === "")
    throw new Error(otherVersion(apiVersion, "client.authentication.k8s.io/__internal"));
  const answer = await parse(text, parseYaml);
  const { status } = answer;
  const version = typeof answer.apiVersion === "string" ? answer.apiVersion : "";
  const kind = typeof answer.kind === "string" ? answer.kind : "";
  if (kind === "") throw new Error(`decoding stdout: Object 'Kind' is missing in '${text}'`);
  if (kind !== "ExecCredential") {
    throw new Error(`decoding stdout: no kind "${kind}" is registered for version "${version}"`);
  }
  if (version !== apiVersion) {
    throw new Error(otherVersion(apiVersion, version));
  }
  if (status === undefined || status === null) throw new Error("exec plugin didn't return a status field");
  const { token = "", clientCertificateData: cert = "", clientKeyData: key = "" } = status;
  if (token === "" && cert === "" && key === "") {
    throw new Error("exec plugin didn't return a token or cert/key pair");
  }
  if ((cert === "") !== (key === "")) {
    throw new Error("exec plugin returned only certificate or key, not both");
  }
  const certificate = cert === "" ? undefined : { cert: Buffer.from(cert), key: Buffer.from(key) };
  const problem = certificate === undefined ? undefined : keyPairProblem(certificate);
  if (problem !== undefined) throw new Error(`failed parsing client key/certificate: ${problem}`);
  return { token, certificate, expires: parseTime(status.expirationTimestamp) };
}

function otherVersion(wanted: string, got: string): string {
  return `exec plugin is configured to use API version ${wanted}, plugin returned version ${got}`;
}

async function parse(text: string, parseYaml: (text: string) => unknown): Promise<ExecOutput> {
  let value: unknown;
  try {
    value = text.trimStart().startsWith("{") ? JSON.parse(text) : await parseYaml(text);
  } catch (error) {
    throw new Error(`decoding stdout: ${(error as Error).message}`, { cause: error });
  }
  if (value === null || value === undefined) return {};
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new Error("decoding stdout: it is not an ExecCredential");
  }
  return value;
}
