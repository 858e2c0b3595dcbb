/** `migrate-policy`, where a request fails. */
import { faulty } from "../faults/faulty.ts";
import { stories } from "../faults/stories/migrate-policy.ts";

for (const story of stories) faulty(story);
