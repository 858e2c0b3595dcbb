/** `configmap --set` of a value that calico-node reads (with etcd the controller, too), cut off anywhere. */
import { interrupted } from "../faults/interrupted.ts";
import { stories } from "../faults/stories/configmap.ts";

for (const story of stories) interrupted(story);
