/** `configmap --set` of a value that calico-node reads (with etcd the controller, too), where a request fails. */
import { faulty } from "../faults/faulty.ts";
import { stories } from "../faults/stories/configmap.ts";

for (const story of stories) faulty(story);
