/** `scripts/cluster`: clusters for a person at a terminal. Results on stdout, progress on stderr. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { hostedCalico, partNames, toYaml } from "../calico/hosted-calico.ts";
import { ensureBuilt } from "./binaries/build.ts";
import { type KubeVersion, kubeVersions, recipesFor } from "./binaries/recipes.ts";
import { clusterEnv, endCluster, startCluster } from "./cluster.ts";
import { exportLine, print, runCommand, tell, type Commands } from "./command-line.ts";
import { isAlive } from "./process-identity.ts";
import { clusterFolder, clusterNames, readProcesses, readRecord } from "./state.ts";

const usage = `usage: scripts/cluster COMMAND

  up     [--nodes N] [--name X] [--kube-version ${kubeVersions.join("|")}] [--binaries DIR]
                          start a cluster; the last line is its KUBECONFIG
  env    [--name X]       export lines for KUBECONFIG and a PATH with kubectl
  down   [--name X]       end a cluster
  list                    the clusters that are up
  build  [--kube-version V]
                          build what a cluster needs, and start nothing
  calico --version vX.Y.Z [--datastore kdd|etcd] [--flavour hosted|canal] [--only PART,PART]
                          print a Calico install; parts: crds, rbac, config, workloads
`;

const defaultName = "dev";

const commands: Commands = {
  up: async (args) => {
    const { values } = parseArgs({
      args,
      options: {
        nodes: { type: "string", default: "3" },
        name: { type: "string", default: defaultName },
        "kube-version": { type: "string", default: "1.36" },
        binaries: { type: "string" },
      },
    });
    const nodes = Number(values.nodes);
    if (!Number.isInteger(nodes) || nodes < 1)
      throw new Error(`--nodes ${values.nodes}: a whole number from 1 on`);
    const started = Date.now();
    const cluster = await startCluster({
      name: values.name,
      nodes,
      kubeVersion: kubeVersion(values["kube-version"]),
      keep: true,
      ...(values.binaries === undefined ? {} : { binaries: values.binaries }),
    });
    cluster.api.close();
    tell(
      `cluster ${values.name}: Kubernetes ${values["kube-version"]}, ${nodes} nodes, up in ${((Date.now() - started) / 1000).toFixed(1)}s`,
    );
    print(cluster.kubeconfig);
  },

  env: async (args) => {
    const name = nameFrom(args);
    if (readRecord(name) === undefined)
      throw new Error(`no cluster named ${name}: scripts/cluster up --name ${name}`);
    for (const entry of Object.entries(clusterEnv(name))) print(exportLine(entry));
  },

  down: async (args) => {
    const name = nameFrom(args);
    if (!clusterNames().includes(name)) throw new Error(`no cluster named ${name}`);
    if (existsSync(join(clusterFolder(name).path, "nodes")))
      throw new Error(`${name} is a lab: scripts/lab down --name ${name}`);
    await endCluster(name);
    tell(`cluster ${name}: down`);
  },

  list: async () => {
    for (const name of clusterNames()) {
      const alive = readProcesses(name).filter(isAlive).length;
      const version = readRecord(name)?.kubeVersion ?? "?";
      print([name, version, alive === 0 ? "down" : "up", clusterFolder(name).kubeconfig].join("\t"));
    }
  },

  build: async (args) => {
    const { values } = parseArgs({ args, options: { "kube-version": { type: "string", default: "1.36" } } });
    const folders = await ensureBuilt(recipesFor(kubeVersion(values["kube-version"])), { progress: tell });
    for (const folder of folders) print(folder);
  },

  calico: async (args) => {
    const { values } = parseArgs({
      args,
      options: {
        version: { type: "string" },
        datastore: { type: "string", default: "kdd" },
        flavour: { type: "string", default: "hosted" },
        registry: { type: "string" },
        only: { type: "string", default: partNames.join(",") },
      },
    });
    if (values.version === undefined) throw new Error("--version vMAJOR.MINOR.PATCH is missing");
    const objects = hostedCalico(
      {
        version: values.version,
        datastore: oneOf("datastore", values.datastore, ["kdd", "etcd"] as const),
        flavour: oneOf("flavour", values.flavour, ["hosted", "canal"] as const),
        ...(values.registry === undefined ? {} : { registry: values.registry }),
      },
      values.only.split(",").map((part) => oneOf("only", part, partNames)),
    );
    process.stdout.write(toYaml(objects));
  },
};

function oneOf<T extends string>(flag: string, asked: string, known: readonly T[]): T {
  const found = known.find((value) => value === asked);
  if (found === undefined) throw new Error(`--${flag} ${asked}: one of ${known.join(", ")}`);
  return found;
}

function nameFrom(args: string[]): string {
  return parseArgs({ args, options: { name: { type: "string", default: defaultName } } }).values.name;
}

function kubeVersion(asked: string): KubeVersion {
  return oneOf("kube-version", asked, kubeVersions);
}

await runCommand(commands, usage);
