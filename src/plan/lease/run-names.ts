import type { RunCommand } from "../../model/run-command.ts";

/** The run that works on an install's controller: it holds the lease of the DaemonSet as node runs do. */
export function controllerRun(daemonSetUid: string): string {
  return `${daemonSetUid}/controller`;
}

/** A run of several parts: the command, and the manifest that it brings the install to. */
export function commandRun(daemonSetUid: string, { verb, manifest }: RunCommand): string {
  return `${daemonSetUid}/${verb}${manifest === undefined ? "" : `:${manifest}`}`;
}
