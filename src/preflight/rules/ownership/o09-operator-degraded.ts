import { clusterRule } from "../../cluster-rule.ts";
import { some } from "../../some.ts";
import { sh } from "../../../model/shell.ts";

interface OperatorCondition {
  readonly type?: string;
  readonly status?: string;
  readonly message?: string;
}

/** Calico-facts 5 and 6, row 25. */
export const operatorDegraded = clusterRule({
  id: "O09",
  severity: "warning",
  page: {
    title: "the operator reports nothing degraded",
    why: "An operator that makes no progress with the present release makes none with the next either.",
    detected: "the conditions of TigeraStatus objects",
    fix: "Look for the reason in its conditions.",
    commands: ["kubectl describe tigerastatus"],
    sources: ["https://github.com/projectcalico/calico/issues/10569"],
  },
  when: { operator: true },
  needs: ["tigeraStatuses"],
  check({ tigeraStatuses }) {
    const bad = tigeraStatuses.flatMap(({ name, status }) => {
      const conditions = (status["conditions"] ?? []) as readonly OperatorCondition[];
      const degraded = conditions.find((each) => each.type === "Degraded" && each.status === "True");
      const available = conditions.find((each) => each.type === "Available");
      if (degraded !== undefined) return [{ name, why: `Degraded: ${degraded.message ?? ""}` }];
      return available?.status === "False" ? [{ name, why: "not Available" }] : [];
    });
    const silent = tigeraStatuses.filter(({ status }) => status["conditions"] === undefined);
    if (bad.length === 0 && silent.length > 0)
      return {
        outcome: "unknown",
        because: `no condition is reported by ${some(silent.map(({ name }) => `TigeraStatus ${name}`))}`,
      };
    if (bad.length === 0)
      return { outcome: "pass", because: `${tigeraStatuses.length} TigeraStatuses, none degraded` };
    return {
      outcome: "fail",
      because: `the operator is not making progress: ${some(bad.map(({ name, why }) => `${name} (${why})`))}`,
      evidence: bad.map(({ name, why }) => ({
        object: `TigeraStatus ${name}`,
        field: "status.conditions",
        value: why,
      })),
      fix: "look for the reason in its conditions",
      commands: [sh`kubectl describe tigerastatus ${bad[0]?.name ?? ""}`],
    };
  },
});
