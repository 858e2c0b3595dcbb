import { isOrAre } from "../some.ts";
import { clusterRule } from "../cluster-rule.ts";
import { span, within } from "../../releases/version.ts";

const name = "calico-cni-plugin";

/** Calico-facts 4.3, B23; the manifest brings both, so that they lack before it is applied is no fault. */
export const cniAccount = clusterRule({
  id: "B23",
  severity: "error",
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
