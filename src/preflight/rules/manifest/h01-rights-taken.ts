import { uncovered } from "../../../manifest/covers.ts";
import { describeGrants } from "../../../manifest/missing.ts";
import type { RoleFacts } from "../../../model/rbac.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { some } from "../../some.ts";

/** Hazard H01: what old pods lose where the file is applied in one go. */
export const rightsTaken = clusterRule({
  id: "H01",
  severity: "warning",
  page: {
    title: "what old pods need is there until the last node is done",
    why: "a new manifest takes rights and keys away; an older calico-node that restarts without them never becomes Ready",
    detected:
      "the pods of older revisions, and the roles, accounts and ConfigMap keys that a file takes away",
    fix: "Let the order of the plan stand: expand first, contract after the last node.",
    sources: ["seen in manifests: v3.25 and v3.26, v3.30 and v3.32, v2.4 and v2.5"],
  },
  when: { manifest: true },
  needs: ["clusterRoles", "roles", "configMaps"],
  check({ clusterRoles, roles, configMaps }, { manifest }) {
    const facts = manifest?.facts;
    const inFile: readonly RoleFacts[] = [
      ...(facts?.clusterRoles.known === true ? facts.clusterRoles.value : []),
      ...(facts?.roles.known === true ? facts.roles.value : []),
    ];
    const live: readonly RoleFacts[] = [...clusterRoles, ...roles];
    const taken = inFile.flatMap((file) => {
      const there = live.find((each) => isSame(each, file));
      const grants = there === undefined ? [] : uncovered(file.rules, there.rules);
      return grants.length === 0
        ? []
        : [{ object: `${file.kind} ${file.name}`, field: "rules", value: describeGrants(grants) }];
    });
    const maps = facts?.configMaps.known === true ? facts.configMaps.value : [];
    const keys = maps.flatMap((file) => {
      const there = configMaps.find((each) => isSame(each, file));
      const gone = Object.keys(there?.data ?? {}).filter((key) => !(key in file.data));
      return gone.length === 0
        ? []
        : [{ object: `ConfigMap ${file.name}`, field: "data", value: gone.join(", ") }];
    });
    const evidence = [...taken, ...keys];
    if (evidence.length === 0)
      return { outcome: "pass", because: "the file takes no right and no ConfigMap key away" };
    return {
      outcome: "fail",
      because: `the file takes away what calico-node of the old release may still use: ${some(evidence.map(({ object, value }) => `${object}: ${value}`))}`,
      evidence,
      fix: "let it go only after the last node: plan -f gives that order, and applying the whole file at once does not keep it",
    };
  },
});

interface SubjectName {
  readonly kind?: string;
  readonly name: string;
  readonly namespace?: string;
}

function isSame(live: SubjectName, file: SubjectName): boolean {
  return (
    live.kind === file.kind &&
    live.name === file.name &&
    (file.namespace === undefined || file.namespace === "" || file.namespace === live.namespace)
  );
}
