/** `controller -f`, where a request fails: a Deployment, and the ReplicaSet of the time before v2.0. */
import { faulty } from "../faults/faulty.ts";
import { stories } from "../faults/stories/controller.ts";

for (const story of stories) faulty(story);
