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
import type { Aim, Standing } from "./standing.ts";
import { sh } from "../../model/shell.ts";

/** The steps of one hop, in the order in which they have to be done. `isLast`: it leads to the target. */
export function stepsOf(hop: PlannedHop, standing: Standing, isLast: boolean): readonly PlanStep[] {
  const { from, to } = hop;
  const aim: Aim = { to, isLast };
  const crosses = (id: PathRuleId): boolean => hop.answers.some((answer) => answer.id === id);
  return [
    ...kubernetesStep(hop),
    ...(crosses("P02") ? [policyStep(standing)] : []),
    ...(crosses("P03") ? [thirdPartyResourceStep(standing)] : []),
    ...(crosses("P09") ? [etcdDataStep(standing)] : []),
    {
      id: "expand",
      what: "add CRDs, ServiceAccounts, rights and new ConfigMap keys; take none away",
      when: "you have the manifest of the release, with the settings of this cluster",
      ...fileState(standing, "expand", notLookedAt(standing, "without its manifest, CRDs and RBAC were")),
      rules: ["H01"],
      commands: expandCommands(to, standing),
    },
    ...typhaStep(aim, standing),
    ...controllerStep(from, aim, standing),
    {
      id: "configmap",
      what: "change the ConfigMap's values, immediately before the template",
      when: "values that old pods cannot use break a node that restarts until it is done",
      ...fileState(standing, "configmap", notLookedAt(standing, "without its manifest, the values were")),
      rules: ["H01"],
      commands: configMapCommands(to, standing),
    },
    {
      id: "template",
      what: "change the DaemonSet's template, held at OnDelete: no pod is touched",
      when: "what it needs is there: CRDs, rights, ServiceAccounts, ConfigMap keys",
      ...fileState(standing, "template", componentState(standing, "template", aim)),
      rules: ["H05", "H12"],
      command: sh`node NODE -f ${manifestOf(to, standing)}`,
      commands: templateCommands(to, standing),
    },
    {
      id: "nodes",
      what: "restart calico-node, one node after the other",
      when: "calico-node is Ready on all other nodes",
      ...nodesState(standing, aim),
      rules: crosses("P09") ? ["H06"] : ["H16", "H17", "H18"],
      command: sh`node NODE -f ${manifestOf(to, standing)}`,
      commands: nodeCommands(standing),
    },
    ...(crosses("P09") ? [completeStep(aim, standing)] : []),
    {
      id: "contract",
      what: "take away what only the old release used: rights, ConfigMap keys; put the update strategy back",
      when: `every node runs ${to.text}`,
      ...afterNodes(
        standing,
        aim,
        fileState(standing, "contract", notLookedAt(standing, "without its manifest, what is left was")),
      ),
      rules: ["H01", "H12"],
      commands: contractCommands(to, standing, { policies: crosses("P02"), data: crosses("P03") }),
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

function policyStep(standing: Standing): PlanStep {
  const before =
    standing.datastore === "etcd" ? "before the controller is upgraded" : "before the first node is upgraded";
  return {
    id: "policy",
    what: `write policies that mean the same under v1 semantics, ${before}`,
    when: "every namespace's annotation can be read as isolated or not isolated",
    ...(standing.seen?.policy ?? notLookedAt(standing, "namespaces and NetworkPolicies were")),
    rules: ["P02"],
    command: "migrate-policy",
    commands: policyCommands(),
  };
}

function thirdPartyResourceStep(standing: Standing): PlanStep {
  return {
    id: "data",
    what: "copy Calico's data from ThirdPartyResources to CustomResourceDefinitions",
    when: "the server still serves projectcalico.org/v1 (Kubernetes 1.7)",
    ...(standing.seen?.data ??
      (standing.oldGroupServed === true
        ? { state: "unknown", because: "projectcalico.org/v1 is served; what was copied was not looked at" }
        : notLookedAt(standing, "ThirdPartyResources were"))),
    rules: ["P03"],
    command: "migrate-data",
    commands: thirdPartyResourceCommands(),
  };
}

function etcdDataStep(standing: Standing): PlanStep {
  return {
    id: "data",
    what: "convert Calico's data in etcd for v3; it pauses Calico until it is completed",
    when: "the etcd server is v3, and a dry run shows no error",
    ...notLookedAt(standing, "etcd was"),
    rules: ["P09"],
    commands: etcdDataCommands(),
  };
}

function completeStep(aim: Aim, standing: Standing): PlanStep {
  const { to } = aim;
  return {
    id: "complete",
    what: "complete the conversion of the data: Calico resumes",
    when: `every node runs ${to.text}`,
    ...afterNodes(standing, aim, notLookedAt(standing, "etcd was")),
    rules: ["P09"],
    commands: completeCommands(),
  };
}

/** Typha is in manifests of the Kubernetes datastore from v3.0 on (calico-facts 1.4). */
function typhaStep(aim: Aim, standing: Standing): readonly PlanStep[] {
  const { to } = aim;
  const found = standing.seen?.typha;
  const inFile = standing.file?.told?.typha !== undefined;
  if ((found === "none" && !inFile) || (found === undefined && standing.datastore === "etcd")) return [];
  if (!within(to, span("v3.0.0"))) return [];
  return [
    {
      id: "typha",
      what: found === undefined ? "upgrade Typha, where it runs" : "upgrade Typha",
      when: "its rights are there; from v3.32 on nodes follow at once (H06)",
      ...objectAndImage(standing, "typha", aim),
      rules: within(to, span("v3.32.0")) ? ["H06"] : [],
      commands: typhaCommands(to, standing),
    },
  ];
}

/** The Kubernetes datastore has no controller before v3.6 (calico-facts 1.3). */
function controllerStep(from: Version, aim: Aim, standing: Standing): readonly PlanStep[] {
  const { to } = aim;
  const { datastore } = standing;
  if (datastore === "kubernetes" && !within(to, span("v3.6.0"))) return [];
  return [
    {
      id: "controller",
      what: "upgrade the controller: never two at once",
      when: "its rights are there, and policies are migrated where that is asked for",
      ...objectAndImage(standing, "controller", aim),
      rules: [],
      command: sh`controller -f ${manifestOf(to, standing)}`,
      commands: controllerCommands(from, to, standing),
    },
  ];
}
