import { notes } from "../../../releases/citations.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { envSeen, environmentOf, envOf } from "../../seen.ts";

/** The file that installers up to v2.6 write where CNI_CONF_NAME says nothing else. */
const usual = "10-calico.conf";

/** Calico-facts 8 and 4.3, B04. */
export const cniFile = clusterRule({
  id: "B04",
  severity: "warning",
  page: {
    title: "the old CNI configuration file goes when the new one comes",
    why: "v3.0 writes 10-calico.conflist. The installer deletes the old file only when its name is 10-calico.conf or what CNI_OLD_CONF_NAME says. The kubelet takes the first file in the alphabet, so an old one that stays goes on being used.",
    detected: "CNI_CONF_NAME and CNI_OLD_CONF_NAME of the container install-cni",
    fix: "Set CNI_OLD_CONF_NAME in the new manifest to the name that is in use.",
    releases: "up to v2.6 → v3.0 and newer",
    sources: ["installer of cni v2.0.0 (k8s-install/scripts/install-cni.sh)", notes("v3.0.0")],
  },
  when: { crosses: "v3.0.0" },
  needs: ["daemonSet", "configMaps"],
  check({ daemonSet, configMaps }, { manifest }) {
    const here = environmentOf(daemonSet, configMaps);
    const [now] = envOf(here, "CNI_CONF_NAME");
    if (now === undefined || now.value === usual || now.value === "")
      return {
        outcome: "pass",
        because: `the CNI configuration is ${usual}, which the new installer deletes`,
      };
    const evidence = [envSeen(here, now.container, "CNI_CONF_NAME", now.value)];
    if (now.value === "unknown")
      return {
        outcome: "unknown",
        because: `CNI_CONF_NAME of ${now.container.name} could not be read`,
        evidence,
      };
    const sets = manifest?.facts.daemonSets;
    const next = sets?.known === true ? sets.value[0] : undefined;
    const maps = manifest?.facts.configMaps;
    const there =
      next === undefined ? undefined : environmentOf(next, maps?.known === true ? maps.value : []);
    const names =
      there === undefined ? [] : ["CNI_OLD_CONF_NAME", "CNI_CONF_NAME"].flatMap((name) => envOf(there, name));
    if (names.some(({ value }) => value === now.value))
      return { outcome: "pass", because: `the file deletes or replaces ${now.value}`, evidence };
    return {
      outcome: "fail",
      because: `the CNI configuration is ${now.value}, which the installer of v3.0 and newer leaves; the kubelet may go on using it`,
      evidence,
      fix: `set CNI_OLD_CONF_NAME=${now.value} on install-cni in the new manifest`,
    };
  },
});
