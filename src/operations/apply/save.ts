import type { OpenBundle } from "../../bundle/write.ts";
import type { Draft } from "../../model/draft.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import { objectName } from "../../model/object-name.ts";
import { savedOwner } from "../../merge/former-owner.ts";
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
      data: { ...savedOwner(before), ...(recreated.includes(target) ? { recreated: true } : {}) },
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

function key(ref: Ref): string {
  return `${ref.namespace ?? ""}/${objectName(ref)}`;
}
