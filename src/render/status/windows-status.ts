import type { WindowsFacts } from "../../facts/windows.ts";
import { tagOf } from "./components.ts";
import type { WindowsStatus } from "./kind.ts";

/** Calico on Windows nodes; undefined: there is nothing to report. */
export function windowsStatus({ sets, unserved }: WindowsFacts): WindowsStatus | undefined {
  if (!sets.known) return undefined;
  const bare = unserved.known ? unserved.value : [];
  if (sets.value.length === 0 && bare.length === 0) return undefined;
  return {
    daemonSets: sets.value.map(({ daemonSet: { namespace, name, ready, desired }, image, serves }) => ({
      namespace,
      name,
      image,
      version: tagOf(image),
      ready,
      desired,
      nodes: serves.known ? serves.value : "unknown",
    })),
    unserved: unserved.known ? bare : "unknown",
  };
}
