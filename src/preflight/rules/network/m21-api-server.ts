import { settingsRule } from "../../setting-rule.ts";

/** The eBPF dataplane replaces kube-proxy: nothing else leads to the API server. */
export const apiServerKept = settingsRule({
  id: "M21",
  severity: "error",
  page: {
    title: "calico-node still finds the API server",
    why: "With eBPF calico-node takes the place of kube-proxy and reaches the API server by the address that it is given. Without the address it waits for a Service that only it can make.",
    detected:
      "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT, kubernetes_service_host and kubernetes_service_port, as they are and as the apply would leave them",
    fix: "Set the address in the file, as the cluster has it.",
    sources: [
      "https://docs.tigera.io/calico/latest/operations/ebpf/enabling-ebpf",
      "manifests of v3.30 and newer (calico-bpf.yaml)",
    ],
  },
  looks: ["ebpf"],
  kinds: ["API server"],
  ofUnknown: "warning",
  kept: "calico-node finds the API server as before",
  weigh: (found, { ebpf }) => {
    if (ebpf.known && !ebpf.value) return { severity: "warning" };
    return found.every(({ group }) => group === "unknown") ? {} : { severity: "error" };
  },
});
