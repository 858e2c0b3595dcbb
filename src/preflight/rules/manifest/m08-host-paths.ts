import { settingsRule } from "../../setting-rule.ts";

/** Calico-facts 8. */
export const hostPaths = settingsRule({
  id: "M08",
  severity: "error",
  page: {
    title: "volumes lead to the same paths of the hosts",
    why: "A distribution or a kubelet with its own directories finds the CNI plugin only where it looks; elsewhere new pods get no network.",
    detected: "hostPath of volumes of the same name, as they are and as the apply would leave them",
    fix: "Set in the file the paths that the live DaemonSet has.",
    sources: [
      "https://github.com/projectcalico/calico/issues/2841",
      "calico cni-plugin/pkg/install (host directories)",
    ],
  },
  kinds: ["host path"],
  which: ({ before, after }) => bare(before) !== bare(after),
  // No release of upstream's has moved one: a file that does is not upstream's.
  counts: () => true,
  ofUnknown: "error",
  kept: "volumes of the same name lead to the same paths",
});

/** A slash at the end leads nowhere else. */
function bare(path: unknown): unknown {
  return typeof path === "string" ? path.replace(/(?:(?<=[^/])|(?<=^\/))\/+$/, "") : path;
}
