import type { DaemonSetProgress, RunState } from "../../facts/progress.ts";
import { handEdits, type HandEdit } from "../../model/hand-edits.ts";
import type { RevisionFacts } from "../../model/revision.ts";
import { formatTime } from "../../model/time.ts";
import type { DaemonSetStatus, EditStatus, NetworkStatus, RunStatus } from "./kind.ts";

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
    network: networkStatus(set),
    strategy: set.daemonSet.strategy.type,
    edits: handEdits(set.daemonSet.managedFields).map(editStatus),
    nodes,
    ...(pinned === undefined ? {} : { pinned }),
    ...(run === undefined ? {} : { run: runStatus(run) }),
    ...(revision === undefined ? {} : { revision: revisionStatus(revision) }),
  };
}

function networkStatus({ network }: DaemonSetProgress): NetworkStatus {
  const { policyOnly, dataplane, encapsulation } = network;
  const unknown = [dataplane, ...(policyOnly === true ? [] : [encapsulation])].flatMap((reading) =>
    reading.known ? [] : [reading.why === "forbidden" ? "forbidden" : reading.message],
  );
  return {
    policyOnly,
    dataplane: dataplane.known ? dataplane.value : "unknown",
    encapsulation: encapsulation.known ? encapsulation.value : "unknown",
    ...(unknown[0] === undefined ? {} : { unknown: unknown[0] }),
  };
}

function editStatus({ at, ...edit }: HandEdit): EditStatus {
  return { ...edit, ...(at === undefined ? {} : { at: formatTime(at) }) };
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
