/** `controller -f`, cut off anywhere: a Deployment, and the ReplicaSet of the time before v2.0. */
import { interrupted } from "../faults/interrupted.ts";
import { stories } from "../faults/stories/controller.ts";

for (const story of stories) interrupted(story);
