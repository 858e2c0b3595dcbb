import { clusterRule } from "../cluster-rule.ts";

/** Calico-facts 6, row 33: tigera.io/cni-protector keeps a deleted account; its tokens are refused. */
export const accounts = clusterRule({
  id: "S11",
  severity: "error",
  needs: ["serviceAccounts"],
  steps: ["apply"],
  check({ serviceAccounts }) {
    const going = serviceAccounts.filter(({ name, deleting }) => deleting && /^(calico|canal)/.test(name));
    if (going.length === 0)
      return { outcome: "pass", because: "no ServiceAccount of Calico is being deleted" };
    const names = going.map(({ namespace = "", name }) => `${namespace}/${name}`);
    return {
      outcome: "fail",
      because: `being deleted, and held by a finalizer: ServiceAccount ${names.join(", ")}; new pods there are Unauthorized`,
      evidence: going.map(({ finalizers }, index) => ({
        object: `ServiceAccount ${names[index] ?? ""}`,
        field: "metadata.finalizers",
        value: finalizers.join(", "),
      })),
      fix: "take the finalizer away (kubectl edit serviceaccount) so that it goes, and apply the ServiceAccount again at once",
    };
  },
});
