import type { Need } from "../../cluster/observe.ts";
import { userError } from "../../errors.ts";
import { calicoFacts, type CalicoFacts } from "../../facts/calico.ts";
import { nameOf } from "../../facts/which.ts";
import { speaksBgp } from "../../model/backend.ts";
import type { NamespacedName } from "../../model/kube.ts";
import type { Observed } from "../../model/observed.ts";
import { isTombstone } from "../../model/workload.ts";
import type { RunbookFlags, RunbookInput } from "../../plan/runbook/input.ts";
import { catalogue } from "../../releases/catalogue.ts";
import type { Version } from "../../releases/version.ts";
import type { FactsSource } from "../facts/source.ts";
import type { PlanOverrides } from "../plan/overrides.ts";
import { chosenIfAny } from "../which-calico.ts";

const needs: readonly Need[] = ["nodes", "daemonSets", "pods", "workloads", "configMaps", "served"];

export interface RunbookRequest {
  readonly to: Version;
  /** What flags say of the cluster. */
  readonly overrides: Pick<PlanOverrides, "from" | "datastore">;
  /** Hosts by name; empty: all. */
  readonly nodes: readonly string[];
  /** Undefined: the only one. */
  readonly daemonSet: NamespacedName | undefined;
  readonly flags: RunbookFlags;
}

/** What a runbook is made from: what is said goes first, what is not seen is asked for in the runbook. */
export async function observeForRunbook(
  { read }: FactsSource,
  { to, overrides, nodes, daemonSet, flags }: RunbookRequest,
): Promise<RunbookInput> {
  const seen = await read(needs);
  const calico = calicoFacts(seen, catalogue, daemonSet);
  const { hosts, hostsWhy } = hostsOf(seen, nodes);
  const { served } = seen;
  const { kubernetes } = calico;
  return {
    to,
    ...runningOf(calico, overrides, daemonSet),
    kubernetes: kubernetes.known && kubernetes.value.major === 1 ? kubernetes.value.minor : "unknown",
    ...(served.known ? { oldGroupServed: served.value.groupVersions.includes("projectcalico.org/v1") } : {}),
    hosts,
    ...(hostsWhy === undefined ? {} : { hostsWhy }),
    ...controllerOf(seen),
    flags: { ...bgpOf(calico), ...flags },
  };
}

/** All nodes, or those that were named; one that does not exist is a mistake where nodes can be read. */
function hostsOf({ nodes }: Observed, names: readonly string[]): Pick<RunbookInput, "hosts" | "hostsWhy"> {
  if (!nodes.known) return { hosts: names.map((name) => ({ name })), hostsWhy: nodes.message };
  if (names.length === 0)
    return { hosts: nodes.value.toSorted((a, b) => a.name.localeCompare(b.name, "en")) };
  return {
    hosts: names.map((name) => {
      const found = nodes.value.find((each) => each.name === name);
      if (found === undefined) throw userError(`nodes "${name}" not found`);
      return found;
    }),
  };
}

/** What runs: flags first, then a calico-node that Kubernetes runs. What a node has as an image may be old. */
function runningOf(
  calico: CalicoFacts,
  overrides: RunbookRequest["overrides"],
  named: NamespacedName | undefined,
): Pick<RunbookInput, "from" | "fromWhy" | "datastore" | "datastoreWhy" | "daemonSet"> {
  const set = chosenIfAny(calico, named);
  const { begins, datastore, all } = calico;
  const notThere = !all.known
    ? all.message
    : set === undefined
      ? "no DaemonSet of this cluster runs calico-node"
      : undefined;
  return {
    ...(set === undefined ? {} : { daemonSet: nameOf(set) }),
    from: overrides.from ?? (begins.known ? begins.value : undefined),
    fromWhy: notThere ?? (begins.known ? "" : begins.message),
    datastore: overrides.datastore ?? (datastore.known ? datastore.value : undefined),
    datastoreWhy: notThere ?? (datastore.known ? "" : datastore.message),
  };
}

/** What a calico-node that Kubernetes runs says of BGP holds for the other hosts, too: they are its peers. */
function bgpOf({ backend }: CalicoFacts): { readonly bgp?: boolean } {
  return backend.known ? { bgp: speaksBgp(backend.value) } : {};
}

function controllerOf({ workloads }: Observed): Pick<RunbookInput, "controllerWorkload" | "workloadsKnown"> {
  if (!workloads.known) return { controllerWorkload: undefined, workloadsKnown: "unknown" };
  const found = workloads.value.find((each) => each.component === "controller" && !isTombstone(each));
  return {
    controllerWorkload: found === undefined ? undefined : `${found.kind} ${found.namespace}/${found.name}`,
    workloadsKnown: true,
  };
}
