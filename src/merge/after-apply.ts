import { daemonSetFacts, type Strategy } from "../model/daemonset.ts";
import { splitApiVersion, type KubeObject, type Ref } from "../model/kube.ts";
import { applyObject, type InstallOwner } from "./apply-object.ts";
import { isHeld, withStrategy } from "./compare.ts";
import { patched } from "./patched.ts";
import { strategyAfter } from "./strategy-after.ts";

/** One object of a file against the cluster. */
export interface AfterApply {
  /** As it is. While we hold a DaemonSet, with the update strategy that it goes back to. */
  readonly live: KubeObject;
  /** As the apply leaves it, before the server fills anything in. */
  readonly after: KubeObject;
}

/**
 * What applying the file's object makes of the live one: the answer of the very merge that writes it. `live` is read
 * where the file's apiVersion is served.
 */
export function afterApply(live: KubeObject, inFile: KubeObject, install: InstallOwner): AfterApply {
  const { group, version } = splitApiVersion(inFile.apiVersion);
  const { name, namespace } = live.metadata;
  const ref: Ref = {
    group,
    version,
    resource: "",
    kind: inFile.kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
  };
  const desired = {
    ...inFile,
    metadata: { ...inFile.metadata, ...(namespace === undefined ? {} : { namespace }) },
  };
  const { patch } = applyObject(live, desired, ref, install);
  const after = patched(live, patch);
  if (inFile.kind !== "DaemonSet") return { live, after };
  const now = strategyNow(live);
  const strategy = strategyAfter(live, desired) ?? now;
  return { live: withStrategy(live, now), after: withStrategy(after, strategy) };
}

/** A DaemonSet that names no update strategy has the one of its group version. */
export function withOwnStrategy(object: KubeObject): KubeObject {
  return object.kind === "DaemonSet" ? withStrategy(object, daemonSetFacts(object).strategy) : object;
}

/** A live DaemonSet with the update strategy that is its owner's: while we hold it, the one that it goes back to. */
export function withOwnersStrategy(live: KubeObject): KubeObject {
  return live.kind === "DaemonSet" ? withStrategy(live, strategyNow(live)) : live;
}

function strategyNow(live: KubeObject): Strategy {
  const { strategy, pinned } = daemonSetFacts(live);
  return pinned === undefined || pinned === "unreadable" || !isHeld(live) ? strategy : pinned;
}
