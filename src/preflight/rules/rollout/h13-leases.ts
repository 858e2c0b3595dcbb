import { leaseExpiry } from "../../../model/lease.ts";
import { cordonAnnotation, runAnnotation } from "../../../model/names.ts";
import { program } from "../../../model/program.ts";
import { formatTime } from "../../../model/time.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { some } from "../../some.ts";
import { sh } from "../../../model/shell.ts";

/** Hazard H13: what an interrupted run has left, and a run that works. */
export const leases = clusterRule({
  id: "H13",
  severity: "warning",
  page: {
    title: "no lease of an earlier run is left over",
    why: "A node that an interrupted run has cordoned takes no new pods until the run is continued or released. On a schedulable node the lease is void: somebody has uncordoned it by hand.",
    detected: "the annotations calico-upgrade/cordon on nodes and calico-upgrade/run on the DaemonSet",
    fix: "Run the same command again to continue, or release the node.",
    commands: ["kubectl calico-upgrade node --release NODE"],
    sources: ["https://kubernetes.io/docs/concepts/architecture/nodes/#manual-node-administration"],
  },
  needs: ["nodes", "daemonSets"],
  check({ nodes, daemonSets }, _subject, now) {
    const working = daemonSets.find(
      ({ run }) =>
        run !== undefined &&
        run !== "unreadable" &&
        run.renewed !== undefined &&
        now - run.renewed < leaseExpiry,
    );
    if (working !== undefined) {
      const { run, namespace, name } = working;
      const holder = run === undefined || run === "unreadable" ? "" : (run.holder ?? "");
      return {
        outcome: "fail",
        because: `a run works on DaemonSet ${namespace}/${name} just now: ${holder}`,
        evidence: [{ object: `DaemonSet ${namespace}/${name}`, field: runAnnotation, value: holder }],
        fix: "wait until it has ended, or stop it; --take-over only where its process is gone",
      };
    }
    const held = nodes.filter(({ lease }) => lease !== undefined);
    if (held.length === 0) return { outcome: "pass", because: "no node carries a lease" };
    const names = held.map(({ name }) => name);
    return {
      outcome: "fail",
      because: `an earlier run has left its lease on ${some(names)}`,
      evidence: held.map(({ name, lease, unschedulable }) => ({
        object: `Node ${name}`,
        field: cordonAnnotation,
        value:
          lease === "unreadable" || lease === undefined
            ? "unreadable"
            : `since ${formatTime(lease.since)}${unschedulable || lease.noCordon === true ? "" : ", void: the node is schedulable"}`,
      })),
      fix: "continue the run, or release the node",
      commands: [
        `${program} ${sh`node ${names[0] ?? ""}`}`,
        `${program} ${sh`node --release ${names[0] ?? ""}`}`,
      ],
    };
  },
});
