import { issue, notes } from "../../../releases/citations.ts";
import { isolationAnnotation } from "../../../model/namespace.ts";
import { isolationOf } from "../../../policy/isolation.ts";
import { isDefaultDeny } from "../../../policy/migration.ts";
import { compareVersions, versionOf } from "../../../releases/version.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { boundary } from "../../../policy/enforcement.ts";
import { some } from "../../some.ts";
import { sh } from "../../../model/shell.ts";

/** Calico-facts 2.3: past the boundary the annotation means nothing, and its namespace may be open. */
export const annotationLeft = clusterRule({
  id: "N05",
  severity: "warning",
  page: {
    title: "no namespace counts on an annotation that means nothing any more",
    why: "Past the boundary DefaultDeny has no effect. A namespace that carries it and has no policy that closes it is open, although somebody once closed it.",
    detected: "namespaces with the annotation and no policy that selects every pod and allows nothing",
    fix: "Create a policy that selects every pod and allows nothing where the namespace shall be closed; else remove the annotation.",
    releases: "v2.3.0 and newer (Kubernetes datastore), v2.4.0 and newer (etcd)",
    sources: [notes("v2.3.0"), "https://github.com/projectcalico/kube-controllers/issues/198", issue(839)],
  },
  needs: ["running", "datastore", "namespaces", "networkPolicies"],
  check({ running, datastore, namespaces, networkPolicies }) {
    const line = versionOf(boundary(datastore));
    if (compareVersions(running.oldest, line) < 0)
      return { outcome: "n/a", because: `${running.oldest.text} still reads the annotation` };
    const closed = new Set(networkPolicies.filter(isDefaultDeny).map(({ namespace }) => namespace));
    const open = namespaces.filter(
      (namespace) => isolationOf(namespace).isolation === "isolated" && !closed.has(namespace.name),
    );
    if (open.length === 0)
      return { outcome: "pass", because: "no namespace carries DefaultDeny without a policy that closes it" };
    return {
      outcome: "fail",
      because: `${running.oldest.text} does not read the annotation: these are not closed by it: ${some(open.map(({ name }) => name))}`,
      evidence: open.map(({ name, annotation = "" }) => ({
        object: `Namespace ${name}`,
        field: `metadata.annotations[${isolationAnnotation}]`,
        value: annotation,
      })),
      fix: "create a policy with podSelector {} and no ingress where a namespace is to be closed; otherwise remove the annotation",
      commands: [sh`kubectl annotate namespace NAME ${isolationAnnotation}-`],
    };
  },
});
