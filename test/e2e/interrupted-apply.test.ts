/** `apply`, cut off anywhere. */
import { interrupted } from "../faults/interrupted.ts";
import { stories } from "../faults/stories/apply.ts";

for (const story of stories) interrupted(story);
