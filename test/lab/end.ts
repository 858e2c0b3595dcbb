/** Ends everything that was started for a lab and forgets it. Its namespaces go with its processes. */
import { endProcesses } from "../cluster/processes.ts";
import { removeFolder } from "../cluster/state.ts";
import { removeCgroups } from "./cgroups.ts";

export async function endLab(name: string): Promise<void> {
  await endProcesses(name);
  await removeCgroups(name);
  removeFolder(name);
}
