import type { NodeRule } from "./node-rule.ts";
import { loadBalancers } from "./rules/h09-load-balancers.ts";
import { reconcilers } from "./rules/h12-reconcilers.ts";
import { silentNode } from "./rules/h16-silent-node.ts";
import { restartStorm } from "./rules/h17-restart-storm.ts";
import { othersReady } from "./rules/h18-others.ts";
import { lastNode } from "./rules/h19-last-node.ts";
import { bothSides } from "./rules/h28-both-sides.ts";

/** What stands before the restart of one node; the worst first. */
export const nodeRules: readonly NodeRule[] = [
  silentNode,
  othersReady,
  restartStorm,
  reconcilers,
  loadBalancers,
  lastNode,
  bothSides,
];
