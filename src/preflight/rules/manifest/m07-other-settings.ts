import { manifestsCompared } from "../../../releases/citations.ts";
import { isOtherLoss } from "../../settings.ts";
import { settingsRule } from "../../template-rule.ts";

/** Calico-facts 6, row 16. */
export const otherSettings = settingsRule({
  id: "M07",
  severity: "warning",
  page: {
    title: "no other setting of calico-node is lost",
    why: "A manifest replaces the whole environment: what was added to the old one goes away without a word.",
    detected: "environment of calico-node, live and in the file, that no rule of its own looks at",
    fix: "Set in the file what was meant; upstream itself drops some settings between releases.",
    sources: [manifestsCompared, "https://github.com/aws/amazon-vpc-cni-k8s/pull/395"],
  },
  steps: ["apply"],
  which: isOtherLoss,
  kept: "no other setting of calico-node is changed or lost",
});
