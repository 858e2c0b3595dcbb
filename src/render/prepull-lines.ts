import type { PrepullGoal } from "../plan/prepull/goal.ts";
import type { PrepullSeen } from "../plan/prepull/seen.ts";
import { nodesWithImages } from "../plan/prepull/summary.ts";
import { plural, some } from "../model/words.ts";
import { seconds } from "./seconds.ts";

/** What is said while images are pulled. */
export interface PrepullWords {
  readonly title: string;
  /** Before the first pod. */
  readonly begins: string;
  /** How far it is; with the node that has its images now. */
  readonly progress: (seen: PrepullSeen, node?: string) => string;
}

/** `suffix`: a dry run's. */
export function prepullWords(goal: PrepullGoal, suffix: string): PrepullWords {
  const images = [...new Set(goal.nodes.flatMap((each) => each.images))];
  const names = goal.nodes.map(({ node }) => node);
  const count = goal.nodes.length;
  const atOnce = count > goal.ahead ? `, ${goal.ahead} at a time` : "";
  return {
    title: "pull images",
    begins: `pulling ${plural(images.length, "image")} on ${plural(count, "node")} (${some(names, 5)})${atOnce}: ${some(images, 6)}${suffix}`,
    progress(seen, node) {
      const took = node === undefined || suffix !== "" ? undefined : seen.pulled[node];
      const own = node === undefined ? "" : ` (${node}${took === undefined ? "" : ` in ${seconds(took)}`})`;
      return `images: ${nodesWithImages(goal, seen)} of ${plural(goal.of, "node")}${own}${suffix}`;
    },
  };
}
