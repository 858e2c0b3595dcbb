import type { KubeObject } from "../../model/kube.ts";
import type { RunLease } from "../../model/lease.ts";
import type { Millis } from "../../model/time.ts";
import type { NodeGoal } from "../node/goal.ts";
import { isSilent } from "../node/pin.ts";
import { inOrder } from "../node/turn.ts";
import { willRestart } from "../node/will-restart.ts";
import type { NodeWorld } from "../node/world.ts";
import { templateOf } from "../pod-of-template.ts";
import type { NodePull } from "./goal.ts";
import { imagesOfTemplate, unknownImages, type WantedImage } from "./images.ts";
import { pullPod } from "./pod.ts";

/** Full names of images, by node. */
export type Pulled = ReadonlyMap<string, ReadonlySet<string>>;

export interface NodePulls {
  /** Nodes that the run restarts. */
  readonly of: number;
  readonly pulls: readonly NodePull[];
}

/** What a node run has to pull before it touches a node; nothing where it is not to. */
export function pullsOf(
  world: NodeWorld,
  goal: NodeGoal,
  { run, pulled, account }: PullOptions,
  now: Millis,
): NodePulls {
  const { prepull } = goal;
  const live = world.daemonSet;
  if (prepull === undefined || live === undefined) return { of: 0, pulls: [] };
  const template = newTemplate(live.raw, goal);
  const wanted = imagesOfTemplate(template);
  // A silent kubelet pulls nothing, and no pod of its node is deleted (hazard H16).
  const nodes = inOrder(world, goal).filter(
    (node) => !isSilent(world, node) && willRestart(world, goal, node, now),
  );
  const pulls = nodes.flatMap((node): readonly NodePull[] => {
    const facts = world.nodes.get(node);
    if (facts === undefined) return [];
    const known = pulled.get(node) ?? new Set();
    const images: readonly WantedImage[] =
      prepull.mode === "always" && known.size === 0 ? wanted : unknownImages(world, facts, wanted, known);
    if (images.length === 0) return [];
    const { namespace } = live.facts;
    return [
      {
        node,
        images: images.map(({ image }) => image),
        pod: pullPod({ namespace, node, template, account, images, run }),
      },
    ];
  });
  return { of: nodes.length, pulls };
}

export interface PullOptions {
  /** The run that makes the pods. */
  readonly run: Pick<RunLease, "run" | "holder">;
  /** What this run has pulled already. */
  readonly pulled: Pulled;
  readonly account?: string | undefined;
}

/** The pod template that the nodes are brought to. */
export function newTemplate(live: KubeObject, { template }: Pick<NodeGoal, "template">): unknown {
  return templateOf(template?.inFile) ?? template?.podTemplate ?? templateOf(live);
}
