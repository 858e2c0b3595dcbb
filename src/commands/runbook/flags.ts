import { userError } from "../../errors.ts";
import type { RunbookFlags } from "../../plan/runbook/input.ts";
import { parseVersion } from "../../releases/version.ts";

/** The flags as they were given. */
export interface GivenFlags {
  readonly runBy: string | undefined;
  readonly unit: string | undefined;
  readonly cniBinDir: string | undefined;
  readonly cniConfDir: string | undefined;
  readonly controllerHost: string | undefined;
  readonly controllerUnit: string | undefined;
  readonly registry: string | undefined;
  readonly runtime: string | undefined;
  readonly kubelet: string | undefined;
  readonly bgp: string | undefined;
}

/** Throws UserError for a value that would make a wrong command. */
export function readRunbookFlags(given: GivenFlags): RunbookFlags {
  const runBy = oneOf("run-by", given.runBy, ["systemd", "docker"] as const);
  const runtime = oneOf("runtime", given.runtime, ["docker", "containerd", "cri-o"] as const);
  const bgp = oneOf("bgp", given.bgp, ["true", "false"] as const);
  const kubelet = given.kubelet === undefined ? undefined : parseVersion(given.kubelet);
  if (given.kubelet !== undefined && kubelet === undefined)
    throw userError(`--kubelet: "${given.kubelet}" is no version, e.g. 1.3.7`);
  const { unit, cniBinDir, cniConfDir, controllerHost, controllerUnit, registry } = given;
  // They stand in commands that somebody runs as root.
  plain("unit", unit, /^[\w@.-]+$/, "the name of a unit or container");
  plain("cni-bin-dir", cniBinDir, /^\/[\w@./-]*[\w@.-]$/, "an absolute path without spaces");
  plain("cni-conf-dir", cniConfDir, /^\/[\w@./-]*[\w@.-]$/, "an absolute path without spaces");
  plain("controller-host", controllerHost, /^[\w.-]+$/, "the name of a node");
  plain("controller-unit", controllerUnit, /^[\w@.-]+$/, "the name of a unit or container");
  plain("registry", registry, /^[\w.:-]+(\/[\w.-]+)*$/, "a registry, e.g. registry.example/mirror");
  return {
    ...(runBy === undefined ? {} : { runBy }),
    ...(runtime === undefined ? {} : { runtime }),
    ...(bgp === undefined ? {} : { bgp: bgp === "true" }),
    ...(kubelet === undefined ? {} : { kubelet }),
    ...(unit === undefined ? {} : { unit }),
    ...(cniBinDir === undefined ? {} : { cniBinDir }),
    ...(cniConfDir === undefined ? {} : { cniConfDir }),
    ...(controllerHost === undefined ? {} : { controllerHost }),
    ...(controllerUnit === undefined ? {} : { controllerUnit }),
    ...(registry === undefined ? {} : { registry }),
  };
}

function oneOf<T extends string>(
  name: string,
  value: string | undefined,
  allowed: readonly T[],
): T | undefined {
  if (value === undefined) return undefined;
  const found = allowed.find((each) => each === value);
  if (found === undefined) throw userError(`--${name} must be one of ${allowed.join(", ")}, not "${value}"`);
  return found;
}

function plain(name: string, value: string | undefined, form: RegExp, what: string): void {
  if (value !== undefined && !form.test(value)) throw userError(`--${name} must be ${what}, not "${value}"`);
}
