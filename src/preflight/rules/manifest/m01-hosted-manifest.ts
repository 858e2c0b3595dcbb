import { contentsOf } from "../../../manifest/contents.ts";
import { clusterRule } from "../../cluster-rule.ts";

/** Calico-facts 6, row 19b. */
export const hostedManifest = clusterRule({
  id: "M01",
  severity: "error",
  page: {
    title: "the file is a hosted manifest of Calico",
    why: "An operator's manifest, roles alone or another product's manifest do not hold what an upgrade of this install needs.",
    detected: "what the objects of the file run, never its name",
    fix: "Give the manifest that Calico is installed with, in its new version.",
    sources: [
      "https://github.com/projectcalico/calico/issues/7971",
      "documentation of the operator migration (operations/operator-migration)",
    ],
  },
  when: { manifest: true },
  needs: [],
  steps: ["apply"],
  check(_facts, { manifest }) {
    const { is, text } = contentsOf(manifest?.objects ?? []);
    if (is === "hosted") return { outcome: "pass", because: `the file is ${text}` };
    return {
      outcome: "fail",
      because: `the file has ${text}, and no calico-node DaemonSet`,
      fix:
        is === "operator" || is === "operator-resources"
          ? "give the hosted manifest of the release; moving to the operator is a procedure of its own (docs.tigera.io, operator migration)"
          : "give the manifest that Calico is installed with, in its new version",
    };
  },
});
