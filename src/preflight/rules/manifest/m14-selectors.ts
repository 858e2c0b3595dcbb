import { clusterRule } from "../../cluster-rule.ts";
import { some } from "../../some.ts";

interface Selecting {
  readonly apiVersion: string;
  readonly kind?: string;
  readonly namespace: string;
  readonly name: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly template: { readonly labels: Readonly<Record<string, string>> };
}

/** B13: immutable from apps/v1 on. */
export const selectors = clusterRule({
  id: "M14",
  severity: "error",
  page: {
    title: "selectors are unchanged",
    why: "From apps/v1 on the selector of a DaemonSet or Deployment cannot be changed: the server refuses the whole object.",
    detected: "spec.selector of DaemonSets and Deployments, live and in the file",
    fix: "Give the file's object the live selector and labels; otherwise it has to be deleted and recreated, with its pods.",
    sources: ["https://kubernetes.io/blog/2019/07/18/api-deprecations-in-1-16/"],
  },
  when: { manifest: true },
  needs: ["daemonSets", "workloads"],
  steps: ["node", "apply"],
  check({ daemonSets, workloads }, { manifest }) {
    const facts = manifest?.facts;
    const inFile: readonly Selecting[] = [
      ...(facts?.daemonSets.known === true ? facts.daemonSets.value : []),
      ...(facts?.workloads.known === true ? facts.workloads.value : []),
    ].filter(({ apiVersion }) => !apiVersion.startsWith("extensions/"));
    const live: readonly Selecting[] = [...daemonSets, ...workloads];
    const changed = inFile.flatMap((file) => {
      const there = live.find((each) => isSame(each, file));
      const [before, after] = [there === undefined ? undefined : text(there), text(file)];
      return before === undefined || before === after
        ? []
        : [{ object: `${file.kind ?? "DaemonSet"} ${there?.namespace ?? ""}/${file.name}`, before, after }];
    });
    if (changed.length === 0) return { outcome: "pass", because: "the selectors are those of the cluster" };
    return {
      outcome: "fail",
      because: `selectors cannot be changed, and the file's differ: ${some(changed.map(({ object, before, after }) => `${object} selects ${before}, in the file ${after}`))}`,
      evidence: changed.map(({ object, before, after }) => ({
        object,
        field: "spec.selector",
        value: `${before} → ${after}`,
      })),
      fix: "give the file's object the live selector and labels, or delete the live one first, without its pods",
      commands: ["kubectl delete -f FILE --cascade=orphan"],
    };
  },
});

function isSame(live: Selecting, file: Selecting): boolean {
  return (
    live.name === file.name &&
    (live.kind ?? "DaemonSet") === (file.kind ?? "DaemonSet") &&
    (file.namespace === "" || file.namespace === live.namespace)
  );
}

/** Without a selector the labels of the template are taken. */
function text({ selector, template }: Selecting): string {
  const labels = Object.keys(selector).length === 0 ? template.labels : selector;
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .toSorted()
    .join(",");
}
