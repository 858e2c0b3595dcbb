/** `node -f` of three nodes, cut off anywhere. */
import { interrupted } from "../faults/interrupted.ts";
import { stories } from "../faults/stories/node.ts";

for (const story of stories) interrupted(story);
