import { span } from "../releases/version.ts";
import type { CheckResult } from "./rule.ts";
import type { StepMet } from "./step-met.ts";

/** What etcd holds is not in the API (calico-facts 3.3). */
export const etcdDataMet: StepMet = {
  when: { from: span(undefined, "v3.0.0"), to: span("v3.0.0"), datastore: "etcd" },
  looks: [],
  answer: (_readings, because): CheckResult => ({
    outcome: "unknown",
    because: `whether the etcd server is v3 and the data is converted is not in the API; ${because}`,
    fix: "ask upstream's calico-upgrade whether the data can be converted; then continue with --ignore-preflight-errors=P09",
    commands: ["calico-upgrade dry-run"],
  }),
};
