import type { Connection } from "../../cluster/port.ts";
import { reviewAccessOf, type Permission } from "../../cluster/access.ts";
import { templateNeeds } from "../../manifest/needs.ts";
import type { KubeObject } from "../../model/kube.ts";
import type { Account } from "../../model/rbac.ts";
import { workloadFacts, type WorkloadFacts } from "../../model/workload.ts";
import type { ControllerWorld } from "../../plan/controller/world.ts";
import type { LackingRights } from "../../preflight/controller-checks.ts";
import type { FileTemplate } from "../node/template.ts";
import type { OpenController } from "./open.ts";

/** What a controller lists, each in the groups that one release or another asks (calico-facts 1.3). */
const read = {
  etcd: [
    { resource: "pods", groups: [""] },
    { resource: "namespaces", groups: [""] },
    { resource: "networkpolicies", groups: ["networking.k8s.io", "extensions"] },
  ],
  kubernetes: [{ resource: "nodes", groups: [""] }],
} as const;

/**
 * What the new ServiceAccount is not allowed to list, where the file has no role for it; undefined: nothing
 * that is known, or it is the account that runs already.
 */
export async function lackingRights(
  connection: Connection,
  datastore: OpenController["datastore"],
  file: FileTemplate,
  workload: KubeObject,
  { workloads }: Pick<ControllerWorld, "workloads">,
): Promise<LackingRights | undefined> {
  const facts = workloadFacts(workload);
  if (facts === undefined || datastore === "unknown") return undefined;
  const account = accountOf(facts);
  const { grants } = templateNeeds(file.objects, workload, connection.namespace);
  const running = workloads.flatMap((live) => (live.facts.desired > 0 ? [accountOf(live.facts)] : []));
  if (grants.length > 0 || running.some((each) => same(each, account))) return undefined;
  const rights = await deniedTo(account);
  if (rights.length === 0) return undefined;
  const [before] = running;
  const lost = before !== undefined && (await deniedTo(before)).length === 0;
  return { account, rights, ...(lost ? { before } : {}) };

  async function deniedTo(who: Account): Promise<readonly string[]> {
    const wanted = datastore === "unknown" ? [] : read[datastore];
    const denied = await Promise.all(
      wanted.map(async ({ resource, groups }) => {
        const ask = groups.map((group): Permission => ({ verb: "list", group, resource }));
        const answers = await reviewAccessOf(connection, who, ask);
        return answers.every((answer) => answer === false) ? [`list ${resource}`] : [];
      }),
    );
    return denied.flat();
  }
}

function accountOf({ namespace, template }: WorkloadFacts): Account {
  return { namespace, name: template.serviceAccount ?? "default" };
}

function same(one: Account, other: Account): boolean {
  return one.namespace === other.namespace && one.name === other.name;
}
