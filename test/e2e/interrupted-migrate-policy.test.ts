/** `migrate-policy`, cut off anywhere. */
import { interrupted } from "../faults/interrupted.ts";
import { stories } from "../faults/stories/migrate-policy.ts";

for (const story of stories) interrupted(story);
