/** `migrate-data`, cut off anywhere; only Kubernetes of its time has something to bring over. */
import { interrupted } from "../faults/interrupted.ts";
import { stories } from "../faults/stories/migrate-data.ts";

for (const story of stories) interrupted(story);
