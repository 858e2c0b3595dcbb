import type { ClusterRule } from "../cluster-rule.ts";
import { unclearIsolation } from "../rules/n01-unclear.ts";
import { toClose } from "../rules/n02-to-close.ts";
import { toDelete } from "../rules/n03-to-delete.ts";
import { alphaAnnotation } from "../rules/n04-alpha.ts";
import { annotationLeft } from "../rules/n05-annotation-left.ts";
import { twoMeanings } from "../rules/n06-two-meanings.ts";
import { egress } from "../rules/n07-egress.ts";
import { nativeEgress } from "../rules/n08-native-egress.ts";
import { noMatch } from "../rules/n09-no-match.ts";

/** What network policies mean. */
export const policyRules: readonly ClusterRule[] = [
  unclearIsolation,
  toClose,
  toDelete,
  alphaAnnotation,
  annotationLeft,
  twoMeanings,
  egress,
  nativeEgress,
  noMatch,
];
