import { isApiError, isFieldConflict } from "../errors.ts";
import { fingerprint } from "../model/fingerprint.ts";
import type { KubeObject } from "../model/kube.ts";
import { objectKey, objectName } from "../model/object-name.ts";
import { rightKey, rightText, type NeededRight } from "../model/right.ts";
import type { ServerVerdict } from "../model/server-verdict.ts";
import { some } from "../model/words.ts";
import type { Write } from "../model/write.ts";
import { dryRunOf } from "./dry-run-of.ts";
import { warn, type Session } from "./session.ts";

/** What the server has made of writes as a dry run, by `triedKey`: the very same write is not tried twice. */
export type TriedWrites = Map<string, KubeObject | undefined>;

export function triedKey(write: Write): string {
  return fingerprint({ ...write, ref: objectKey(write.ref) });
}

/** The rights that these writes need, those on several objects of one kind together. */
export function rightsOfWrites(writes: readonly Write[]): readonly NeededRight[] {
  const rights = writes.flatMap((write): NeededRight[] => {
    const { group, resource: plural, namespace, name } = write.ref;
    const resource =
      write.verb === "patch" && write.subresource !== undefined ? `${plural}/${write.subresource}` : plural;
    const right = { group, resource, ...(namespace === undefined ? {} : { namespace }) };
    if (write.verb === "create") return [{ ...right, verb: "create" }];
    const named = { ...right, verb: write.verb, names: [name] };
    // Applying what is not there makes it.
    return write.verb === "patch" && write.patch === "apply" && versionIn(write.body) === undefined
      ? [named, { ...right, verb: "create" }]
      : [named];
  });
  return [...Map.groupBy(rights, rightKey).values()].flatMap(([first, ...more]): NeededRight[] => {
    if (first === undefined) return [];
    const names = [first, ...more].flatMap((each) => each.names ?? []);
    return [names.length === 0 ? first : { ...first, names: [...new Set(names)] }];
  });
}

function versionIn(body: unknown): unknown {
  return (body as { readonly metadata?: { readonly resourceVersion?: unknown } }).metadata?.resourceVersion;
}

/**
 * Sends writes as a dry run, side by side: what admission, validation or escalation prevention (hazard H27) would
 * refuse is known before the first one is done. Answers the refusals, each with its object. What cannot be known is
 * said, and refuses nothing (hazard H07).
 */
export async function refusedWrites(
  session: Pick<Session, "connection" | "emit">,
  serverVersion: string,
  writes: readonly Write[],
  tried?: TriedWrites,
): Promise<readonly string[]> {
  const verdicts = await Promise.all(writes.map((write) => tryWrite(session, serverVersion, write, tried)));
  const unknown = new Map<string, string[]>();
  // Several writes of one object meet the same refusal.
  const refused = new Map<string, string>();
  for (const [at, verdict] of verdicts.entries()) {
    const write = writes[at];
    if (write === undefined) continue;
    const name = objectName(write.ref);
    const [message = ""] = verdict.kind === "refused" ? verdict.messages : [];
    const key = objectKey(write.ref);
    if (verdict.kind === "refused" && !refused.has(key))
      refused.set(key, `${name}: ${withMissingRight(write, message)}`);
    if (verdict.kind === "unknown") unknown.set(verdict.why, [...(unknown.get(verdict.why) ?? []), name]);
  }
  for (const [why, names] of unknown) warn(session, unknownText([...new Set(names)], why));
  return [...refused.values()];
}

/** Escalation prevention lists every rule that somebody may not give; what he lacks is one right (hazard H27). */
function withMissingRight(write: Write, message: string): string {
  const [first = "", ...rules] = message.split("\n");
  if (!/attempting to grant RBAC permissions not currently held/.test(first)) return message;
  const { kind, namespace } = write.ref;
  const body = (write.verb === "delete" ? {} : write.body) as {
    readonly roleRef?: { readonly kind?: string };
  };
  const right: NeededRight = {
    verb: kind.endsWith("Binding") ? "bind" : "escalate",
    group: "rbac.authorization.k8s.io",
    resource: kind === "Role" || body.roleRef?.kind === "Role" ? "roles" : "clusterroles",
    ...(namespace === undefined ? {} : { namespace }),
  };
  return `${first} ${some(rules, 2)}; missing permission: ${rightText(right)}, or these permissions themselves`;
}

async function tryWrite(
  { connection }: Pick<Session, "connection">,
  serverVersion: string,
  write: Write,
  tried: TriedWrites | undefined,
): Promise<ServerVerdict> {
  return await dryRunOf(connection, serverVersion, write, verdictOf, (object) =>
    tried?.set(triedKey(write), object),
  );
}

function verdictOf(error: unknown): ServerVerdict {
  if (!isApiError(error)) throw error;
  // Somebody wrote it this very moment, or what it rests on is made by an earlier write: the run itself looks again.
  if ((error.status === 409 && !isFieldConflict(error)) || error.status === 404) return { kind: "passes" };
  const isFailure = error.status >= 500 || error.status === 429;
  return refusesDryRun(error) || (isFailure && !ofAdmission.test(error.message))
    ? { kind: "unknown", why: error.message }
    : { kind: "refused", messages: [error.message] };
}

/** A webhook that fails closed answers as if the server had failed; any other failure says nothing of the write. */
const ofAdmission = /failed calling (admission )?webhook|denied the request/;

/** A webhook that may have side effects refuses every dry run, whatever it is about. */
export function refusesDryRun(error: unknown): boolean {
  return isApiError(error) && /does not support dry run/.test(error.message);
}

/** Once for all objects of which the same is not known. */
export function unknownText(names: readonly string[], why: string): string {
  return `unknown whether the server accepts the change of ${some(names)}: ${why}`;
}
