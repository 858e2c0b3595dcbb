/** Commands with all rights that they use but one: they refuse before their first write, and name it. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { lines, runPlugin } from "./support/plugin.ts";
import { isRead, rightsUsed, withoutEach, type Right } from "./support/rights.ts";
import { testCluster } from "./test-cluster.ts";

const quick = ["-y", "--ignore-preflight-errors=all"];

let cluster: Cluster;
let folder: string;
const definitions: string[] = [];

beforeAll(async () => {
  cluster = await testCluster({ kubeVersion: "1.36", audit: "Metadata" });
  folder = await mkdtemp(join(tmpdir(), "least-rights-"));
  for (const [name, version] of Object.entries({ old: "v3.29.7", next: "v3.30.7" })) {
    const objects = hostedCalico({ version });
    await writeFile(join(folder, `${name}.yaml`), toYaml(objects));
    const made = objects.filter(({ kind }) => kind === "CustomResourceDefinition");
    definitions.push(...made.map(({ metadata }) => metadata.name));
  }
});
afterAll(async () => {
  await cluster?.resetCalico();
  await rm(folder, { recursive: true, force: true });
  await cluster?.stop();
});

async function kubectl(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await cluster.kubectl([...args]);
  if (code !== 0) throw new Error(stderr);
}

async function freshCalico(): Promise<void> {
  await cluster.resetCalico();
  // What is new in a release has to be made again.
  await kubectl("delete", "--ignore-not-found", "crd", ...definitions);
  await kubectl("apply", "--validate=false", "-f", join(folder, "old.yaml"));
  await workloadsReady(cluster);
}

interface Run {
  readonly args: () => readonly string[];
  /** Rights that no request names. */
  readonly besides?: readonly Right[];
  /** The work has to be set up again once it is done: only rights to write are taken away. */
  readonly fresh?: true;
  /** What it can do without, and only knows less. */
  readonly spared?: readonly string[];
}

/**
 * A pod is only tried: without the right it is unknown whether admission takes it (H30). Which values one started with
 * is told from times where it is not noted on it (H25).
 */
const less = ["create pods in kube-system", "patch pods in kube-system"];

let mtu = 1400;
const runs: Readonly<Record<string, Run>> = {
  node: { args: () => ["node", "node-01", "--restart", "--settle=0s"], spared: less },
  controller: { args: () => ["controller", "--restart", "--settle=0s"], spared: less },
  configmap: {
    args() {
      mtu += 1;
      return ["configmap", "--set", `veth_mtu=${String(mtu)}`, "--settle=0s"];
    },
    spared: less,
  },
  apply: {
    args: () => ["apply", "-f", join(folder, "next.yaml"), "--settle=0s"],
    // Nobody gives a role more than he has himself, but for this right (H27).
    besides: [
      {
        verb: "escalate",
        group: "rbac.authorization.k8s.io",
        resource: "clusterroles",
        namespace: undefined,
      },
    ],
    fresh: true,
    spared: less,
  },
};

test.each(Object.entries(runs))(
  "%s: each right that it uses, taken away: it refuses before the first write and names it",
  async (command, { args: own, besides = [], fresh, spared: known = [] }) => {
    await freshCalico();
    const user = `upgrader-${command}`;
    const kubeconfig = await cluster.userKubeconfig({ name: user });
    const printed = await runPlugin(cluster, ["preflight", `--print-role=${command}`]);
    await writeFile(join(folder, "role.yaml"), printed.stdout);
    await kubectl("apply", "-f", join(folder, "role.yaml"));
    for (const line of lines(printed.stdout).filter((each) => each.startsWith("#   kubectl ")))
      await kubectl(...line.slice("#   kubectl ".length).replace("USER", user).split(" "));
    const args = () => [...own(), ...quick, "--bundle-dir", join(folder, "bundles")];
    const mark = await cluster.audit.mark();
    const whole = await runPlugin(cluster, args(), { kubeconfig });
    expect([whole.code, whole.stderr]).toEqual([0, expect.any(String)]);
    const used = [...(await rightsUsed(cluster, mark, user)), ...besides];
    const again = fresh === true ? freshCalico : () => Promise.resolve();
    await again();
    const taken = fresh === true ? used.filter((right) => !isRead(right)) : used;
    const spared = await withoutEach(cluster, used, args, again, taken);
    expect(spared.filter((text) => !/^(get|list|watch) /.test(text) && !known.includes(text))).toEqual([]);
  },
  600_000,
);
