import { notes } from "../../../releases/citations.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { some } from "../../some.ts";
import { envSeen, environmentOf, envOf, type TemplateEnvironment } from "../../seen.ts";
import type { TargetManifest } from "../../subject.ts";

const old = ["ETCD_AUTHORITY", "ETCD_SCHEME"];

/** Calico-facts 4.3, B05. Where the file tells what will run, it decides. */
export const etcdAuthority = clusterRule({
  id: "B05",
  severity: "error",
  page: {
    title: "no container counts on ETCD_AUTHORITY or ETCD_SCHEME",
    why: "v3.0 takes etcd's address from ETCD_ENDPOINTS only. A container that has only the old variables does not find its datastore.",
    detected: "the environment of calico-node, its CNI installer and the controller",
    fix: "Set ETCD_ENDPOINTS=SCHEME://AUTHORITY on each container that is named.",
    releases: "up to v2.6 → v3.0 and newer, etcd",
    sources: [notes("v3.0.0")],
  },
  when: { crosses: "v3.0.0", datastore: "etcd" },
  needs: ["daemonSet", "workloads", "configMaps"],
  steps: ["controller", "node", "apply"],
  check({ daemonSet, workloads, configMaps }, { manifest }) {
    const coming = manifest === undefined ? undefined : inFile(manifest);
    const all = coming ?? [
      environmentOf(daemonSet, configMaps),
      ...workloads.map((each) => environmentOf(each, configMaps, each.kind)),
    ];
    const counting = all.flatMap((where) =>
      old.flatMap((variable) =>
        envOf(where, variable)
          .filter(({ container }) =>
            envOf(where, "ETCD_ENDPOINTS").every((other) => other.container !== container),
          )
          .map(({ container, value }) => envSeen(where, container, variable, value)),
      ),
    );
    const where = coming === undefined ? "the cluster" : "the file";
    if (counting.length === 0)
      return { outcome: "pass", because: `no container of ${where} has only the old variables` };
    return {
      outcome: "fail",
      because: `v3.0 and newer do not read ${some(counting.map(({ object, field }) => `${field.replace(": env ", "'s ")} (${object})`))}`,
      evidence: counting,
      fix: "set ETCD_ENDPOINTS=SCHEME://AUTHORITY on these containers, in the file that is applied",
    };
  },
});

function inFile({ facts }: TargetManifest): readonly TemplateEnvironment[] | undefined {
  const { daemonSets, workloads, configMaps } = facts;
  if (!daemonSets.known || daemonSets.value.length === 0) return undefined;
  const maps = configMaps.known ? configMaps.value : [];
  return [
    ...daemonSets.value.map((set) => environmentOf(set, maps)),
    ...(workloads.known ? workloads.value : []).map((each) => environmentOf(each, maps, each.kind)),
  ];
}
