import type { Strategy } from "../model/daemonset.ts";
import type { KubeObject, Ref } from "../model/kube.ts";
import { pinnedAnnotation } from "../model/names.ts";
import type { Write } from "../model/write.ts";
import { applierOf } from "./applier.ts";
import { compare, withStrategy } from "./compare.ts";
import { extractOwned } from "./extract.ts";
import { lastApplied } from "./last-applied.ts";

/**
 * Puts the update strategy back in the name of the DaemonSet's owner, so that we own nothing of its spec
 * afterwards and the user's next apply does not conflict (hazards H12, H14). Compare-and-swap. Where a
 * server-side manager owns the object, our pin annotation is left for a write of our own. `inFile`: what this
 * run applied in its name.
 */
export function restoreStrategy(
  live: KubeObject,
  strategy: Strategy,
  ref: Ref,
  inFile?: KubeObject,
): readonly Write[] {
  const applier = applierOf(live);
  const { resourceVersion } = live.metadata;
  if (applier.kind === "server") {
    const applied = appliedBefore(live, extractOwned(live, applier.fields), inFile);
    return [
      {
        verb: "patch",
        ref,
        patch: "apply",
        fieldManager: applier.manager,
        // What it owns already cannot conflict: only the strategy, which is ours by the pin, is forced.
        force: true,
        body: withStrategy(
          { ...applied, metadata: { ...applied.metadata, resourceVersion } } as KubeObject,
          strategy,
        ),
      },
    ];
  }
  return [
    {
      verb: "patch",
      ref,
      patch: "merge",
      fieldManager: applier.manager,
      body: {
        metadata: { resourceVersion, annotations: { [pinnedAnnotation]: null } },
        spec: { updateStrategy: { rollingUpdate: null, ...strategy } },
      },
    },
  ];
}

/**
 * What the server-side owner applied: the file; else last-applied, which the server keeps in step for kubectl;
 * else what the owner holds now, which lacks what a file spells out and no server stores (`readOnly: false`).
 * They differ in defaults alone, or the first are not used.
 */
function appliedBefore(live: KubeObject, owned: KubeObject, inFile: KubeObject | undefined): KubeObject {
  const { updateStrategy } = (live["spec"] ?? {}) as { readonly updateStrategy?: unknown };
  const written = [inFile, lastApplied(live)].find((each) => {
    if (each?.apiVersion !== live.apiVersion || each.kind !== live.kind) return false;
    return Object.keys(compare(owned, withStrategy(each, updateStrategy), live)).length === 0;
  });
  return written ?? owned;
}
