import { backend, speaksBgp } from "../../../model/backend.ts";
import { listOf, recordOf } from "../../../model/record.ts";
import { fileContainers } from "../../file-containers.ts";
import { some } from "../../some.ts";
import { templateRule } from "../../template-rule.ts";

const probes = ["readinessProbe", "livenessProbe", "startupProbe"] as const;

/** Calico-facts 7: `-bird-ready` and `-bird-live` ask BIRD itself. */
export const probesFit = templateRule({
  id: "M23",
  severity: "error",
  page: {
    title: "the probes of calico-node fit its backend",
    why: "A probe that asks BIRD fails for ever where the backend runs none: the pod is never Ready, or killed again and again, and the upgrade stops at the first node.",
    detected: "commands of calico-node's probes in the file, and calico_backend as it is after the apply",
    fix: "Leave -bird-ready and -bird-live out of the probes with vxlan or none, as upstream's manifest for it does.",
    sources: [
      "manifests of v3.14 and newer (calico-vxlan.yaml)",
      "https://docs.tigera.io/calico/latest/networking/configuring/vxlan-ipip",
    ],
  },
  steps: ["node", "apply"],
  check({ file, manifest }) {
    const { daemonSet, configMaps } = file;
    const runs = backend(daemonSet.template, configMaps);
    if (runs === "unknown" || speaksBgp(runs))
      return { outcome: "n/a", because: runs === "unknown" ? "the backend cannot be told" : "BIRD runs" };
    const asking = fileContainers(manifest).flatMap(({ object, name, raw }) =>
      probes.flatMap((probe) => {
        const command = listOf(recordOf(recordOf(raw[probe])?.["exec"])?.["command"]);
        const words = command.filter(
          (word) => typeof word === "string" && /^--?bird6?-(ready|live)$/.test(word),
        );
        return words.map((word) => ({
          object,
          field: `containers[name="${name}"].${probe}`,
          value: String(word),
        }));
      }),
    );
    if (asking.length === 0)
      return { outcome: "pass", because: `no probe asks BIRD, which ${runs} does not run` };
    return {
      outcome: "fail",
      because: `the backend is ${runs}, which runs no BIRD, and probes ask it: ${some(asking.map(({ field, value }) => `${field} ${value}`))}`,
      evidence: asking,
      fix: `leave ${some([...new Set(asking.map(({ value }) => value))])} out of the probes`,
    };
  },
});
