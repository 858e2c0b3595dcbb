import { userError } from "../../errors.ts";
import type { KubeObject } from "../../model/kube.ts";
import { objectName } from "../../model/object-name.ts";
import type { ApplyTarget } from "../../plan/apply/target.ts";
import { daemonSetPod, podOf, templateOf } from "../../plan/pod-of-template.ts";
import { tryPod } from "../try-pod.ts";
import type { UpgradeContext } from "./upgrade-context.ts";

/**
 * The pods that the file's templates make are tried before the first write, too (hazard H30): nobody should agree
 * to a run that stops in its middle. What cannot be known is said when it is tried again.
 */
export async function refusePods(
  { connection, discovery, targets }: UpgradeContext,
  changed: readonly ApplyTarget[],
  {
    daemonSet,
    node,
  }: {
    readonly daemonSet: ApplyTarget | undefined;
    /** The first one that restarts. */
    readonly node: string | undefined;
  },
): Promise<void> {
  const pods = [
    ...(daemonSet === undefined || node === undefined
      ? []
      : [{ target: daemonSet, pod: daemonSetPod(ownerOf(daemonSet), templateOf(daemonSet.object), node) }]),
    ...changed
      .filter(({ part, ref }) => part === "controller" && ref.kind === "Deployment")
      .map((target) => ({ target, pod: podOf(ownerOf(target), templateOf(target.object)) })),
  ].filter(({ pod }) => hasAccount(pod, targets));
  const refused = await Promise.all(
    pods.map(async ({ target, pod }) => {
      const verdict = await tryPod(connection, discovery.version, pod);
      return verdict.kind === "refused"
        ? verdict.messages.map((message) => `a pod of ${objectName(target.ref)}: ${message}`)
        : [];
    }),
  );
  const lines = refused.flat();
  if (lines.length === 0) return;
  throw userError(`the server refuses new pods; nothing was changed:\n  ${lines.join("\n  ")}`);
}

function ownerOf({ object, before }: ApplyTarget): KubeObject {
  const { uid } = before?.metadata ?? {};
  return uid === undefined ? object : { ...object, metadata: { ...object.metadata, uid } };
}

/** One that the run itself makes is not there yet. */
function hasAccount(pod: KubeObject, targets: readonly ApplyTarget[]): boolean {
  const { serviceAccountName = "default" } = pod["spec"] as { readonly serviceAccountName?: string };
  const own = targets.find(
    ({ ref }) =>
      ref.kind === "ServiceAccount" &&
      ref.name === serviceAccountName &&
      ref.namespace === pod.metadata.namespace,
  );
  return own === undefined || own.before !== undefined;
}
