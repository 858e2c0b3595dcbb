import { clusterRule } from "../../cluster-rule.ts";

/** Calico-facts 6, row 33: tigera.io/cni-protector keeps a deleted account; its tokens are refused. */
export const accounts = clusterRule({
  id: "S11",
  severity: "error",
  page: {
    title: "no ServiceAccount of Calico is being deleted",
    why: "A finalizer keeps a deleted account visible while the server refuses its tokens: new pods are Unauthorized.",
    detected: "deletionTimestamp of the ServiceAccounts in Calico's namespaces",
    fix: "Take the finalizer away so that the account goes, and apply it again at once.",
    sources: [
      "https://github.com/projectcalico/calico/issues/9271",
      "https://github.com/projectcalico/calico/issues/6629",
    ],
  },
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
      fix: "remove the finalizer so that it goes, and apply the ServiceAccount again right after",
      commands: ["kubectl edit serviceaccount -n NAMESPACE NAME"],
    };
  },
});
