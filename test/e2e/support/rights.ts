/** Users who lack one right of those that a command uses, and what comes of it. */
import { expect } from "vitest";
import type { Cluster } from "../../cluster/cluster.ts";
import type { PolicyRule } from "../../cluster/users.ts";
import { writes } from "./calico-cluster.ts";
import { runPlugin, type Result } from "./plugin.ts";

/** One verb on one kind, in a namespace or everywhere. */
export interface Right {
  readonly verb: string;
  readonly group: string;
  /** With its subresource. */
  readonly resource: string;
  readonly namespace: string | undefined;
}

/** What a user was let do since a mark, each right once; discovery and access reviews are everybody's. */
export async function rightsUsed(cluster: Cluster, mark: number, user: string): Promise<readonly Right[]> {
  const asked = await cluster.audit.since(mark, { user, stages: ["ResponseComplete", "ResponseStarted"] });
  const rights = asked.flatMap(({ verb, code = 0, objectRef }): Right[] => {
    const { resource, subresource, apiGroup = "", namespace } = objectRef ?? {};
    if (resource === undefined || code === 403 || apiGroup === "authorization.k8s.io") return [];
    const whole = subresource === undefined ? resource : `${resource}/${subresource}`;
    // Applying what is not there makes it, and a collection is read in one namespace or in all.
    return [{ verb, group: apiGroup, resource: whole, namespace: namespace === "" ? undefined : namespace }];
  });
  return [...new Map(rights.map((right) => [textOf(right), right])).values()];
}

export function isRead({ verb }: Right): boolean {
  return ["get", "list", "watch"].includes(verb);
}

function textOf({ verb, group, resource, namespace }: Right): string {
  return `${verb} ${resource}${group === "" ? "" : `.${group}`}${namespace === undefined ? "" : ` in ${namespace}`}`;
}

let users = 0;

/** A kubeconfig of somebody with exactly these rights. */
export async function userWith(cluster: Cluster, rights: readonly Right[]): Promise<string> {
  users += 1;
  const ruleOf = ({ verb, group, resource }: Right): PolicyRule => ({
    apiGroups: [group],
    resources: [resource],
    verbs: [verb],
  });
  const namespaces = Map.groupBy(
    rights.filter(({ namespace }) => namespace !== undefined),
    ({ namespace }) => namespace ?? "",
  );
  return await cluster.userKubeconfig({
    name: `least-${String(users)}`,
    rules: rights.filter(({ namespace }) => namespace === undefined).map(ruleOf),
    namespaceRules: Object.fromEntries([...namespaces].map(([name, own]) => [name, own.map(ruleOf)])),
  });
}

/**
 * Runs the command once for each right, as somebody who has all others: it refuses before its first write and names
 * it, or comes to its end, and never stops in between. Answers the rights that it can do without. `again`: makes the
 * same work again, after it was done.
 */
export async function withoutEach(
  cluster: Cluster,
  rights: readonly Right[],
  args: () => readonly string[],
  again: () => Promise<void>,
  /** Those that are taken away. */
  taken: readonly Right[] = rights,
): Promise<readonly string[]> {
  const spared: string[] = [];
  for (const right of taken) {
    const kubeconfig = await userWith(
      cluster,
      rights.filter((each) => each !== right),
    );
    const mark = await cluster.audit.mark();
    const result: Result = await runPlugin(cluster, args(), { kubeconfig });
    const seen = [textOf(right), result.code, result.stderr];
    if (result.code === 0) {
      spared.push(textOf(right));
      await again();
      continue;
    }
    expect(seen).toEqual([textOf(right), 1, expect.stringMatching(namesRight(right))]);
    expect([textOf(right), await writes(cluster, mark)]).toEqual([textOf(right), []]);
  }
  return spared;
}

/** In our words, or in the server's. */
export function namesRight({ verb, group, resource }: Pick<Right, "verb" | "group" | "resource">): RegExp {
  const [plural = "", subresource] = resource.split("/");
  const ours = `${verb} ${resource}${group === "" ? "" : `.${group}`}`;
  const servers = `cannot ${verb} resource "${plural}${subresource === undefined ? "" : `/${subresource}`}"`;
  return new RegExp([ours, servers].map((text) => text.replaceAll(/[.]/g, String.raw`\.`)).join("|"));
}
