import { withLastApplied } from "../../../merge/last-applied.ts";
import type { KubeObject } from "../../../model/kube.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { some } from "../../some.ts";

/** TotalAnnotationSizeLimitB of k8s.io/apimachinery, in bytes. */
const limit = 262_144;

/** B22 by the objects of the file. */
export const lastAppliedSize = clusterRule({
  id: "M17",
  severity: "warning",
  page: {
    title: "kubectl's client-side apply can hold every object",
    why: "It keeps a copy of the object in an annotation, and annotations end at 262144 bytes: larger CustomResourceDefinitions are refused.",
    detected: "the size of each object of the file, written as kubectl writes the annotation",
    fix: "Apply the file with server-side apply.",
    commands: ["kubectl apply --server-side --force-conflicts -f FILE"],
    sources: [
      "https://github.com/projectcalico/calico/issues/7826",
      "https://github.com/tigera/operator/issues/2295",
    ],
  },
  when: { manifest: true },
  needs: [],
  check(_facts, { manifest }) {
    const large = (manifest?.objects ?? [])
      .map(({ object }) => ({ object, size: annotationSize(object) }))
      .filter(({ size }) => size > limit);
    if (large.length === 0)
      return { outcome: "pass", because: "no object is too large for kubectl's annotation" };
    return {
      outcome: "fail",
      because: `too large for client-side apply: ${some(large.map(({ object }) => `${object.kind} ${object.metadata.name}`))}`,
      evidence: large.map(({ object, size }) => ({
        object: `${object.kind} ${object.metadata.name}`,
        field: "last-applied-configuration",
        value: `${size} bytes, ${limit} are the most`,
      })),
      fix: "apply the file with server-side apply",
      commands: ["kubectl apply --server-side --force-conflicts -f FILE"],
    };
  },
});

/** All annotations together, as the server counts them. */
function annotationSize(object: KubeObject): number {
  const { annotations = {} } = withLastApplied(object).metadata;
  const encoder = new TextEncoder();
  return Object.entries(annotations)
    .flat()
    .reduce((sum, text) => sum + encoder.encode(text).length, 0);
}
