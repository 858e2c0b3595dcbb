/** `scripts/lab`: a lab of real nodes for a person at a terminal. Results on stdout, progress on stderr. */
import { parseArgs } from "node:util";
import { clusterEnv } from "../cluster/cluster.ts";
import { exportLine, print, runCommand, tell, type Commands } from "../cluster/command-line.ts";
import { clusterNames, readRecord } from "../cluster/state.ts";
import { endLab } from "./end.ts";
import { firstCalico, startLab } from "./lab.ts";
import { ensurePrograms } from "./programs.ts";
import { requirements } from "./requirements.ts";

const usage = `usage: scripts/lab COMMAND

  up     [--name X] [--calico ${firstCalico}]
                     start three real nodes; the last line is their KUBECONFIG
  env    [--name X]  export lines for KUBECONFIG and a PATH with kubectl
  down   [--name X]  end them
  build              build what a lab needs, and start nothing; says so where there can be none
`;

const options = { name: { type: "string", default: "lab" } } as const;

const commands: Commands = {
  up: async (args) => {
    const all = { ...options, calico: { type: "string", default: firstCalico } } as const;
    const { name, calico } = parseArgs({ args, options: all }).values;
    const { cluster, nodes } = await startLab({ name, calico, keep: true, progress: tell });
    cluster.api.close();
    for (const node of nodes) tell(`${node.name}: nsenter --target=${node.pid()} --all`);
    print(cluster.kubeconfig);
  },

  env: async (args) => {
    const { name } = parseArgs({ args, options }).values;
    if (readRecord(name) === undefined)
      throw new Error(`no lab named ${name}: scripts/lab up --name ${name}`);
    for (const entry of Object.entries(clusterEnv(name))) print(exportLine(entry));
  },

  down: async (args) => {
    const { name } = parseArgs({ args, options }).values;
    if (!clusterNames().includes(name)) throw new Error(`no lab named ${name}`);
    await endLab(name);
    tell(`lab ${name}: down`);
  },

  build: async () => {
    const found = await requirements(tell);
    if ("missing" in found) tell(`nothing to build: there can be no lab here: ${found.missing}`);
    else await ensurePrograms(tell);
  },
};

await runCommand(commands, usage);
