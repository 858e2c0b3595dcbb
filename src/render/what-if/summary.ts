import type { Impact, NamespaceWhatIf, PolicyWhatIf } from "./kind.ts";
import { plural } from "../../model/words.ts";

/** What a reader has to know first: a label and its lines. */
export function summaryRows(result: PolicyWhatIf): readonly (readonly [string, readonly string[]])[] {
  const { cluster, target, boundary, namespaces, proof, notes } = result;
  const sum = (pick: (each: NamespaceWhatIf) => Impact): Impact => {
    const all = namespaces.map(pick);
    const total = (effect: keyof Impact): number => all.reduce((count, each) => count + each[effect], 0);
    return {
      cutOff: total("cutOff"),
      exposed: total("exposed"),
      confined: total("confined"),
      unknown: total("unknown"),
    };
  };
  const creates = namespaces.filter(({ create }) => create !== undefined).length;
  const deletes = namespaces.reduce((count, each) => count + each.delete.length, 0);
  const undecided = namespaces.filter(({ left }) => left === "undecided").length;
  const enforced = target.egress ? "egress and ipBlock enforced" : "neither egress nor ipBlock enforced";
  const rows: readonly (readonly [string, readonly string[]])[] = [
    [
      "Cluster",
      [
        `${cluster.kubernetes === "" ? "Kubernetes" : `Kubernetes ${cluster.kubernetes}`}, Calico ${cluster.calico}, datastore ${cluster.datastore}`,
        `${plural(cluster.pods, "pod")} in ${plural(cluster.namespaces, "namespace")} (${plural(cluster.podClasses, "class", "classes")}), ${plural(cluster.policies, "policy", "policies")}`,
      ],
    ],
    [
      "Target",
      [
        target.semantics === "legacy"
          ? `${target.release}, before the boundary (${boundary.release}): policies keep their meaning`
          : `${target.release}, v1 NetworkPolicy semantics, ${enforced}`,
      ],
    ],
    ...(boundary.crossed
      ? ([
          ["As it is", [impactText(sum((each) => each.without))]],
          [
            "Plan",
            [
              [
                creates === 0 ? "" : `create ${plural(creates, "policy", "policies")}`,
                deletes === 0 ? "" : `delete ${plural(deletes, "policy", "policies")}`,
                undecided === 0 ? "" : `decide ${plural(undecided, "namespace")} (--treat-as)`,
              ]
                .filter((part) => part !== "")
                .join(", ") || "nothing to do",
              `to be finished before the first \`${boundary.finishBefore}\``,
            ],
          ],
          ["After it", [impactText(sum((each) => each.migrated))]],
        ] as const)
      : []),
    ["Wrong", proof.problems],
    ["Note", notes],
  ];
  return rows;
}

export function planText({ create, equal, delete: going, keepByRequest, left }: NamespaceWhatIf): string {
  if (left === "undecided") return "decide: --treat-as";
  if (left !== undefined) return left;
  const parts = [
    create === undefined ? "" : `create ${create.name}`,
    equal === undefined ? "" : `${equal} denies all already`,
    going.length === 0 ? "" : `delete ${going.map(({ name }) => name).join(" ")}`,
    keepByRequest.length === 0 ? "" : `keep ${keepByRequest.join(" ")}`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? "nothing" : parts.join("; ");
}

export function impactText({ cutOff, exposed, confined, unknown }: Impact): string {
  const parts = [
    cutOff === 0 ? "" : `${plural(cutOff, "pod")} cut off`,
    exposed === 0 ? "" : `${plural(exposed, "pod")} exposed`,
    confined === 0 ? "" : `${plural(confined, "pod")} confined`,
    unknown === 0 ? "" : `${plural(unknown, "pod")} unknown`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? "same" : parts.join(", ");
}
