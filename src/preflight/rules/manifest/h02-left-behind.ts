import { clusterRule } from "../../cluster-rule.ts";
import { some } from "../../some.ts";

/** Hazard H02: what the file no longer has stays. */
export const leftBehind = clusterRule({
  id: "H02",
  severity: "info",
  page: {
    title: "nothing that a file no longer holds is deleted",
    why: "The file of v3.32 has no CustomResourceDefinitions of AdminNetworkPolicies any more: deleting those would delete every such policy with them.",
    detected: "Calico's CustomResourceDefinitions in the cluster, and those of the file",
    fix: "Nothing: they stay. Delete what you know that nothing uses any more, by hand and after a backup.",
    sources: [
      "manifests of v3.30 and v3.32",
      "https://kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config/#how-to-delete-objects",
    ],
  },
  when: { manifest: true },
  needs: ["crds"],
  check({ crds }, { manifest }) {
    const inFile = new Set(
      (manifest?.objects ?? [])
        .filter(({ object }) => object.kind === "CustomResourceDefinition")
        .map(({ object }) => object.metadata.name),
    );
    if (inFile.size === 0) return { outcome: "n/a", because: "the file holds no CustomResourceDefinitions" };
    const left = crds.filter(({ name }) => !inFile.has(name) && !name.endsWith(".operator.tigera.io"));
    if (left.length === 0)
      return { outcome: "pass", because: "the file holds every CustomResourceDefinition of Calico" };
    return {
      outcome: "fail",
      because: `the file no longer holds ${some(left.map(({ name }) => name))}: they stay, with their objects`,
      evidence: left.map(({ name }) => ({
        object: `CustomResourceDefinition ${name}`,
        field: "the file",
        value: "not in it",
      })),
      fix: "leave them; deleting one deletes every object of its kind",
    };
  },
});
