import type { Draft, OpenBundle } from "../../bundle/write.ts";
import { applierOf } from "../../merge/applier.ts";
import type { JsonObject, KubeObject, Ref } from "../../model/kube.ts";
import { objectName } from "../../render/apply-lines.ts";
import type { Target } from "./scene.ts";

/** What a run saves of its objects, and what it tells the bundle when they are written. */
export interface Saving {
  readonly directory: string;
  /** For steps that save what they write by themselves. */
  readonly bundle: OpenBundle;
  /** `object`: as the server answered the last write. */
  done(ref: Ref, object: KubeObject | undefined): void;
  /** What is done is on the disk: a run that is killed later knows it. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Saves everything that the run changes before the first write; the order is that of the writes. */
export async function saveTargets(
  bundle: OpenBundle,
  targets: readonly Target[],
  recreated: readonly Target[],
): Promise<Saving> {
  // The controller's procedure saves each of its writes by itself; one that is made anew is not its.
  const own = targets.filter((target) => target.part !== "controller" || recreated.includes(target));
  const drafts = own.map((target): Draft => {
    const { ref, object, before } = target;
    return {
      action: before === undefined ? "created" : "changed",
      ref,
      after: object,
      ...(before === undefined ? {} : { before }),
      data: dataOf(before, recreated.includes(target)),
    };
  });
  const ids = await bundle.save(drafts);
  const byName = new Map(own.map(({ ref }, index) => [key(ref), ids[index] ?? 0]));
  return {
    directory: bundle.directory,
    bundle,
    done(ref, object) {
      const id = byName.get(key(ref));
      if (id !== undefined && object !== undefined) bundle.done(id, object);
    },
    flush: async () => void (await bundle.save([])),
    close: () => bundle.close(),
  };
}

/** As whom the object goes back (hazard H14): the bundle holds no managedFields. */
function dataOf(before: KubeObject | undefined, recreated: boolean): JsonObject {
  const marks = recreated ? { recreated: true } : {};
  if (before === undefined) return marks;
  const applier = applierOf(before);
  return applier.kind === "server" ? { ...marks, manager: applier.manager, fields: applier.fields } : marks;
}

function key(ref: Ref): string {
  return `${ref.namespace ?? ""}/${objectName(ref)}`;
}
