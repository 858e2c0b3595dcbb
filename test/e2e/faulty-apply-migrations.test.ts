/** `apply` with migrations of policies and data, where a request fails. */
import { faulty } from "../faults/faulty.ts";
import { stories } from "../faults/stories/apply-migrations.ts";

for (const story of stories) faulty(story);
