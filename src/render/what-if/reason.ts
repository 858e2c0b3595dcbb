import type { FlowVerdict } from "../../policy/differences.ts";
import type { Reason } from "../../policy/reasons.ts";

const reasons: Readonly<Record<Reason["kind"], string>> = {
  policy: "a policy that did nothing begins to isolate these pods",
  annotation: "the DefaultDeny annotation has no effect any more, and no policy selects these pods",
  reading: "ipBlock or policyTypes of a policy are read in another way",
  egress: "egress rules begin to be enforced",
  unclear: "whether the namespace is closed is unclear; --treat-as decides",
  unreadable: "a policy of the namespace is not understood",
  "other end": "what these pods let in is not known",
  "no address": "pods have no address yet, or one inside the ipBlocks of a rule and one outside",
};

export function reasonText({ kind }: Reason, after: FlowVerdict): string {
  // The same policies can also let more through than before.
  return kind === "policy" && after === "allow" ? reasons.reading : reasons[kind];
}
