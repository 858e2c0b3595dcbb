/**
 * Go templates, as kwok renders them, for a Pod's status as a kubelet would write it.
 *
 * A status is made from the one before: each container's entry is rewritten by the first case that
 * fits it and stays as it is otherwise; phase and conditions follow from what came out.
 */

export type ContainerRuntime = "containerd" | "docker";

export type Case = {
  /** A template condition on a container's status (`.`). */
  readonly when: string;
  /** The new status, a YAML flow mapping. */
  readonly entry: string;
  /** What the entry leaves the container as. */
  readonly as: "ready" | "unready" | "not started";
};

export type PodChange = {
  readonly init?: readonly Case[];
  readonly main?: readonly Case[];
  /** Follows from the containers unless it is given. */
  readonly phase?: string;
};

export const isWaiting = "(.state.waiting)";
export const isRunning = "(.state.running)";
/** Of the init containers only the first that has not completed moves. */
export const isNextInit = "(eq .name $next)";
export const isBackingOff = `(eq (get (default (dict) .state.waiting) "reason") "CrashLoopBackOff")`;

export function podStatus(change: PodChange): string {
  return [
    '{{ $now := Now }}{{ $pod := . }}{{ $unready := list }}{{ $incomplete := list }}{{ $next := "" }}',
    '{{ $phase := "Running" }}',
    "{{ range .status.initContainerStatuses }}",
    '{{ if and (eq $next "") (not .state.terminated) }}{{ $next = .name }}{{ end }}',
    "{{ end }}",
    "{{ if .status.initContainerStatuses }}",
    "initContainerStatuses:",
    "{{ range .status.initContainerStatuses }}",
    ...cases(change.init ?? [], "init"),
    "{{ end }}",
    "{{ end }}",
    "containerStatuses:",
    "{{ range .status.containerStatuses }}",
    ...cases(change.main ?? [], "main"),
    "{{ end }}",
    `phase: ${change.phase ?? "{{ if $incomplete }}Pending{{ else }}{{ $phase }}{{ end }}"}`,
    ...conditions(),
  ].join("\n");
}

/** A pod that the kubelet sees for the first time. */
export const newPodStatus = [
  "{{ $now := Now }}{{ $pod := . }}{{ $unready := list }}{{ $incomplete := list }}",
  "{{ range .spec.initContainers }}{{ $incomplete = append $incomplete .name }}{{ end }}",
  "{{ range .spec.containers }}{{ $unready = append $unready .name }}{{ end }}",
  "{{ if .spec.initContainers }}",
  "initContainerStatuses:",
  "{{ range .spec.initContainers }}",
  waitingEntry("PodInitializing"),
  "{{ end }}",
  "{{ end }}",
  "containerStatuses:",
  // Sorted by name, as kubelets do.
  "{{ range $name := ($unready | sortAlpha) }}{{ range $pod.spec.containers }}{{ if eq .name $name }}",
  waitingEntry("{{ if $pod.spec.initContainers }}PodInitializing{{ else }}ContainerCreating{{ end }}"),
  "{{ end }}{{ end }}{{ end }}",
  "phase: Pending",
  "startTime: {{ $now | quote }}",
  "hostIP: {{ NodeIPWith .spec.nodeName | quote }}",
  ...conditions(),
].join("\n");

function waitingEntry(reason: string): string {
  return `- {name: {{ .name | quote }}, image: {{ .image | quote }}, imageID: "", ready: false, started: false, restartCount: 0, state: {waiting: {reason: ${reason}}}, lastState: {}}`;
}

/** The pod's network is set up before its first container runs. */
export const podAddress = [
  "{{ if not .status.podIP }}",
  "{{ $ip := PodIPWith .spec.nodeName (default false .spec.hostNetwork) .metadata.uid .metadata.name .metadata.namespace }}",
  "podIP: {{ $ip | quote }}",
  "podIPs: [{ip: {{ $ip | quote }}}]",
  "{{ end }}",
].join("\n");

function cases(list: readonly Case[], kind: "init" | "main"): string[] {
  const branches = list.flatMap(({ when, entry, as }, index) => [
    `{{ ${index === 0 ? "if" : "else if"} ${when} }}`,
    `- ${entry}`,
    note(kind, as),
  ]);
  const untouched = [
    "- {{ toJson . }}",
    kind === "init"
      ? "{{ if not .state.terminated }}{{ $incomplete = append $incomplete .name }}{{ end }}"
      : '{{ if not .ready }}{{ $unready = append $unready .name }}{{ end }}{{ if and .state.waiting (not (get (default (dict) .lastState) "terminated")) }}{{ $phase = "Pending" }}{{ end }}',
  ];
  return branches.length === 0 ? untouched : [...branches, "{{ else }}", ...untouched, "{{ end }}"];
}

function note(kind: "init" | "main", as: Case["as"]): string {
  if (as === "ready") return "";
  if (kind === "init") return "{{ $incomplete = append $incomplete .name }}";
  const pending = as === "not started" ? '{{ $phase = "Pending" }}' : "";
  return `{{ $unready = append $unready .name }}${pending}`;
}

function conditions(): string[] {
  return [
    "conditions:",
    ...condition(
      "Initialized",
      "$incomplete",
      "ContainersNotInitialized",
      "containers with incomplete status",
    ),
    ...condition("Ready", "$unready", "ContainersNotReady", "containers with unready status"),
    ...condition("ContainersReady", "$unready", "ContainersNotReady", "containers with unready status"),
  ];
}

/** Its time of transition moves only when its status does. */
function condition(type: string, offenders: string, reason: string, message: string): string[] {
  return [
    `{{ $status := "True" }}{{ if ${offenders} }}{{ $status = "False" }}{{ end }}{{ $since := $now }}`,
    `{{ range $pod.status.conditions }}{{ if and (eq .type "${type}") (eq .status $status) }}{{ $since = .lastTransitionTime }}{{ end }}{{ end }}`,
    `- {type: ${type}, status: "{{ $status }}", lastProbeTime: null, lastTransitionTime: {{ $since | quote }}, reason: {{ if ${offenders} }}${reason}{{ else }}null{{ end }}, message: {{ if ${offenders} }}{{ printf "${message}: [%s]" (join " " ${offenders}) | quote }}{{ else }}null{{ end }}}`,
  ];
}
