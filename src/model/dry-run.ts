/** Of --dry-run, as kubectl: what is sent, and whether the server keeps it. */
export type DryRunStrategy = "none" | "client" | "server";
