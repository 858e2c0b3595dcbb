import { templateRule } from "../../template-rule.ts";
import { some } from "../../some.ts";

/** Calico-facts 8. */
export const hostPaths = templateRule({
  id: "M08",
  severity: "error",
  page: {
    title: "volumes lead to the same paths of the hosts",
    why: "A distribution or a kubelet with its own directories finds the CNI plugin only where it looks; elsewhere new pods get no network.",
    detected: "volumes of the same name with another hostPath, and volumes that the file no longer has",
    fix: "Set in the file the paths that the live DaemonSet has.",
    sources: [
      "https://github.com/projectcalico/calico/issues/2841",
      "calico cni-plugin/pkg/install (host directories)",
    ],
  },
  steps: ["node", "apply"],
  check({ live, file }) {
    const after = new Map(file.daemonSet.template.volumes.map((volume) => [volume.name, volume]));
    const onHost = live.daemonSet.template.volumes.filter(({ hostPath }) => hostPath !== undefined);
    const moved = onHost.flatMap(({ name, hostPath = "" }) => {
      const path = after.get(name)?.hostPath;
      return path === undefined || bare(path) === bare(hostPath) ? [] : [{ name, from: hostPath, to: path }];
    });
    const gone = onHost.filter(({ name, hostPath = "" }) => {
      const paths = [...after.values()].map((volume) => bare(volume.hostPath ?? ""));
      return !after.has(name) && !paths.includes(bare(hostPath));
    });
    const object = `DaemonSet ${live.daemonSet.namespace}/${live.daemonSet.name}`;
    const evidence = [
      ...moved.map(({ name, from, to }) => ({ object, field: `volume ${name}`, value: `${from} → ${to}` })),
      ...gone.map(({ name, hostPath = "" }) => ({
        object,
        field: `volume ${name}`,
        value: `${hostPath} → none`,
      })),
    ];
    if (moved.length > 0) {
      return {
        outcome: "fail",
        because: `volumes lead elsewhere on the hosts: ${some(moved.map(({ name, from, to }) => `${name} to ${to} instead of ${from}`))}`,
        evidence,
        fix: `set hostPath in the file: ${some(moved.map(({ name, from }) => `${name} ${from}`))}`,
      };
    }
    if (gone.length > 0) {
      return {
        outcome: "fail",
        severity: "info",
        because: `the file no longer has ${some(gone.map(({ name, hostPath = "" }) => `${name} (${hostPath})`))}`,
        evidence,
        fix: "nothing, where a release dropped them; put those back that are your own",
      };
    }
    return { outcome: "pass", because: "volumes of the same name lead to the same paths" };
  },
});

function bare(path: string): string {
  return path.replace(/(?:(?<=[^/])|(?<=^\/))\/+$/, "");
}
