/** Whether a run says what it did, and what kept it from doing more. */
import { at } from "../cluster/kube-object.ts";
import type { Result } from "../e2e/support/plugin.ts";
import type { SeenRequest } from "./proxy.ts";

/** `node/node-01 cordoned`, `pod "calico-node-abcde" deleted`, `… deleted from prod namespace`: as kubectl says it. */
const said =
  /^[\w.-]+(?:\/| ")(\S+?)"? (created|configured|patched|deleted|cordoned|uncordoned|scaled|replaced|restarted)\b(?: (?:in|from) (\S+) namespace)?/;

interface Done {
  readonly name: string;
  /** Undefined: not said. */
  readonly namespace: string | undefined;
  readonly deletes: boolean;
}

/** Done and not said, and said and not done. */
export function saidWrongly({ stdout }: Result, seen: readonly SeenRequest[]): readonly string[] {
  const claims = stdout.split("\n").flatMap((line): readonly Done[] => {
    const [, name, verb, namespace] = said.exec(line) ?? [];
    return name === undefined ? [] : [{ name, namespace, deletes: verb === "deleted" }];
  });
  const done = seen.filter(({ writes, status = 0 }) => writes && status >= 200 && status < 300);
  const isOf = (claim: Done, request: SeenRequest): boolean =>
    claim.name === nameOf(request) &&
    claim.deletes === (request.verb === "delete") &&
    [undefined, request.namespace].includes(claim.namespace);
  return [
    ...claims
      .filter((claim) => !done.some((request) => isOf(claim, request)))
      .map(({ name, deletes }) => `says that ${name} was ${deletes ? "deleted" : "written"}, and it was not`),
    ...done
      .filter(
        (request) => !isMark(request) && !isPull(request) && !claims.some((claim) => isOf(claim, request)),
      )
      .map((request) => `${request.verb} ${request.resource}/${nameOf(request)} was done and is not said`),
  ];
}

/** Of a create it stands in the body. */
function nameOf({ name, body }: SeenRequest): string {
  return name ?? String(at(bodyOf(body), "metadata", "name"));
}

/** Our own annotations alone, which are no news to anybody: the lease, a pin, what a pod was started with. */
export function isMark({ body }: SeenRequest): boolean {
  const parsed = bodyOf(body);
  const annotations = Object.keys(Object(at(parsed, "metadata", "annotations")));
  return (
    at(parsed, "spec") === undefined &&
    annotations.length > 0 &&
    annotations.every((key) => key.startsWith("calico-upgrade/"))
  );
}

/**
 * A pod that only pulls images: one line tells of those on all nodes (`images: 3 of 3 nodes`). Who has lost the run and
 * does not know it yet may still make one, which changes nothing on the node, and removes it: `leftovers` looks for it.
 */
export function isPull(request: SeenRequest): boolean {
  return request.resource === "pods" && nameOf(request).startsWith("calico-upgrade-prepull-");
}

function bodyOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** A program that met something it did not think of. */
const bug = /\bbug\b|TypeError|RangeError|^\s+at .+:\d+:\d+/m;

/** What an end other than the whole one has to say: `truth` is what must be found in it. */
export function badError({ code, stderr }: Result, truth: RegExp): readonly string[] {
  if (bug.test(stderr)) return [`ends as a bug does: ${firstLines(stderr)}`];
  if (code === 0) return [];
  if (code !== 1) return [code < 0 ? "does not end" : `exit code ${String(code)}`];
  return truth.test(stderr) ? [] : [`its error does not say what happened: ${firstLines(stderr)}`];
}

function firstLines(stderr: string): string {
  return stderr.trim().split("\n").slice(-4).join(" ⏎ ");
}
