/** The tool's name as the user types it; kubectl runs the binary `kubectl-calico_upgrade` under it. */
export const program = "kubectl calico-upgrade";

/** The commands that a role can be printed for: `plan`, `runbook` and `rebase` read what `preflight` reads. */
export const roleCommands = [
  "status",
  "preflight",
  "node",
  "controller",
  "configmap",
  "migrate-policy",
  "migrate-data",
  "apply",
  "undo",
] as const;

export type RoleCommand = (typeof roleCommands)[number];
