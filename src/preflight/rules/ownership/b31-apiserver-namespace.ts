import { notes } from "../../../releases/citations.ts";
import { clusterRule } from "../../cluster-rule.ts";

/** Calico-facts 4.3, B31. */
export const apiserverNamespace = clusterRule({
  id: "B31",
  severity: "info",
  page: {
    title: "nothing counts on the namespace calico-apiserver",
    why: "From v3.31 on there is no namespace calico-apiserver. What names it (policies, monitoring) misses.",
    detected: "the namespace calico-apiserver",
    fix: "Name calico-system in the place of calico-apiserver.",
    releases: "operator, up to v3.30 → v3.31 and newer",
    sources: [notes("v3.31.0")],
  },
  when: { crosses: "v3.31.0", operator: true },
  needs: ["namespaces"],
  check({ namespaces }) {
    const old = namespaces.find(({ name }) => name === "calico-apiserver");
    if (old === undefined) return { outcome: "pass", because: "there is no namespace calico-apiserver" };
    return {
      outcome: "fail",
      because: "calico-apiserver moves to calico-system",
      evidence: [{ object: "Namespace calico-apiserver", field: "metadata.name", value: old.name }],
      fix: "name calico-system where policies, monitoring or alerts name calico-apiserver",
    };
  },
});
