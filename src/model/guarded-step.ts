/** Commands that change a cluster and ask the rules of their step before the first write. */
export type GuardedStep = "migrate-policy" | "controller" | "configmap" | "node" | "apply";
