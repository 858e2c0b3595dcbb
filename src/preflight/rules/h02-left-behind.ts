import { clusterRule } from "../cluster-rule.ts";
import { some } from "../some.ts";

/** Hazard H02: what the file no longer has stays. */
export const leftBehind = clusterRule({
  id: "H02",
  severity: "info",
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
