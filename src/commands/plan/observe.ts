import { discover } from "../../cluster/discovery.ts";
import { policyGroups } from "../../cluster/observe-policy.ts";
import { groupsFor, observe, type Need } from "../../cluster/observe.ts";
import { userError } from "../../errors.ts";
import type { Account } from "../../model/rbac.ts";
import type { Observed } from "../../model/observed.ts";
import type { Standing } from "../../plan/upgrade/standing.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { upgradeStatus } from "../../render/status/build.ts";
import { daemonSetArgument } from "../arguments.ts";
import { rbacGroup } from "../node/look.ts";
import { refuseMismatch, type PlanFile } from "./file.ts";
import { lookAtFile } from "./look-at-file.ts";
import { policyTold } from "./policy-told.ts";
import { readRights } from "./rights.ts";
import type { PlanOptions } from "./run.ts";
import { standingOf } from "./standing.ts";
import type { Told } from "./told.ts";

const needs: readonly Need[] = [
  "nodes",
  "daemonSets",
  "pods",
  "revisions",
  "workloads",
  "configMaps",
  "installation",
];

/** Looks at the cluster once; what could not be read is said on stderr and unknown in the plan. */
export async function observeStanding(
  told: Told,
  file: PlanFile | undefined,
  options: PlanOptions,
): Promise<Standing> {
  const named = options.daemonSet === undefined ? undefined : daemonSetArgument(options.daemonSet, "plan");
  const connection = await options.connect();
  const namespace = connection.namespaceGiven ? connection.namespace : "kube-system";
  const discovered = discover(connection, [...new Set([...groupsFor(needs), ...policyGroups, rbacGroup])]);
  const observed = await observe(connection, discovered, { needs, namespace, now: options.context.now() });
  const status = upgradeStatus(observed, catalogue, {
    nodes: [],
    ...(named === undefined ? {} : { daemonSet: `${named.namespace}/${named.name}` }),
  });
  for (const { message } of status.unread) options.context.stderr.write(`${message}\n`);
  if (!observed.daemonSets.known) {
    throw userError(
      "what Calico runs here could not be read; without a cluster, --from and --datastore say what is planned for",
    );
  }
  const [set] = status.daemonSets;
  if (set?.datastore.both === true || set?.datastore.disagreement === true) {
    options.warn(
      `the datastore is not clear: ${set.datastore.evidence.join("; ")}; an unfinished migration, or a broken edit`,
    );
  }
  const discovery = await discovered;
  const standing = standingOf(status, told, {
    workloadsKnown: observed.workloads.known,
    oldGroupServed: discovery.serves("projectcalico.org/v1"),
  });
  if (file !== undefined) refuseMismatch(file, standing);
  const chosen = { namespace: standing.namespace, name: standing.daemonSet };
  const [rights, policy, target] = await Promise.all([
    readRights(connection, discovery, accountOf(observed, chosen)),
    policyTold(connection, discovery, standing),
    file?.set === undefined ? undefined : lookAtFile(connection, file, chosen),
  ]);
  const { seen } = standing;
  return {
    ...standing,
    ...(seen === undefined
      ? {}
      : {
          seen: {
            ...seen,
            ...(rights === undefined ? {} : { rights }),
            ...(policy === undefined ? {} : { policy }),
          },
        }),
    ...(target === undefined ? {} : { file: target }),
  };
}

function accountOf(
  { daemonSets }: Observed,
  chosen: { readonly namespace: string; readonly name: string },
): Account {
  const sets = daemonSets.known ? daemonSets.value : [];
  const set = sets.find(({ namespace, name }) => namespace === chosen.namespace && name === chosen.name);
  return { namespace: chosen.namespace, name: set?.template.serviceAccount ?? "default" };
}
