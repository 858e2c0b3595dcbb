import { notes } from "../../../releases/citations.ts";
import { isOrAre } from "../../some.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { span, within } from "../../../releases/version.ts";

const name = "calico-cni-plugin";

/** Calico-facts 4.3, B23; the manifest brings both, so that they lack before it is applied is no fault. */
export const cniAccount = clusterRule({
  id: "B23",
  severity: "error",
  page: {
    title: "the CNI plugin has its own ServiceAccount",
    why: "From v3.26 on calico-node asks for tokens of calico-cni-plugin. Without that ServiceAccount and its ClusterRole no token is made, and no pod starts. New images alone do not bring them.",
    detected: "ServiceAccount and ClusterRole calico-cni-plugin, in the cluster or in the file",
    fix: "Apply the whole manifest of the new release: its ServiceAccount, ClusterRole and ClusterRoleBinding before the DaemonSet.",
    releases: "up to v3.25 → v3.26 and newer",
    sources: [
      notes("v3.26.0"),
      "https://github.com/k0sproject/k0s/issues/4066",
      "https://github.com/canonical/microk8s/issues/4673",
    ],
  },
  when: { to: span("v3.26.0") },
  needs: ["serviceAccounts", "clusterRoles", "running"],
  steps: ["apply"],
  check({ serviceAccounts, clusterRoles, running }, { manifest }) {
    const missing = (
      accounts: readonly { readonly name: string }[],
      roles: readonly { readonly name: string }[],
    ): readonly string[] => [
      ...(accounts.some((each) => each.name === name) ? [] : [`ServiceAccount ${name}`]),
      ...(roles.some((each) => each.name === name) ? [] : [`ClusterRole ${name}`]),
    ];
    const here = missing(serviceAccounts, clusterRoles);
    if (here.length === 0)
      return { outcome: "pass", because: `ServiceAccount and ClusterRole ${name} are there` };
    const evidence = here.map((object) => ({ object, field: "metadata.name", value: "missing" }));
    const fix =
      "apply the whole manifest of the target: ServiceAccount, ClusterRole and ClusterRoleBinding before the DaemonSet";
    if (manifest !== undefined) {
      const { serviceAccounts: accounts, clusterRoles: roles } = manifest.facts;
      const lacking = missing(accounts.known ? accounts.value : [], roles.known ? roles.value : []);
      const still = here.filter((each) => lacking.includes(each));
      // Missing where it is needed already as well: the file mends it.
      return still.length === 0
        ? { outcome: "pass", because: `the file brings ${here.join(" and ")}`, evidence }
        : {
            outcome: "fail",
            because: `${still.join(" and ")} ${isOrAre(still)} neither in the cluster nor in the file`,
            evidence,
            fix,
          };
    }
    const lack = `${here.join(" and ")} ${isOrAre(here)}`;
    return within(running.oldest, span("v3.26.0"))
      ? {
          outcome: "fail",
          because: `${lack} missing, and ${running.oldest.text} needs it already`,
          evidence,
          fix,
        }
      : {
          outcome: "fail",
          severity: "warning",
          because: `${lack} not there yet: the manifest of v3.26 and newer brings that, new images alone do not`,
          evidence,
          fix,
        };
  },
});
