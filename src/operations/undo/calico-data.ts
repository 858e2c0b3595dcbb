import { hashOf } from "../../bundle/write.ts";
import { differences } from "../../data/compare.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import { manager } from "../../model/names.ts";
import { discover } from "../../cluster/discovery.ts";
import { readObject } from "../../cluster/read-object.ts";
import { dataGroups } from "../migrate-data/read.ts";
import { forceName, type Inverse, type Inverter, type UndoWorld } from "./inverse.ts";
import { isDefinition, isNewData, isOldData } from "./permitted.ts";
import type { PlacedEntry } from "./placed.ts";

/**
 * What migrate-data did. New objects and their definitions stay (hazard H03: a custom resource is never
 * deleted, whoever created it); one that was brought over again gets its content back; old objects that
 * --finish deleted come back where they are still served.
 */
export const calicoDataInverter: Inverter = {
  takes: (entry) =>
    isNewData(entry) || (isDefinition(entry) && entry.action === "created") || isOldData(entry),
  async prepare(entries, { connection, forced }) {
    const discovery = await discover(connection, dataGroups);
    return await Promise.all(entries.map((entry) => inverseOf(entry, { connection, forced, discovery })));
  },
};

async function inverseOf(
  entry: PlacedEntry,
  { connection, discovery, forced }: Pick<UndoWorld, "connection" | "discovery" | "forced">,
): Promise<Inverse> {
  if (entry.action === "created") {
    const because = `undo never deletes a ${isDefinition(entry) ? entry.kind : "custom resource"}: it is left (H03)`;
    return { kind: "nothing", entry, because };
  }
  const { group, version, kind, beforeObject } = entry;
  if (discovery.forKind(`${group}/${version}`, kind) === undefined)
    return {
      kind: "refused",
      entry,
      because: `the server does not serve ${kind} in ${group}/${version}`,
      force: [],
    };
  if (beforeObject === undefined)
    return { kind: "refused", entry, because: "the bundle does not hold it as it was", force: [] };
  const live = await readObject(connection, entry.ref);
  return entry.action === "deleted"
    ? again(entry, beforeObject, live)
    : back(entry, beforeObject, live, forced.has(forceName(entry)));
}

/** An old object that was deleted. */
function again(entry: PlacedEntry, before: KubeObject, live: KubeObject | undefined): Inverse {
  if (live !== undefined) {
    const [first] = differences(before, live);
    return first === undefined
      ? { kind: "nothing", entry, because: "it is there" }
      : {
          kind: "refused",
          entry,
          because: `one of the same name is there, with other content: ${first.path} is ${first.found ?? "missing"}, it was ${first.wanted ?? "missing"}`,
          force: [],
        };
  }
  const { ref } = entry;
  return {
    kind: "write",
    entry,
    verb: "created",
    saved: {
      write: { verb: "create", ref, body: withoutServers(before, ref), fieldManager: manager },
      draft: { action: "created", ref, after: before },
    },
  };
}

/** A new object that was brought over again. */
function back(
  entry: PlacedEntry,
  before: KubeObject,
  live: KubeObject | undefined,
  isForced: boolean,
): Inverse {
  if (live === undefined) return { kind: "nothing", entry, because: "it is gone" };
  if (differences(before, live).length === 0) return { kind: "nothing", entry, because: "it is as it was" };
  const changed = entry.written !== undefined && entry.written.hash !== hashOf(live);
  if (changed && !isForced)
    return { kind: "refused", entry, because: "it was changed since", force: [forceName(entry)] };
  const { ref } = entry;
  const { resourceVersion } = live.metadata;
  const annotations = before.metadata.annotations ?? {};
  return {
    kind: "write",
    entry,
    verb: "configured",
    saved: {
      write: {
        verb: "patch",
        ref,
        patch: "json",
        body: [
          { op: "replace", path: "/metadata/resourceVersion", value: resourceVersion },
          { op: "replace", path: "/spec", value: before["spec"] },
          { op: "add", path: "/metadata/annotations", value: annotations },
        ],
        fieldManager: manager,
      },
      draft: {
        action: "changed",
        ref,
        before: live,
        after: { ...live, metadata: { ...live.metadata, annotations }, spec: before["spec"] },
      },
    },
  };
}

/** As somebody would create it; the bundle holds it without what a server makes. */
function withoutServers(object: KubeObject, { namespace }: Ref): KubeObject {
  const { name, labels, annotations } = object.metadata;
  return {
    ...object,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
  };
}
