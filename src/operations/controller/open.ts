import type { Session } from "../session.ts";
import { factsReader, usualNamespace } from "../../cluster/facts-reader.ts";
import { discover } from "../../cluster/discovery.ts";
import { policyGroups } from "../../cluster/observe-policy.ts";
import { observedGroups, type Need, type Watched } from "../../cluster/observe.ts";
import type { Followed } from "../../cluster/follow.ts";
import type { Discovery } from "../../cluster/port.ts";
import { firstFrom, readOnce } from "../../cluster/read-once.ts";
import { userError } from "../../errors.ts";
import type { CalicoDaemonSet } from "../../facts/daemonset.ts";
import { calicoFacts } from "../../facts/calico.ts";
import { installOwner, type InstallOwner } from "../../merge/apply-object.ts";
import type { DatastoreType } from "../../model/datastore.ts";
import type { KubeObject, NamespacedName } from "../../model/kube.ts";
import type { Observed } from "../../model/observed.ts";
import type { PodFacts } from "../../model/pod.ts";
import type { Served } from "../../model/served.ts";
import { workloadFacts, type WorkloadFacts } from "../../model/workload.ts";
import { liveControllerWorld, type LiveControllerWorld } from "../../perform/controller-world.ts";
import { followDaemonSet, type LiveDaemonSet } from "../../perform/node-world.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { served } from "../node/open.ts";
import { chosenIfAny, refuseOthersInstall } from "../which-calico.ts";

/** Everything that a controller run looks at, read and followed until the signal aborts. */
export interface OpenController {
  readonly discovery: Discovery;
  /** Calico's. */
  readonly namespace: string;
  /** Whose lease the run holds; undefined: no DaemonSet runs calico-node here. */
  readonly daemonSet: CalicoDaemonSet | undefined;
  readonly seen: Observed;
  readonly datastore: DatastoreType | "unknown";
  readonly places: {
    readonly deployments: Served;
    readonly replicaSets: Served;
    readonly daemonSets: Served;
  };
  readonly live: LiveControllerWorld;
  /** As whom new objects are applied (hazard H14). */
  readonly install: InstallOwner;
}

/** What the run that this is a part of follows of the install. */
export interface FollowedInstall extends NamespacedName {
  readonly daemonSets: Followed<LiveDaemonSet>;
  /** Those of all components; undefined: only calico-node's are followed. */
  readonly pods?: Followed<PodFacts>;
}

const needs: readonly Need[] = ["nodes", "daemonSets", "pods", "workloads", "configMaps", "installation"];

/** Label selector of controllers' pods in upstream's manifests. */
export const usualPods = "k8s-app in (calico-policy,calico-kube-controllers)";
const usualLabels = ["calico-policy", "calico-kube-controllers"];

/**
 * `objects`: of the file, whose controller's pods are looked for as well. `wanted`: the calico-node DaemonSet
 * whose controller it is, where there are several (hazard H20).
 */
export async function openController(
  { connection, clock }: Pick<Session, "connection" | "clock">,
  objects: readonly KubeObject[],
  wanted: NamespacedName | undefined,
  signal: AbortSignal,
  /** What the run that this is a part of has, and follows. */
  known: Watched = {},
  followed?: FollowedInstall,
): Promise<OpenController> {
  const discovered = discover(connection, [...new Set([...observedGroups, ...policyGroups])], signal);
  // What is looked at and what is followed begin at the same moment.
  const once = readOnce(connection);
  const usual = usualNamespace(connection, wanted);
  const seen = await factsReader(once, clock.now, { discovered, namespace: usual })(needs, known);
  const calico = calicoFacts(seen, catalogue, wanted);
  refuseOthersInstall(calico.installSeen);
  const daemonSet = chosenIfAny(calico, wanted);
  if (!seen.workloads.known)
    throw userError(`which controllers run cannot be told: ${seen.workloads.message}`);
  const discovery = await discovered;
  const places = {
    deployments: served(discovery, "deployments", ["apps", "extensions"]),
    replicaSets: served(discovery, "replicasets", ["apps", "extensions"]),
    daemonSets: served(discovery, "daemonsets", ["apps", "extensions"]),
  };
  const controllers = seen.workloads.value.filter(({ component }) => component === "controller");
  const namespace = daemonSet?.namespace ?? controllers[0]?.namespace ?? usual;
  const inFile = objects.flatMap((object) => ofFile(object) ?? []);
  const opening = firstFrom(once, connection);
  const own = followed?.namespace === namespace ? followed : undefined;
  const daemonSets =
    daemonSet === undefined
      ? undefined
      : own?.name === daemonSet.name
        ? own.daemonSets
        : followDaemonSet(opening.connection, places.daemonSets, daemonSet, { signal, onChange: () => {} });
  const live = await liveControllerWorld(opening.connection, {
    namespace,
    places,
    daemonSets,
    podSelectors: (running) => podSelectors([...running, ...inFile]),
    followed: own?.pods === undefined ? undefined : { selector: usualPods, pods: own.pods },
    now: clock.now,
    signal,
  });
  opening.opened();
  const set = [...(daemonSets?.objects.values() ?? [])].map(({ raw }) => raw);
  const install = installOwner([...live.snapshot().workloads.map(({ raw }) => raw), ...set]);
  return {
    discovery,
    namespace,
    daemonSet,
    seen,
    datastore: daemonSet?.datastore.type ?? "unknown",
    places,
    live,
    install,
  };
}

function ofFile(object: KubeObject) {
  const facts =
    object.kind === "Deployment" || object.kind === "ReplicaSet" ? workloadFacts(object) : undefined;
  return facts?.component === "controller" ? facts : undefined;
}

/** One list for the usual labels, and one for each other selector. */
function podSelectors(workloads: readonly WorkloadFacts[]): readonly string[] {
  const others = workloads
    // Old manifests name no selector: it is the template's labels.
    .map(({ selector, template }) => (Object.keys(selector).length === 0 ? template.labels : selector))
    .filter((selector) => !usualLabels.includes(selector["k8s-app"] ?? ""))
    .map((selector) =>
      Object.entries(selector)
        .map(([key, value]) => `${key}=${value}`)
        .join(","),
    );
  return [...new Set([usualPods, ...others])];
}
