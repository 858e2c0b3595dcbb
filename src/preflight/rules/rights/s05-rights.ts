import { rightKey, rightText, type NeededRight, type RightFacts } from "../../../model/right.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { some } from "../../some.ts";

/** Giving rights that one does not hold; whoever holds them all needs neither (hazard H27). */
const escalation = new Set(["escalate", "bind"]);

/** The rights that the coming steps need, as the server answers for the user who asks. */
export const rights = clusterRule({
  id: "S05",
  severity: "error",
  page: {
    title: "you may do what the coming steps do",
    why: "A right that is missing stops an upgrade in the middle; that roles may be given is refused only when it is tried.",
    detected: "access reviews for exactly the requests of the coming steps",
    fix: "Let somebody apply the roles that preflight prints, or --print-role without a cluster, and bind them to you.",
    sources: [
      "https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access",
      "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping",
    ],
  },
  needs: ["rights"],
  check({ rights: answered }, { rights: needed }) {
    if (needed === undefined) return { outcome: "n/a", because: "no target is named, so no step is known" };
    const byKey = new Map(answered.map((right) => [rightKey(right), right]));
    const all = needed.map(
      (right): RightFacts => byKey.get(rightKey(right)) ?? { ...right, allowed: "unknown" },
    );
    const denied = all.filter(({ allowed }) => allowed === false);
    const missing = denied.filter(({ verb }) => !escalation.has(verb));
    const evidence = denied.map(evidenceOf);
    if (missing.length > 0) {
      return {
        outcome: "fail",
        because: `${missing.length} of ${all.length} rights that the steps need are missing: ${some(missing.map(rightText))}`,
        evidence,
        fix: "let somebody apply the roles below and bind them to you",
        missing: denied,
      };
    }
    const unsaid = all.filter(({ allowed }) => allowed === "unknown");
    if (unsaid.length > 0) {
      return {
        outcome: "unknown",
        because: `the server did not say whether you may ${some(unsaid.map(rightText))}`,
        evidence: unsaid.map(evidenceOf),
      };
    }
    if (denied.length > 0) {
      return {
        outcome: "unknown",
        severity: "warning",
        because:
          "roles can be applied only with rights that you hold yourself: whether you do is known when it is tried",
        evidence,
        fix: "apply the roles of the manifest with an account that may escalate and bind clusterroles",
      };
    }
    return { outcome: "pass", because: `all ${all.length} are there` };
  },
});

function evidenceOf(right: NeededRight & { readonly allowed: boolean | "unknown" }) {
  return {
    object: "SelfSubjectAccessReview",
    field: rightText(right),
    value: right.allowed === false ? "denied" : "unknown",
  };
}
