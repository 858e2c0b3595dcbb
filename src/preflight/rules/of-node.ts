// Written by scripts/write-checks.ts from the files beside it; change those, not this.
import type { NodeRule } from "../node-rule.ts";
import { loadBalancers } from "./rollout/h09-load-balancers.ts";
import { reconcilers } from "./ownership/h12-reconcilers.ts";
import { silentNode } from "./health/h16-silent-node.ts";
import { restartStorm } from "./network/h17-restart-storm.ts";
import { othersReady } from "./rollout/h18-others.ts";
import { lastNode } from "./rollout/h19-last-node.ts";
import { timeWithoutRoutes } from "./network/h22-time-without-routes.ts";
import { bothSides } from "./data/h28-both-sides.ts";
import { fullMesh } from "./rollout/h36-full-mesh.ts";

export const rulesOfNode: readonly NodeRule[] = [
  loadBalancers,
  reconcilers,
  silentNode,
  restartStorm,
  othersReady,
  lastNode,
  timeWithoutRoutes,
  bothSides,
  fullMesh,
];
