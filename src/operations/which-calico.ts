import { userError } from "../errors.ts";
import type { CalicoFacts } from "../facts/calico.ts";
import type { CalicoDaemonSet } from "../facts/daemonset.ts";
import type { Install } from "../facts/install.ts";
import { notOurs } from "../facts/not-ours.ts";
import type { NamespacedName } from "../model/kube.ts";
import type { Reading } from "../model/reading.ts";

/** What the operator or a distribution runs is not changed behind its back: throws UserError. */
export function refuseOthersInstall(install: Install): void {
  const why = notOurs(install);
  if (why !== undefined) throw userError(why);
}

/** The DaemonSet that a command is about; throws UserError where nobody can say which (hazard H20). */
export function chosenOf<T>(chosen: Reading<T>): T {
  if (chosen.known) return chosen.value;
  throw userError(
    chosen.why === "failed" ? chosen.message : `which Calico runs cannot be told: ${chosen.message}`,
  );
}

/**
 * For what runs without a calico-node of Kubernetes as well; undefined: there is none, or it cannot be seen. One that
 * was named has to be there.
 */
export function chosenIfAny(
  { all, chosen }: Pick<CalicoFacts, "all" | "chosen">,
  named: NamespacedName | undefined,
): CalicoDaemonSet | undefined {
  if (!all.known || (all.value.length === 0 && named === undefined)) return undefined;
  return chosenOf(chosen);
}
