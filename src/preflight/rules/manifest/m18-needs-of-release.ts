import type { TemplateFacts } from "../../../model/template.ts";
import { cniContainer } from "../../../model/workload.ts";
import { atLeast, type Version } from "../../../releases/version.ts";
import { templateRule } from "../../template-rule.ts";

/** B08, B11 and calico-facts 1.2, by the file's own template. */
export const needsOfRelease = templateRule({
  id: "M18",
  severity: "warning",
  page: {
    title: "the template has what its release needs",
    why: "From v3.1 on the CNI plugin reads /var/lib/calico/nodename, from v3.4 on an init container installs it; a template without them starts, and its pods get no network.",
    detected: "hostPath volumes and init containers of the file's template, and mounts without a volume",
    fix: "Start from upstream's manifest of the target.",
    sources: ["manifests of v3.1 and v3.4", "https://github.com/projectcalico/calico/issues/2841"],
  },
  steps: ["apply"],
  check({ file }, _facts, { to }) {
    const { template, namespace, name } = file.daemonSet;
    const lacking = [...unmounted(template), ...(to?.known === true ? lacks(template, to.value) : [])];
    if (lacking.length === 0) return { outcome: "pass", because: "the file's template has what it needs" };
    return {
      outcome: "fail",
      because: lacking.join("; "),
      evidence: lacking.map((value) => ({
        object: `DaemonSet ${namespace}/${name}`,
        field: "the file",
        value,
      })),
      fix: "start from upstream's manifest of the target and bring your own settings into it",
    };
  },
});

function unmounted({ initContainers, containers, volumes }: TemplateFacts): readonly string[] {
  const names = new Set(volumes.map(({ name }) => name));
  return [...initContainers, ...containers].flatMap(({ name, mounts }) =>
    mounts
      .filter((mount) => !names.has(mount.name))
      .map((mount) => `container ${name} mounts ${mount.name}, and there is no such volume`),
  );
}

function lacks(template: TemplateFacts, to: Version): readonly string[] {
  const cni = cniContainer(template);
  const nodename = template.volumes.some(
    ({ hostPath }) => hostPath?.replace(/(?<!\/)\/+$/, "") === "/var/lib/calico",
  );
  return [
    ...(atLeast(to, "v3.1.0") && cni !== undefined && !nodename
      ? ["no volume leads to /var/lib/calico, where the CNI plugin looks for the node's name (v3.1)"]
      : []),
    ...(atLeast(to, "v3.4.0") && cni !== undefined && !template.initContainers.includes(cni)
      ? [
          `${cni.name} is a container, and its image ends after installing: it has to be an init container (v3.4)`,
        ]
      : []),
  ];
}
