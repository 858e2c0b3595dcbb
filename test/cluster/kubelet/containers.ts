/** Container statuses, as template fragments: the entries of `pod-template.ts`. */
import type { ContainerRuntime } from "./pod-template.ts";

/** A container that starts now, for the first time or again. */
export function startedEntry(runtime: ContainerRuntime): string {
  return entry(runtime, {
    ready: "false",
    restartCount: "{{ .restartCount }}",
    state: "{running: {startedAt: {{ $now | quote }}}}",
    lastState: "{}",
  });
}

export function restartedEntry(runtime: ContainerRuntime): string {
  return entry(runtime, {
    ready: "false",
    restartCount: oneMore,
    state: "{running: {startedAt: {{ $now | quote }}}}",
    lastState: "{{ toJson .lastState }}",
  });
}

/** Its own exit, then at once another start: kubelets do not back off the first time. */
export function exitedAndRestartedEntry(runtime: ContainerRuntime, exitCode: number): string {
  return entry(runtime, {
    ready: "false",
    restartCount: oneMore,
    state: "{running: {startedAt: {{ $now | quote }}}}",
    lastState: terminated(exitCode),
  });
}

/** Its own exit, then the wait before the next start. */
export function backingOffEntry(exitCode: number): string {
  return [
    "{name: {{ .name | quote }}, image: {{ .image | quote }}, imageID: {{ .imageID | quote }},",
    "containerID: {{ .containerID | quote }}, ready: false, started: false, restartCount: {{ .restartCount }},",
    'state: {waiting: {reason: CrashLoopBackOff, message: {{ printf "back-off 10s restarting failed container=%s pod=%s_%s(%s)" .name $pod.metadata.name $pod.metadata.namespace $pod.metadata.uid | quote }}}},',
    `lastState: ${terminated(exitCode)}}`,
  ].join(" ");
}

/** Completed init containers count as ready, stopped main containers do not. */
export function completedEntry(ready: boolean, exitCode = 0): string {
  return [
    "{name: {{ .name | quote }}, image: {{ .image | quote }}, imageID: {{ .imageID | quote }},",
    `containerID: {{ .containerID | quote }}, ready: ${ready}, started: false, restartCount: {{ .restartCount }},`,
    `state: ${terminated(exitCode)}, lastState: {{ toJson (default (dict) .lastState) }}}`,
  ].join(" ");
}

export function readyEntry(): string {
  return '{{ toJson (set (set (deepCopy .) "ready" true) "started" true) }}';
}

export function unreadyEntry(): string {
  return '{{ toJson (set (set (deepCopy .) "ready" false) "started" true) }}';
}

/** Not started: its image is not there. */
export function pullingEntry(reason: string, message: string): string {
  return `{name: {{ .name | quote }}, image: {{ .image | quote }}, imageID: "", ready: false, started: false, restartCount: {{ .restartCount }}, state: {waiting: {reason: ${reason}, message: {{ printf ${JSON.stringify(message)} .image | quote }}}}, lastState: {}}`;
}

const oneMore = '{{ add1 (atoi (printf "%v" .restartCount)) }}';

function terminated(exitCode: number): string {
  const reason = exitCode === 0 ? "Completed" : "Error";
  return `{terminated: {exitCode: ${exitCode}, reason: ${reason}, startedAt: {{ .state.running.startedAt | quote }}, finishedAt: {{ $now | quote }}, containerID: {{ .containerID | quote }}}}`;
}

type Fields = {
  readonly ready: string;
  readonly restartCount: string;
  readonly state: string;
  readonly lastState: string;
};

/** Every start gets an id of its own; containerd reports images by their full names, docker as they were asked for. */
function entry(runtime: ContainerRuntime, { ready, restartCount, state, lastState }: Fields): string {
  const image =
    runtime === "docker"
      ? "{{ .image | quote }}"
      : '{{ if regexMatch "^[^/]*[.:][^/]*/" .image }}{{ .image | quote }}{{ else if contains "/" .image }}{{ printf "docker.io/%s" .image | quote }}{{ else }}{{ printf "docker.io/library/%s" .image | quote }}{{ end }}';
  const pullable = runtime === "docker" ? "docker-pullable://" : "";
  return [
    `{name: {{ .name | quote }}, image: ${image},`,
    `imageID: {{ printf "${pullable}%s@sha256:%s" (regexReplaceAll "(@sha256)?:[^:/]+$" .image "") (sha256sum .image) | quote }},`,
    `containerID: {{ printf "${runtime}://%s" (sha256sum (printf "%s %s %s" $pod.metadata.uid .name $now)) | quote }},`,
    `ready: ${ready}, started: true, restartCount: ${restartCount}, state: ${state}, lastState: ${lastState}}`,
  ].join(" ");
}
