import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { isConnectionError, userError } from "../../errors.ts";
import { pathOf } from "../paths.ts";
import type { Connection } from "../port.ts";

/** version.Info; Go prints its fields in this order. */
const fields = [
  "major",
  "minor",
  "emulationMajor",
  "emulationMinor",
  "minCompatibilityMajor",
  "minCompatibilityMinor",
  "gitVersion",
  "gitCommit",
  "gitTreeState",
  "buildDate",
  "goVersion",
  "compiler",
  "platform",
] as const;

type VersionInfo = Readonly<Partial<Record<(typeof fields)[number], string>>>;

/**
 * --match-server-version: the client that must match is the kubectl that runs us (KUBECTL_PATH, or the
 * one on the PATH); we have no version of Kubernetes. Throws UserError in client-go's words.
 */
export async function matchServerVersion(
  connection: Pick<Connection, "request">,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const [client, server] = await Promise.all([kubectlVersion(env), serverVersion(connection)]);
  const same = (["gitVersion", "gitCommit", "gitTreeState"] as const).every(
    (field) => client[field] === server[field],
  );
  if (same) return;
  throw userError(`server version (&${goText(server)}) differs from client version (${goText(client)})`);
}

async function serverVersion({ request }: Pick<Connection, "request">): Promise<VersionInfo> {
  try {
    return (await request({ method: "GET", path: pathOf("version") })).body as VersionInfo;
  } catch (error) {
    if (isConnectionError(error)) throw error;
    throw userError(`couldn't read version from server: ${(error as Error).message}`);
  }
}

async function kubectlVersion(env: Readonly<Record<string, string | undefined>>): Promise<VersionInfo> {
  const kubectl = env["KUBECTL_PATH"] || "kubectl";
  try {
    const { stdout } = await promisify(execFile)(kubectl, ["version", "--client", "-o", "json"], { env });
    return (JSON.parse(stdout) as { readonly clientVersion: VersionInfo }).clientVersion;
  } catch (error) {
    throw userError(
      `--match-server-version compares the server with kubectl, and ${kubectl} did not say its version: ${(error as Error).message}`,
    );
  }
}

/** As %#v prints it. */
function goText(version: VersionInfo): string {
  const all = fields.map((field) => {
    const name = field.charAt(0).toUpperCase() + field.slice(1);
    return `${name}:${JSON.stringify(version[field] ?? "")}`;
  });
  return `version.Info{${all.join(", ")}}`;
}
