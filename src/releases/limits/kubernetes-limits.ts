// Written by scripts/write-checks.ts from the files beside it; change those, not this.
import type { KubernetesLimit } from "../kubernetes.ts";
import { p04Limit } from "../paths/p04-kubernetes-1.7.ts";
import { b13 } from "./b13-apps-v1.ts";
import { b26 } from "./b26-v3.28.4.ts";
import { k02 } from "./k02-extensions-v1beta1.ts";
import { k03 } from "./k03-crds-v1beta1.ts";
import { k04 } from "./k04-rbac-v1beta1.ts";
import { k05 } from "./k05-policy-v1beta1.ts";
import { k06 } from "./k06-crds-v1.ts";
import { k07 } from "./k07-policy-v1.ts";
import { k08 } from "./k08-documented.ts";

export const limits: readonly KubernetesLimit[] = [p04Limit, b13, b26, k02, k03, k04, k05, k06, k07, k08];
