import { clusterUid } from "../cluster/cluster-uid.ts";
import type { Connection } from "../cluster/port.ts";
import { bundleRoot } from "../bundle/place.ts";
import type { PartOf } from "../bundle/part.ts";
import { openBundle, type OpenBundle } from "../bundle/write.ts";
import type { AppContext } from "../context.ts";
import type { JsonObject } from "../model/kube.ts";
import type { Millis } from "../model/time.ts";
import { version } from "../version.ts";

/** Opens the bundle of a run on this cluster. Throws UserError where it cannot be written. */
export async function openRunBundle(
  connection: Connection,
  context: Pick<AppContext, "env">,
  run: {
    readonly command: string;
    /** --bundle-dir */
    readonly place: string | undefined;
    /** Of discovery. */
    readonly kubernetes: string;
    readonly now: () => Millis;
    readonly data?: JsonObject;
    readonly partOf?: PartOf;
  },
): Promise<OpenBundle> {
  const root = bundleRoot(run.place, context.env);
  return await openBundle(root, {
    command: run.command,
    tool: version,
    cluster: {
      uid: await clusterUid(connection),
      server: connection.server,
      kubernetes: run.kubernetes,
    },
    now: run.now,
    ...(run.data === undefined ? {} : { data: run.data }),
    ...(run.partOf === undefined ? {} : { partOf: run.partOf }),
  });
}
