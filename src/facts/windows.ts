import type { ClusterFacts } from "../model/cluster-facts.ts";
import type { DaemonSetFacts } from "../model/daemonset.ts";
import { shouldRun } from "../model/placement.ts";
import type { Reading } from "../model/reading.ts";
import { isWindows } from "../model/windows.ts";
import { map } from "./follows.ts";

/** One DaemonSet of Calico for Windows. */
export interface WindowsSet {
  readonly daemonSet: DaemonSetFacts;
  readonly image: string;
  /** The nodes that it wants a pod on. */
  readonly serves: Reading<readonly string[]>;
}

/** What is known of Calico on Windows nodes; this program upgrades none of it. */
export interface WindowsFacts {
  readonly sets: Reading<readonly WindowsSet[]>;
  /** Windows nodes that surely none of them wants a pod on: what runs there is not known. */
  readonly unserved: Reading<readonly string[]>;
}

export function windowsFacts({
  nodes,
  windowsSets,
}: Pick<ClusterFacts, "nodes" | "windowsSets">): WindowsFacts {
  return {
    sets: map(windowsSets, (all) =>
      all.map((daemonSet) => ({
        daemonSet,
        image: daemonSet.template.containers[0]?.image ?? "",
        serves: map(nodes, (each) =>
          each.filter((node) => shouldRun(node, daemonSet.template) === true).map(({ name }) => name),
        ),
      })),
    ),
    unserved: windowsSets.known
      ? map(nodes, (each) =>
          each
            .filter(isWindows)
            .filter((node) => windowsSets.value.every(({ template }) => shouldRun(node, template) === false))
            .map(({ name }) => name),
        )
      : windowsSets,
  };
}
