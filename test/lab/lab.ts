/** A lab of real nodes: three kubelets with containerd, runc and BIRD, in namespaces of their own. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { attachCluster, claimName, type Cluster, lastWords, reportToStderr } from "../cluster/cluster.ts";
import { guard } from "../cluster/guard.ts";
import { isInUse, readRecord } from "../cluster/state.ts";
import { removeCgroups } from "./cgroups.ts";
import { endLab } from "./end.ts";
import { type NodeName, nodeNames } from "./layout.ts";
import { type LabNode, labNode } from "./node.ts";
import { ensurePrograms, type Programs } from "./programs.ts";
import { registryFaultsFile, start } from "./start.ts";

/** What the registry does wrong with each pull (test/go/lab/registry). */
export type RegistryFaults = {
  /** `calico/node:v3.30.7` */
  readonly missing?: readonly string[];
  /** An HTTP status for everything. */
  readonly refuse?: number;
  /** How long each layer takes. */
  readonly delaySeconds?: number;
};

export type Lab = {
  /** As any other test cluster, without kwok and what goes with it: `faults`, `addNode`, `setNodeImages`. */
  readonly cluster: Cluster;
  readonly nodes: readonly LabNode[];
  readonly node: (name: NodeName) => LabNode;
  readonly programs: Programs;
  readonly setRegistryFaults: (faults: RegistryFaults) => void;
};

export type LabOptions = {
  readonly name: string;
  /** The release of Calico that the nodes begin with. */
  readonly calico?: string;
  /** True where the lab outlives this process. */
  readonly keep?: boolean;
  readonly progress?: (line: string) => void;
};

export const firstCalico = "v3.29.4";

/** Throws where there can be no lab; `requirements.ts` says so without trying. */
export async function startLab(options: LabOptions): Promise<Lab> {
  const { name, calico = firstCalico, keep = false, progress = reportToStderr } = options;
  const programs = await ensurePrograms(progress);
  claimName(name);
  // Of one that crashed, and whose guardian did so too.
  await removeCgroups(name);
  const guardian = guard(name, join(import.meta.dirname, "guardian.ts"));
  try {
    await start({ name, programs, nodes: nodesOf(name, programs), calico, progress });
  } catch (error) {
    const said = lastWords(name);
    if (process.env["KEEP_FAILED_LAB"] === undefined) await endLab(name);
    guardian.release();
    throw new Error(`lab ${name} did not start: ${String(error)}\n${said}`, { cause: error });
  }
  if (keep) guardian.release();
  return attach(name, programs);
}

/** A lab that is up already, such as one of `scripts/lab up`. */
export async function attachLab(name: string): Promise<Lab> {
  if (readRecord(name) === undefined || !isInUse(name))
    throw new Error(`no lab named ${name}: scripts/lab up`);
  return attach(name, await ensurePrograms(reportToStderr));
}

function attach(name: string, programs: Programs): Lab {
  const nodes = nodesOf(name, programs);
  return {
    cluster: attachCluster(name),
    nodes,
    node: (wanted) => {
      const found = nodes.find((node) => node.name === wanted);
      if (found === undefined) throw new Error(`no node ${wanted}`);
      return found;
    },
    programs,
    setRegistryFaults: (faults) => {
      const path = registryFaultsFile(name);
      if (Object.keys(faults).length === 0) rmSync(path, { force: true });
      else writeFileSync(path, JSON.stringify(faults));
    },
  };
}

function nodesOf(lab: string, programs: Programs): readonly LabNode[] {
  const onNode = [
    programs.containerd,
    programs["containerd-shim-runc-v2"],
    programs.ctr,
    programs.kubelet,
    programs.debian.runc,
  ];
  return nodeNames.map((name) => labNode(lab, name, programs["node-init"], onNode));
}
