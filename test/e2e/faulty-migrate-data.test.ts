/** `migrate-data`, where a request fails; only Kubernetes of its time has something to bring over. */
import { faulty } from "../faults/faulty.ts";
import { stories } from "../faults/stories/migrate-data.ts";

for (const story of stories) faulty(story);
