import { crdNeed } from "../../../manifest/needs.ts";
import { servesKind } from "../../../model/served.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { some } from "../../some.ts";

/** Calico-facts 4.4 and 6, row 22, decided by what is served (hazard H29). */
export const servedKinds = clusterRule({
  id: "M16",
  severity: "error",
  page: {
    title: "the server serves every kind of the file",
    why: "An object in an apiVersion that the server does not serve is refused, after others of the file were written.",
    detected: "apiVersion and kind of every object of the file, and discovery",
    fix: "Use the manifest that this Calico release has for its Kubernetes version, or upgrade Kubernetes first.",
    sources: [
      "https://kubernetes.io/docs/reference/using-api/deprecation-guide/",
      "https://github.com/projectcalico/calico/issues/4570",
    ],
  },
  when: { manifest: true },
  needs: ["served"],
  steps: ["apply"],
  check({ served }, { manifest }) {
    const objects = (manifest?.objects ?? []).map(({ object }) => object);
    const brought = new Set(
      objects
        .filter(({ kind }) => kind === "CustomResourceDefinition")
        .map(crdNeed)
        .flatMap(({ group, kind, versions }) => versions.map((version) => `${group}/${version} ${kind}`)),
    );
    const kinds = [...new Set(objects.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`))].filter(
      (each) => !brought.has(each),
    );
    const answers = kinds.map((each) => {
      const [apiVersion = "", kind = ""] = each.split(" ");
      return { kind, apiVersion, served: servesKind(served, apiVersion, kind) };
    });
    const not = answers.filter((answer) => answer.served === false);
    if (not.length > 0) {
      return {
        outcome: "fail",
        because: `the server does not serve ${some(not.map(({ kind, apiVersion }) => `${kind} in ${apiVersion}`))}`,
        evidence: objects
          .filter((object) =>
            not.some(({ kind, apiVersion }) => object.kind === kind && object.apiVersion === apiVersion),
          )
          .map(({ kind, apiVersion, metadata }) => ({
            object: `${kind} ${metadata.name}`,
            field: "apiVersion",
            value: apiVersion,
          })),
        fix: "use the manifest that this Calico release has for its Kubernetes version, or rewrite the apiVersions of built-in kinds",
        commands: ["kubectl convert -f FILE --output-version GROUP/VERSION"],
      };
    }
    const unclear = answers.filter((answer) => answer.served === "unknown");
    return unclear.length > 0
      ? {
          outcome: "unknown",
          // Every version that is served was told; only whether the kind is in it was not asked.
          severity: "warning",
          because: `discovery was not asked about ${some(unclear.map(({ apiVersion }) => apiVersion))}`,
        }
      : { outcome: "pass", because: `all ${kinds.length} kinds of the file are served` };
  },
});
