import { notAsked } from "../../cluster/reading.ts";
import { installKind } from "../../facts/install.ts";
import { whichDaemonSet } from "../../facts/which.ts";
import type { DaemonSetFacts } from "../../model/daemonset.ts";
import type { InstallationFacts } from "../../model/install.ts";
import type { KubeObject, NamespacedName } from "../../model/kube.ts";
import type { NodeFacts } from "../../model/node.ts";
import { calicoDaemonSet } from "../../model/observed.ts";
import { known, type Reading } from "../../model/reading.ts";
import { chosenOf, refuseOthersInstall } from "../which-calico.ts";

/** The DaemonSet that the command is about; refuses what is not ours to change (hazard H20). */
export function chooseDaemonSet(
  all: readonly KubeObject[],
  installation: Reading<InstallationFacts | undefined>,
  nodes: readonly NodeFacts[],
  wanted: NamespacedName | undefined,
): { readonly chosen: DaemonSetFacts; readonly raw: KubeObject } {
  const calico = all.flatMap((raw) => {
    const chosen = calicoDaemonSet(raw);
    return chosen === undefined ? [] : [{ ...chosen, chosen, raw }];
  });
  const daemonSets = known(calico);
  refuseOthersInstall(
    installKind({ daemonSets, nodes: known(nodes), installation, configMaps: notAsked }, wanted),
  );
  return chosenOf(whichDaemonSet(daemonSets, wanted));
}
