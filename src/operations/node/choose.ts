import { userError } from "../../errors.ts";
import type { DaemonSetFacts } from "../../model/daemonset.ts";
import { installKind, type InstallationFacts, type InstallEvidence } from "../../model/install.ts";
import type { KubeObject } from "../../model/kube.ts";
import type { NodeFacts } from "../../model/node.ts";
import { calicoDaemonSet } from "../../model/observed.ts";
import type { Reading } from "../../model/reading.ts";
import { procedureFor } from "../../render/status/procedure.ts";

/** The DaemonSet that the command is about; refuses what is not ours to change (hazard H20). */
export function chooseDaemonSet(
  all: readonly KubeObject[],
  installation: Reading<InstallationFacts | undefined>,
  nodes: readonly NodeFacts[],
  wanted: { readonly namespace: string; readonly name: string } | undefined,
): { readonly chosen: DaemonSetFacts; readonly raw: KubeObject } {
  const calico = all.flatMap((raw) => {
    const chosen = calicoDaemonSet(raw);
    return chosen === undefined ? [] : [{ chosen, raw }];
  });
  const sets = calico.map(({ chosen }) => chosen);
  refuseOthersInstall({
    daemonSets: { known: true, value: sets },
    nodes: { known: true, value: nodes },
    installation,
  });
  if (wanted !== undefined) {
    const found = calico.find(
      ({ chosen: { namespace, name } }) => namespace === wanted.namespace && name === wanted.name,
    );
    if (found !== undefined) return found;
    const there = sets.length === 0 ? "there is none" : `there is ${names(sets)}`;
    throw userError(`no calico-node DaemonSet ${wanted.namespace}/${wanted.name}; ${there}`);
  }
  const [first, ...others] = calico;
  if (first === undefined) {
    throw userError(
      "no Calico found: no DaemonSet has a container calico-node or an image calico/node; look with: kubectl calico-upgrade status",
    );
  }
  if (others.length > 0) {
    throw userError(
      `there are ${sets.length} calico-node DaemonSets: ${names(sets)}; choose one with --daemonset NAMESPACE/NAME`,
    );
  }
  return first;
}

/** What the operator or a distribution runs is not changed behind its back. */
export function refuseOthersInstall(seen: InstallEvidence): void {
  const install = installKind(seen);
  if (install.kind === "operator" || install.kind === "migrating" || install.kind === "distribution") {
    throw userError(
      `${procedureFor(install) ?? "this Calico is not this tool's to upgrade"} (seen: ${install.evidence.join("; ")})`,
    );
  }
}

function names(sets: readonly DaemonSetFacts[]): string {
  return sets.map(({ namespace, name }) => `${namespace}/${name}`).join(", ");
}
