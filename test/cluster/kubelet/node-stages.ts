/** A node whose kubelet lives: Ready, and Ready again after a silence. */
import type { KubeObject } from "../kube-object.ts";
import { stage } from "./stage.ts";

const ready = 'any(.status.conditions[]?; .type == "Ready" and .status == "True")';

const conditions = [
  ["MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"],
  ["DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"],
  ["PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"],
  ["Ready", "True", "KubeletReady", "kubelet is posting ready status"],
] as const;

function conditionsTemplate(): string {
  return [
    "{{ $now := Now }}{{ $node := . }}",
    "conditions:",
    ...conditions.flatMap(([type, status, reason, message]) => [
      "{{ $since := $now }}",
      `{{ range $node.status.conditions }}{{ if and (eq .type "${type}") (eq .status "${status}") }}{{ $since = .lastTransitionTime }}{{ end }}{{ end }}`,
      `- {type: ${type}, status: "${status}", reason: ${reason}, message: ${message}, lastHeartbeatTime: {{ $now | quote }}, lastTransitionTime: {{ $since | quote }}}`,
    ]),
  ].join("\n");
}

export function nodeStages(): KubeObject[] {
  const steps = [{ status: `${conditionsTemplate()}\n${endpoint}` }];
  return [
    stage({ name: "node-ready", kind: "Node", when: [`${ready} | not`], steps }),
    // The lease tells that a kubelet lives; its status is posted rarely, as by real ones.
    stage({ name: "node-heartbeat", kind: "Node", when: [ready], delayMs: 300_000, steps }),
  ];
}

const endpoint = "daemonEndpoints: {kubeletEndpoint: {Port: {{ NodePort }}}}";
