import type { Install } from "./install.ts";

/** What to do where this tool is not the one to upgrade an install (calico-facts 5); undefined: it is. */
export function procedureFor(install: Install): string | undefined {
  switch (install.kind) {
    case "operator":
      return (
        "the Tigera operator owns this Calico and puts back what others change: apply the new release's CRDs " +
        "(kubectl apply --server-side --force-conflicts), then its tigera-operator.yaml, and watch `kubectl get tigerastatus`"
      );
    case "migrating":
      return (
        "the Tigera operator is taking over a manifest install, node by node: let it finish " +
        "(`kubectl get tigerastatus`, and the node label projectcalico.org/operator-node-migration) before upgrading anything"
      );
    case "distribution":
      return `this Calico belongs to ${install.owners.find(({ kind }) => kind === "distribution")?.name ?? "a distribution"}: upgrade it with the distribution, which would put its own manifest back`;
    case "helm":
      return `a Helm chart owns this Calico: upgrade it with helm upgrade${releaseName(install)}`;
    case "none":
    case "manifest":
    case "several":
    case "unknown":
      return undefined;
  }
}

function releaseName(install: Install): string {
  const owner = install.owners.find(({ kind }) => kind === "helm");
  const name = owner?.name.replace(/^Helm( release)? ?/, "") ?? "";
  return name === "" ? "" : ` ${name}`;
}
