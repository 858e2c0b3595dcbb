import type { ConfigMapChange } from "../../merge/config-map.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import type { Observed } from "../../model/observed.ts";
import { known } from "../../model/reading.ts";
import { checkStep } from "../preflight/step.ts";
import type { Session } from "../session.ts";
import { writtenAlone } from "../written-alone.ts";
import type { OpenConfigMap } from "./open.ts";
import type { ConfigMapRequest } from "./request.ts";

/**
 * The rules of preflight about who owns the install and whether its data is at rest, with the new values;
 * throws UserError where they forbid the change.
 */
export async function checkConfigMapStep(
  { connection, clock, emit }: Pick<Session, "connection" | "clock" | "emit">,
  { discovery, daemonSet, daemonSetRef, seen, ref }: OpenConfigMap,
  { data }: Pick<ConfigMapChange, "data">,
  /** The whole ConfigMap of a file; keys that are named one by one are meant. */
  inFile: KubeObject | undefined,
  { ignored }: Pick<ConfigMapRequest, "ignored">,
): Promise<void> {
  const { namespace, name } = daemonSet;
  const alone = inFile === undefined ? undefined : await writtenAlone(connection, [inFile], daemonSetRef);
  const place = {
    connection,
    discovery,
    now: clock.now(),
    namespace,
    daemonSet: { namespace, name },
    known: { ...seen, configMaps: withData(seen.configMaps, ref, data), ...alone?.known },
  };
  await checkStep("configmap", place, alone?.subject ?? {}, ignored, emit);
}

/** Values that end a contradiction must not be stopped by it, and those that make one must be. */
function withData(
  configMaps: Observed["configMaps"],
  { namespace, name }: Ref,
  data: Readonly<Record<string, string>>,
): Observed["configMaps"] {
  if (!configMaps.known) return configMaps;
  return known(
    configMaps.value.map((map) =>
      map.namespace === namespace && map.name === name ? { ...map, data } : map,
    ),
  );
}
