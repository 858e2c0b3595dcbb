/** The tool's name as the user types it; kubectl runs the binary `kubectl-calico_upgrade` under it. */
export const program = "kubectl calico-upgrade";
