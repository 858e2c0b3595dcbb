import type { DaemonSetProgress, RunState } from "../../facts/progress.ts";
import type { RevisionFacts } from "../../model/revision.ts";
import { formatTime } from "../../model/time.ts";
import type { DaemonSetStatus, RunStatus } from "./kind.ts";

/** One DaemonSet: what it is, and how far its upgrade has come. */
export function daemonSetStatus(set: DaemonSetProgress): DaemonSetStatus {
  const { namespace, name, flavour, image, release, datastore, backend, nodes, pinned, run, revision } = set;
  return {
    namespace,
    name,
    flavour,
    image,
    release,
    datastore,
    backend,
    strategy: set.daemonSet.strategy.type,
    nodes,
    ...(pinned === undefined ? {} : { pinned }),
    ...(run === undefined ? {} : { run: runStatus(run) }),
    ...(revision === undefined ? {} : { revision: revisionStatus(revision) }),
  };
}

function runStatus({ renewed, ...run }: RunState): RunStatus {
  const { state, holder, ...more } = run;
  return {
    state,
    ...(holder === undefined ? {} : { holder }),
    ...(renewed === undefined ? {} : { renewed: formatTime(renewed) }),
    ...more,
  };
}

function revisionStatus({ name, revision, hash }: RevisionFacts): NonNullable<DaemonSetStatus["revision"]> {
  return { name, number: revision, ...(hash === undefined ? {} : { hash }) };
}
