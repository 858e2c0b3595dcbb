import { span, within, type Version } from "../../releases/version.ts";
import type { PathRuleId } from "../../releases/ids.ts";
import type { PlannedHop } from "../route/route.ts";
import { rangeText } from "../../releases/kubernetes.ts";
import {
  completeCommands,
  configMapCommands,
  contractCommands,
  controllerCommands,
  etcdDataCommands,
  expandCommands,
  kubernetesCommands,
  manifestOf,
  nodeCommands,
  policyCommands,
  templateCommands,
  thirdPartyResourceCommands,
  typhaCommands,
} from "./commands.ts";
import type { PlanStep } from "./plan.ts";
import { afterNodes, componentState, fileState, nodesState, notLookedAt, objectAndImage } from "./states.ts";
import type { Aim, UpgradeStart } from "./upgrade-start.ts";
import { sh } from "../../model/shell.ts";

/** The steps of one hop, in the order in which they have to be done. `isLast`: it leads to the target. */
export function stepsOf(hop: PlannedHop, start: UpgradeStart, isLast: boolean): readonly PlanStep[] {
  const { from, to } = hop;
  const aim: Aim = { to, isLast };
  const crosses = (id: PathRuleId): boolean => hop.answers.some((answer) => answer.id === id);
  return [
    ...kubernetesStep(hop),
    ...(crosses("P02") ? [policyStep(start)] : []),
    ...(crosses("P03") ? [thirdPartyResourceStep(start)] : []),
    ...(crosses("P09") ? [etcdDataStep(start)] : []),
    {
      id: "expand",
      what: "add CRDs, ServiceAccounts, rights and new ConfigMap keys; take none away",
      when: "you have the manifest of the release, with the settings of this cluster",
      ...fileState(start, "expand", notLookedAt(start, "without its manifest, CRDs and RBAC were")),
      rules: ["H01"],
      commands: expandCommands(to, start),
    },
    ...typhaStep(aim, start),
    ...controllerStep(from, aim, start),
    {
      id: "configmap",
      what: "change the ConfigMap's values, immediately before the template",
      when: "values that old pods cannot use break a node that restarts until it is done",
      ...fileState(start, "configmap", notLookedAt(start, "without its manifest, the values were")),
      rules: ["H01"],
      commands: configMapCommands(to, start),
    },
    {
      id: "template",
      what: "change the DaemonSet's template, held at OnDelete: no pod is touched",
      when: "what it needs is there: CRDs, rights, ServiceAccounts, ConfigMap keys",
      ...fileState(start, "template", componentState(start, "template", aim)),
      rules: ["H05", "H12"],
      command: sh`node NODE -f ${manifestOf(to, start)}`,
      commands: templateCommands(to, start),
    },
    {
      id: "nodes",
      what: "restart calico-node, one node after the other",
      when: "calico-node is Ready on all other nodes",
      ...nodesState(start, aim),
      rules: crosses("P09") ? ["H06"] : ["H16", "H17", "H18"],
      command: sh`node NODE -f ${manifestOf(to, start)}`,
      commands: nodeCommands(start),
    },
    ...(crosses("P09") ? [completeStep(aim, start)] : []),
    {
      id: "contract",
      what: "take away what only the old release used: rights, ConfigMap keys; put the update strategy back",
      when: `every node runs ${to.text}`,
      ...afterNodes(
        start,
        aim,
        fileState(start, "contract", notLookedAt(start, "without its manifest, what is left was")),
      ),
      rules: ["H01", "H12"],
      commands: contractCommands(to, start, { policies: crosses("P02"), data: crosses("P03") }),
    },
  ];
}

function kubernetesStep({ upgradeKubernetes, from, to }: PlannedHop): readonly PlanStep[] {
  if (upgradeKubernetes === undefined) return [];
  return [
    {
      id: "kubernetes",
      what: `upgrade Kubernetes to ${rangeText(upgradeKubernetes)} (not by this tool)`,
      when: `Calico ${from.text} runs on every node`,
      state: "todo",
      because: `${to.text} cannot be on the Kubernetes that is there before`,
      rules: ["H29"],
      commands: kubernetesCommands(upgradeKubernetes),
    },
  ];
}

function policyStep(start: UpgradeStart): PlanStep {
  const before =
    start.datastore === "etcd" ? "before the controller is upgraded" : "before the first node is upgraded";
  return {
    id: "policy",
    what: `write policies that mean the same under v1 semantics, ${before}`,
    when: "every namespace's annotation can be read as isolated or not isolated",
    ...(start.seen?.policy ?? notLookedAt(start, "namespaces and NetworkPolicies were")),
    rules: ["P02"],
    command: "migrate-policy",
    commands: policyCommands(),
  };
}

function thirdPartyResourceStep(start: UpgradeStart): PlanStep {
  return {
    id: "data",
    what: "copy Calico's data from ThirdPartyResources to CustomResourceDefinitions",
    when: "the server still serves projectcalico.org/v1 (Kubernetes 1.7)",
    ...(start.seen?.data ??
      (start.oldGroupServed === true
        ? { state: "unknown", because: "projectcalico.org/v1 is served; what was copied was not looked at" }
        : notLookedAt(start, "ThirdPartyResources were"))),
    rules: ["P03"],
    command: "migrate-data",
    commands: thirdPartyResourceCommands(),
  };
}

function etcdDataStep(start: UpgradeStart): PlanStep {
  return {
    id: "data",
    what: "convert Calico's data in etcd for v3; it pauses Calico until it is completed",
    when: "the etcd server is v3, and a dry run shows no error",
    ...notLookedAt(start, "etcd was"),
    rules: ["P09"],
    commands: etcdDataCommands(),
  };
}

function completeStep(aim: Aim, start: UpgradeStart): PlanStep {
  const { to } = aim;
  return {
    id: "complete",
    what: "complete the conversion of the data: Calico resumes",
    when: `every node runs ${to.text}`,
    ...afterNodes(start, aim, notLookedAt(start, "etcd was")),
    rules: ["P09"],
    commands: completeCommands(),
  };
}

/** Typha is in manifests of the Kubernetes datastore from v3.0 on (calico-facts 1.4). */
function typhaStep(aim: Aim, start: UpgradeStart): readonly PlanStep[] {
  const { to } = aim;
  const found = start.seen?.typha;
  const inFile = start.file?.status?.typha !== undefined;
  if ((found === "none" && !inFile) || (found === undefined && start.datastore === "etcd")) return [];
  if (!within(to, span("v3.0.0"))) return [];
  return [
    {
      id: "typha",
      what: found === undefined ? "upgrade Typha, where it runs" : "upgrade Typha",
      when: "its rights are there; from v3.32 on nodes follow at once (H06)",
      ...objectAndImage(start, "typha", aim),
      rules: within(to, span("v3.32.0")) ? ["H06"] : [],
      commands: typhaCommands(to, start),
    },
  ];
}

/** The Kubernetes datastore has no controller before v3.6 (calico-facts 1.3). */
function controllerStep(from: Version, aim: Aim, start: UpgradeStart): readonly PlanStep[] {
  const { to } = aim;
  const { datastore } = start;
  if (datastore === "kubernetes" && !within(to, span("v3.6.0"))) return [];
  return [
    {
      id: "controller",
      what: "upgrade the controller: never two at once",
      when: "its rights are there, and policies are migrated where that is asked for",
      ...objectAndImage(start, "controller", aim),
      rules: [],
      command: sh`controller -f ${manifestOf(to, start)}`,
      commands: controllerCommands(from, to, start),
    },
  ];
}
