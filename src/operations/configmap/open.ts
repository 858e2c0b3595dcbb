import { factsReader, usualNamespace } from "../../cluster/facts-reader.ts";
import { discover } from "../../cluster/discovery.ts";
import { observedGroups } from "../../cluster/observe.ts";
import type { Connection, Discovery } from "../../cluster/port.ts";
import { readObject } from "../../cluster/read-object.ts";
import { userError } from "../../errors.ts";
import { calicoFacts } from "../../facts/calico.ts";
import { configReaders } from "../../model/config-readers.ts";
import { configMapsOf } from "../../model/configmap.ts";
import type { DaemonSetFacts } from "../../model/daemonset.ts";
import type { DatastoreType } from "../../model/datastore.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import type { Observed } from "../../model/observed.ts";
import type { Reading } from "../../model/reading.ts";
import type { TemplateFacts } from "../../model/template.ts";
import type { WorkloadFacts } from "../../model/workload.ts";
import { basicNeeds } from "../../preflight/needs.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { served } from "../node/open.ts";
import type { Session } from "../session.ts";
import { chosenOf, refuseOthersInstall } from "../which-calico.ts";

/** Everything that the change is judged by. */
export interface OpenConfigMap {
  readonly discovery: Discovery;
  readonly seen: Observed;
  readonly daemonSet: DaemonSetFacts;
  /** Of this Calico. */
  readonly datastore: Reading<DatastoreType>;
  /** Where that is served. */
  readonly daemonSetRef: Ref;
  readonly workloads: readonly WorkloadFacts[];
  readonly ref: Ref;
  /** The ConfigMap as served. */
  readonly live: KubeObject;
}

/** Calico's own, among the ConfigMaps that its pods read. */
const usualName = /^(calico|canal)-config$/;

/** `wanted`: the DaemonSet; undefined: the only one. Throws UserError where it cannot be determined which ConfigMap is meant. */
export async function openConfigMap(
  { connection, clock }: Pick<Session, "connection" | "clock">,
  wanted: { readonly namespace: string; readonly name: string } | undefined,
): Promise<OpenConfigMap> {
  const discovered = discover(connection, observedGroups);
  const namespace = usualNamespace(connection, wanted);
  const seen = await factsReader(connection, clock.now, { discovered, namespace })(basicNeeds);
  const calico = calicoFacts(seen, catalogue, wanted);
  refuseOthersInstall(calico.installSeen);
  const daemonSet = chosenOf(calico.daemonSet);
  const workloads = (seen.workloads.known ? seen.workloads.value : []).filter(
    (each) => each.namespace === daemonSet.namespace,
  );
  const name = configMapName([daemonSet.template, ...workloads.map(({ template }) => template)]);
  const ref: Ref = {
    group: "",
    version: "v1",
    resource: "configmaps",
    kind: "ConfigMap",
    namespace: daemonSet.namespace,
    name,
  };
  const live = await readConfig(connection, ref);
  const discovery = await discovered;
  const daemonSetRef: Ref = {
    ...served(discovery, "daemonsets", ["apps", "extensions"]),
    namespace: daemonSet.namespace,
    name: daemonSet.name,
  };
  const { datastore } = calico;
  return { discovery, seen, daemonSet, datastore, daemonSetRef, workloads, ref, live };
}

function configMapName(templates: readonly TemplateFacts[]): string {
  const named = [
    ...new Set([
      ...templates.flatMap(configMapsOf),
      ...templates.flatMap((template) => configReaders(template).map(({ configMap }) => configMap)),
    ]),
  ];
  const usual = named.find((name) => usualName.test(name));
  if (usual !== undefined) return usual;
  const [only, other] = named;
  if (only !== undefined && other === undefined) return only;
  throw userError(
    only === undefined
      ? "Calico's pods here read no ConfigMap"
      : `Calico's pods here read several ConfigMaps and none is calico-config or canal-config: ${named.join(", ")}`,
  );
}

async function readConfig(connection: Connection, ref: Ref): Promise<KubeObject> {
  const found = await readObject(connection, ref);
  if (found !== undefined) return { ...found, apiVersion: "v1", kind: "ConfigMap" };
  throw userError(
    `ConfigMap ${ref.namespace ?? ""}/${ref.name}, which Calico's pods read, is not there; apply it from the manifest first`,
  );
}
