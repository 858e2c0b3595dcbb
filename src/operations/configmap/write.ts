import { sendWrite } from "../../cluster/write.ts";
import type { AppContext } from "../../context.ts";
import { isApiError, userError } from "../../errors.ts";
import { notedApart, noted, noteOn } from "../../merge/config-map.ts";
import { formatConfigChange, type ConfigChange } from "../../model/config-ledger.ts";
import type { KubeObject } from "../../model/kube.ts";
import type { Write } from "../../model/write.ts";
import { openRunBundle } from "../open-run-bundle.ts";
import type { ConfigMapOptions } from "../../commands/configmap/options.ts";
import type { Prepared } from "./prepare.ts";

export interface Written {
  readonly object?: KubeObject;
  /** Where what was there is saved. */
  readonly bundle?: string;
}

/**
 * Saves, writes by compare-and-swap, and leaves the note of what was changed when (hazard H25). Throws
 * UserError where somebody was quicker.
 */
export async function saveAndWrite(
  { connection, discovery, live, ref, clock }: Prepared,
  first: Write,
  change: ConfigChange,
  { dryRun: kind, again, bundleDir }: ConfigMapOptions,
  context: Pick<AppContext, "env" | "now">,
): Promise<Written> {
  if (kind === "client") return {};
  const dryRun = kind === "server";
  const note = change.keys.length === 0 ? undefined : formatConfigChange(change);
  const send = async (each: Write): Promise<KubeObject> =>
    (await sendWrite(connection, each, { dryRun, serverVersion: discovery.version })).object;
  const sent = note === undefined ? first : noted(first, note);
  if (dryRun) {
    await send(sent);
    return {};
  }
  const bundle = await openRunBundle(connection, context, {
    command: "configmap",
    place: bundleDir,
    kubernetes: discovery.version,
    now: clock.now,
  });
  try {
    const [id] = await bundle.save([{ action: "changed", ref, before: live }]);
    try {
      const apart = note !== undefined && notedApart(first);
      // Before it as well: a run that is killed between the two is known all the same.
      const told = apart ? await send(noteOn(live, ref, note)) : live;
      let object = await send(at(sent, told));
      if (apart) object = await send(noteOn(object, ref, note));
      if (id !== undefined) bundle.done(id, object);
      return { object, bundle: bundle.directory };
    } catch (error) {
      const refused = isApiError(error) && error.status < 500;
      if (id !== undefined && refused) bundle.dropped(id);
      if (isApiError(error) && error.status === 409)
        throw userError(
          `somebody changed ConfigMap ${ref.namespace ?? ""}/${ref.name} since it was read; nothing was changed: look at the difference again, then: ${again}`,
        );
      throw error;
    }
  } finally {
    await bundle.close();
  }
}

/** The same patch of the ConfigMap as our note has left it. */
function at(write: Write, { metadata: { resourceVersion } }: KubeObject): Write {
  if (write.verb !== "patch") return write;
  const body = write.body as { readonly metadata?: object };
  return { ...write, body: { ...body, metadata: { ...body.metadata, resourceVersion } } };
}
