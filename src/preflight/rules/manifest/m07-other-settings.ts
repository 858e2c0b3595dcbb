import { manifestsCompared } from "../../../releases/citations.ts";
import { settingsRule } from "../../setting-rule.ts";

/** Calico-facts 6, row 16. */
export const otherSettings = settingsRule({
  id: "M07",
  severity: "warning",
  page: {
    title: "no other setting of your own is lost",
    why: "An apply brings the file's values: probes, limits, containers, annotations and whatever else was put into the old manifest goes away without a word.",
    detected:
      "every field of every object of the file that no rule of its own looks at: as it is in upstream's manifest of the release that runs, in the cluster, and after the apply",
    fix: "Put into the file what was meant: each line names the object, the field, its value now and after the apply.",
    sources: [manifestsCompared, "https://github.com/aws/amazon-vpc-cni-k8s/pull/395"],
  },
  kinds: ["other"],
  kept: "no other setting of your own is changed or lost",
});
