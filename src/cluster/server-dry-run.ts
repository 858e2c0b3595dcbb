import { isApiError, isConnectionError } from "../errors.ts";
import type { Write } from "../model/write.ts";
import { pathOf } from "./paths.ts";
import type { Connection } from "./port.ts";

/** The first minor version of Kubernetes 1 that has server-side dry run without being asked to. */
const since = 13;

/**
 * Whether the server knows dryRun for this write (hazard H07): its version says so, or else its
 * OpenAPI lists the parameter for that verb and kind. Anything unclear is no.
 */
export async function hasServerDryRun(
  connection: Connection,
  serverVersion: string,
  write: Write,
): Promise<boolean> {
  const match = /^v?(\d+)\.(\d+)/.exec(serverVersion);
  if (match !== null) {
    const [major, minor] = [Number(match[1]), Number(match[2])];
    if (major > 1 || (major === 1 && minor >= since)) return true;
  }
  try {
    const answer = await connection.request({ method: "GET", path: pathOf("openapi", "v2") });
    return listsDryRun(answer.body, write);
  } catch (error) {
    // Old servers send it as text/plain.
    if (isApiError(error) || (isConnectionError(error) && error.badAnswer === true)) return false;
    throw error;
  }
}

interface Operation {
  readonly "x-kubernetes-action"?: string;
  readonly "x-kubernetes-group-version-kind"?: {
    readonly group?: string;
    readonly version?: string;
    readonly kind?: string;
  };
  readonly parameters?: readonly { readonly name?: string }[];
}

const actions = { patch: "patch", create: "post", delete: "delete" } as const;

/** Looks through an OpenAPI v2 document for the operation of this write. */
export function listsDryRun(openapi: unknown, { verb, ref }: Write): boolean {
  const { paths } = (openapi ?? {}) as {
    readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation | readonly unknown[]>>>>;
  };
  return Object.values(paths ?? {})
    .flatMap((operations) => Object.values(operations) as Operation[])
    .filter((operation) => {
      const kind = operation["x-kubernetes-group-version-kind"];
      return (
        operation["x-kubernetes-action"] === actions[verb] &&
        kind?.kind === ref.kind &&
        kind.version === ref.version &&
        (kind.group ?? "") === ref.group
      );
    })
    .some((operation) => operation.parameters?.some(({ name }) => name === "dryRun") === true);
}
