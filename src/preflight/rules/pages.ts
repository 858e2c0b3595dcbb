// Written by scripts/write-checks.ts from the files beside it; change those, not this.
import type { GuardPage } from "../guard-page.ts";
import { undoLimits } from "./data/h03-undo-limits.ts";
import { policiesBack } from "./policy/h04-policies-back.ts";
import { revisionFirst } from "./rollout/h11-revision-first.ts";
import { fieldManagers } from "./manifest/h14-field-managers.ts";
import { settled } from "./rollout/h23-settled.ts";
import { podNetwork } from "./network/h26-pod-network.ts";
import { escalation } from "./rights/h27-escalation.ts";
import { kubernetesOnTheWay } from "./kubernetes/h29-kubernetes-on-the-way.ts";
import { neverRanPage } from "./rollout/h31-never-ran.ts";

export const guardPages: readonly GuardPage[] = [
  undoLimits,
  policiesBack,
  revisionFirst,
  fieldManagers,
  settled,
  podNetwork,
  escalation,
  kubernetesOnTheWay,
  neverRanPage,
];
