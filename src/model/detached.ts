import { parseRunCommand, type RunCommand } from "./run-command.ts";

/** What a pod of a detached run knows of itself. */
export interface DetachedPod {
  readonly job: string;
  readonly pod: string;
  readonly node?: string;
  /** What the user began the run with (hazard H33). */
  readonly command: RunCommand;
}

/** The variables of its environment; the last two are filled in by the kubelet. */
export const detachedVariables = {
  run: "CALICO_UPGRADE_DETACHED",
  pod: "POD_NAME",
  node: "NODE_NAME",
} as const;

export function formatDetached({ job, command }: Pick<DetachedPod, "job" | "command">): string {
  return JSON.stringify({ job, command });
}

/** Undefined: this is no pod of a detached run. */
export function parseDetached(env: Readonly<Record<string, string | undefined>>): DetachedPod | undefined {
  const text = env[detachedVariables.run];
  const pod = env[detachedVariables.pod];
  if (text === undefined || pod === undefined) return undefined;
  const value = parsed(text);
  const job = value?.["job"];
  const command = parseRunCommand(value?.["command"]);
  if (typeof job !== "string" || command === undefined) return undefined;
  const node = env[detachedVariables.node];
  return { job, pod, command, ...(node === undefined || node === "" ? {} : { node }) };
}

const form = /^job\/([a-z\d.-]+) pod\/([a-z\d.-]+)$/;

/** Who works, as leases name it. */
export function detachedHolder({ job, pod }: Pick<DetachedPod, "job" | "pod">): string {
  return `job/${job} pod/${pod}`;
}

export function isDetachedHolder(holder: string): boolean {
  return form.test(holder);
}

/** The pod of the same Job that holds a lease; undefined: somebody else does, or this very pod. */
export function otherPod(
  holder: string | undefined,
  self: Pick<DetachedPod, "job" | "pod">,
): string | undefined {
  const [, job, pod] = form.exec(holder ?? "") ?? [];
  return job === self.job && pod !== self.pod ? pod : undefined;
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
