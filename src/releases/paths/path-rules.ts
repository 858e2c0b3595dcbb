// Written by scripts/write-checks.ts from the files beside it; change those, not this.
import type { PathRule } from "../path-rule.ts";
import { p01 } from "./p01-begins-at-v1.6.ts";
import { p02 } from "./p02-policies-first.ts";
import { p03 } from "./p03-data-copied.ts";
import { p04 } from "./p04-kubernetes-1.7.ts";
import { p05 } from "./p05-newest-v2.6.ts";
import { p06 } from "./p06-through-v3.0.ts";
import { p07 } from "./p07-data-of-v2.ts";
import { p08 } from "./p08-from-v3.15.ts";
import { p09 } from "./p09-etcd-v3.ts";
import { p10 } from "./p10-etcd-server.ts";
import { p11 } from "./p11-downgrade.ts";
import { p12 } from "./p12-operator.ts";
import { p13 } from "./p13-minors-between.ts";

export const pathRules: readonly PathRule[] = [
  p01,
  p02,
  p03,
  p04,
  p05,
  p06,
  p07,
  p08,
  p09,
  p10,
  p11,
  p12,
  p13,
];
