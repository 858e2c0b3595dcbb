/** What `kubectl logs` shows: files in the format that container runtimes write. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KubeObject } from "../kube-object.ts";

export function writeDefaultLogs(folder: string): KubeObject {
  const file = writeContainerLog(folder, "container", ["started"]);
  return {
    apiVersion: "kwok.x-k8s.io/v1alpha1",
    kind: "ClusterLogs",
    metadata: { name: "default" },
    spec: { logs: [{ logsFile: file, previousLogsFile: file, follow: false }] },
  };
}

export function writeContainerLog(folder: string, name: string, lines: readonly string[]): string {
  const file = join(folder, `${name}.container.log`);
  const now = new Date().toISOString();
  writeFileSync(file, lines.map((line) => `${now} stdout F ${line}\n`).join(""), { mode: 0o600 });
  return file;
}

/** A template: the pod's own logs from now on, gone with the pod. */
export function crashLogs(file: string): string {
  return JSON.stringify({
    apiVersion: "kwok.x-k8s.io/v1alpha1",
    kind: "Logs",
    metadata: {
      name: "{{ .metadata.name }}",
      namespace: "{{ .metadata.namespace }}",
      ownerReferences: [
        { apiVersion: "v1", kind: "Pod", name: "{{ .metadata.name }}", uid: "{{ .metadata.uid }}" },
      ],
    },
    spec: { logs: [{ logsFile: file, previousLogsFile: file, follow: false }] },
  });
}
