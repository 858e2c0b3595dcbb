/** The commands that a role can be printed for: `plan` and `runbook` read what `preflight` reads. */
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
