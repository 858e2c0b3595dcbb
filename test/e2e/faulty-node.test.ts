/** `node -f` of three nodes, where a request fails. */
import { faulty } from "../faults/faulty.ts";
import { stories } from "../faults/stories/node.ts";

for (const story of stories) faulty(story);
