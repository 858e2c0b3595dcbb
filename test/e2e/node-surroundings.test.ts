/** Hazard H05: `node -f` with a template whose surroundings the cluster lacks, and how they get there. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { covers } from "../../src/manifest/covers.ts";
import type { PolicyRule } from "../../src/model/rbac.ts";
import type { CalicoOptions } from "../calico/era.ts";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import type { KubeVersion } from "../cluster/binaries/recipes.ts";
import { type Cluster, startCluster } from "../cluster/cluster.ts";
import { at, type KubeObject } from "../cluster/kube-object.ts";
import { everything, writes } from "./support/calico-cluster.ts";
import { lines, runPlugin, type RunOptions } from "./support/plugin.ts";

interface Step {
  readonly kubeVersion: KubeVersion;
  readonly old: CalicoOptions;
  readonly new: CalicoOptions;
  /** One CRD and one right that only the new release needs. */
  readonly crd: string;
  readonly right: RegExp;
}

const steps: readonly Step[] = [
  {
    kubeVersion: "1.36",
    old: { version: "v3.29.7" },
    new: { version: "v3.30.7" },
    crd: "stagednetworkpolicies.crd.projectcalico.org",
    right: /get, list, watch .*stagednetworkpolicies\.crd\.projectcalico\.org/,
  },
  {
    kubeVersion: "1.15",
    old: { version: "v2.6.12", datastore: "kdd" },
    new: { version: "v3.0.12", datastore: "kdd" },
    crd: "networkpolicies.crd.projectcalico.org",
    right: /networkpolicies\.crd\.projectcalico\.org/,
  },
];

const roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
const configMap = "/api/v1/namespaces/kube-system/configmaps/calico-config";

describe.each(steps)(
  "Kubernetes $kubeVersion, Calico $old.version → $new.version",
  ({ kubeVersion, old, new: target, crd, right }) => {
    let cluster: Cluster;
    let folder = "";
    let file = "";
    const oldObjects = hostedCalico(old);
    const newObjects = hostedCalico(target);

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "surroundings-"));
      file = join(folder, "calico.yaml");
      await writeFile(file, toYaml(newObjects));
      // Its own: deleting CRDs takes longer than a new cluster.
      cluster = await startCluster({ kubeVersion, audit: "Request" });
      await kubectlApply(toYaml(oldObjects));
      await workloadsReady(cluster);
    });
    afterAll(async () => {
      await cluster?.stop();
      await rm(folder, { recursive: true, force: true });
    });

    async function kubectlApply(yaml: string): Promise<string> {
      const { stdout, stderr, code } = await cluster.kubectl(["apply", "-f", "-"], { input: yaml });
      expect([code, stderr]).toEqual([0, stderr]);
      return stdout;
    }

    async function rulesOfNode(): Promise<readonly PolicyRule[]> {
      return at(await cluster.api.ask("GET", `${roles}/calico-node`), "rules") as PolicyRule[];
    }

    const ofNode = (objects: readonly KubeObject[]): KubeObject | undefined =>
      objects.find(({ kind, metadata }) => kind === "ClusterRole" && metadata.name === "calico-node");
    const rulesIn = (objects: readonly KubeObject[]) => at(ofNode(objects), "rules") as PolicyRule[];

    /** Runs `node`, and answers with its result and what it wrote. */
    async function run(args: readonly string[], options: RunOptions = {}) {
      const mark = await cluster.audit.mark();
      const result = await runPlugin(cluster, ["node", ...args], options);
      return { ...result, written: await writes(cluster, mark) };
    }

    describe("before anything is added", () => {
      test("H05: refused before the first write, with every missing thing and the command that adds it", async () => {
        const before = await everything(cluster);
        const { code, stdout, stderr, written } = await run(["node-01", "-f", file]);
        expect({ code, stdout, written }).toEqual({ code: 1, stdout: "", written: [] });
        expect(await everything(cluster)).toEqual(before);
        const said = lines(stderr);
        expect(said[0]).toBe(`error: H05: the template in ${file} needs what this cluster lacks:`);
        expect(said).toContain(`  CustomResourceDefinition ${crd} is not there`);
        expect(said.find((line) => line.startsWith("  ClusterRole calico-node does not allow"))).toMatch(
          right,
        );
        expect(said).toContain(
          `add it with: kubectl calico-upgrade node -f ${file} --print-missing | kubectl apply -f -`,
        );
      });

      test("H05: --template-only goes on, and still says what is missing", async () => {
        const { code, stderr } = await run(["node-01", "-f", file, "--template-only", "--dry-run=client"]);
        expect([code, stderr]).toEqual([0, expect.stringContaining(`Warning: H05: the template in ${file}`)]);
      });

      test("H05: what the user may not look at is unknown and refused, until it is named", async () => {
        const read = { verbs: ["get", "list", "watch"] };
        const kubeconfig = await cluster.userKubeconfig({
          rules: [
            {
              apiGroups: [""],
              resources: ["nodes", "pods", "services", "configmaps", "serviceaccounts"],
              ...read,
            },
            {
              apiGroups: ["apps", "extensions"],
              resources: ["daemonsets", "controllerrevisions", "deployments", "replicasets"],
              ...read,
            },
            { apiGroups: ["crd.projectcalico.org"], resources: ["*"], ...read },
            { apiGroups: [""], resources: ["nodes"], verbs: ["patch"] },
            { apiGroups: [""], resources: ["pods"], verbs: ["create", "delete"] },
            { apiGroups: ["apps", "extensions"], resources: ["daemonsets"], verbs: ["patch"] },
          ],
        });
        const refused = await run(["node-01", "-f", file], { kubeconfig });
        expect({ code: refused.code, written: refused.written }).toEqual({ code: 1, written: [] });
        expect(refused.stderr).toMatch(/^ {2}ClusterRole calico-node could not be read: .*forbidden/m);
        const named = ["--ignore-preflight-errors=H05", "--dry-run=client"];
        const { code, stderr } = await run(["node-01", "-f", file, ...named], { kubeconfig });
        expect([code, stderr]).toEqual([0, expect.stringMatching(/^ {2}ClusterRole .* could not be read/m)]);
      });
    });

    describe("with what --print-missing prints applied", () => {
      test("H05: it is what kubectl takes, with nothing else of the file in it", async () => {
        await cluster.api.ask("PATCH", configMap, { data: { byHand: "1" } });
        await cluster.api.ask("PATCH", `${roles}/calico-node`, { metadata: { labels: { team: "network" } } });
        const { code, stdout, stderr, written } = await run(["-f", file, "--print-missing"]);
        expect({ code, stderr, written }).toEqual({ code: 0, stderr: "", written: [] });
        const applied = await kubectlApply(stdout);
        expect(applied).toContain(`/${crd} created`);
        expect(applied).not.toMatch(/daemonset|deployment/);
        await cluster.kubectl(["wait", "--for=condition=Established", `crd/${crd}`]);
      });

      test("H05: nothing is missing any more, and the node is upgraded", async () => {
        const again = await run(["-f", file, "--print-missing"]);
        expect(again).toMatchObject({
          code: 0,
          stdout: "",
          stderr: "nothing is missing: nothing to apply\n",
        });
        const { code, stderr, stdout } = await run(["node-01", "-f", file, "--settle=0s"]);
        expect([code, stderr]).toEqual([0, expect.not.stringContaining("H05")]);
        expect(lines(stdout)).toContain("node/node-01 uncordoned");
      });

      test("H01: the pods that still run the old release keep every right", async () => {
        const live = await rulesOfNode();
        expect(covers(live, rulesIn(oldObjects))).toBe(true);
        expect(covers(live, rulesIn(newObjects))).toBe(true);
      });

      test("H01: nothing that somebody set is lost", async () => {
        expect(at(await cluster.api.ask("GET", configMap), "data", "byHand")).toBe("1");
        const role = await cluster.api.ask("GET", `${roles}/calico-node`);
        expect(at(role, "metadata", "labels", "team")).toBe("network");
      });

      test("H01: applying the file itself afterwards leaves exactly its rules, and what somebody set", async () => {
        await kubectlApply(toYaml([ofNode(newObjects) as KubeObject]));
        expect(await rulesOfNode()).toEqual(rulesIn(newObjects));
        const role = await cluster.api.ask("GET", `${roles}/calico-node`);
        expect(at(role, "metadata", "labels", "team")).toBe("network");
      });
    });
  },
);

describe("a file that is no manifest for this cluster changes nothing", () => {
  let cluster: Cluster;
  let folder = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "manifest-"));
    cluster = await startCluster({ audit: "Request", nodes: 1 });
    await kubectlInstall();
  });
  afterAll(async () => {
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => rm(join(folder, "x.yaml"), { force: true }));

  async function kubectlInstall(): Promise<void> {
    await cluster.apply(hostedCalico({ version: "v3.29.7" }, ["rbac", "config", "workloads"]));
    await workloadsReady(cluster);
  }

  const daemonSet = (change: (object: KubeObject) => void): string => {
    const all = structuredClone(hostedCalico({ version: "v3.30.7" }));
    for (const object of all) if (object.kind === "DaemonSet") change(object);
    return toYaml(all);
  };
  const operator = [
    "apiVersion: operator.tigera.io/v1",
    "kind: Installation",
    "metadata: {name: default}",
    "spec: {}",
  ].join("\n");

  test.each<[string, string | undefined, RegExp]>([
    ["missing", undefined, /^error: the path ".*x\.yaml" does not exist$/m],
    ["not YAML", "kind: DaemonSet\n\tname: x\n", /^error: error parsing .*x\.yaml: .*yaml: line 2: /m],
    [
      "binary",
      "\u007FELF\u0001\u0002",
      /^error: error parsing .*x\.yaml: .*control characters are not allowed$/m,
    ],
    ["a page of the web", "<!doctype html>\n<p>Not found\n", /^error: unable to decode ".*x\.yaml"/m],
    ["empty", "", /^error: no objects in .*x\.yaml$/m],
    [
      "without a DaemonSet",
      toYaml(hostedCalico({ version: "v3.30.7" }, ["rbac"])),
      /^error: no calico-node DaemonSet in /m,
    ],
    ["the operator's", operator, /^error: .*x\.yaml is for the operator /m],
    [
      "another name",
      daemonSet(({ metadata }) => void (metadata.name = "calico-node-2")),
      /is kube-system\/calico-node-2 and the cluster's is kube-system\/calico-node/,
    ],
    [
      "another namespace",
      daemonSet(({ metadata }) => void (metadata.namespace = "calico")),
      /is calico\/calico-node and the cluster's is/,
    ],
  ])("%s", async (_what, text, words) => {
    const path = join(folder, "x.yaml");
    if (text !== undefined) await writeFile(path, text);
    const mark = await cluster.audit.mark();
    const { code, stdout, stderr } = await runPlugin(cluster, ["node", "node-01", "-f", path]);
    expect({ code, stdout, written: await writes(cluster, mark) }).toEqual({
      code: 1,
      stdout: "",
      written: [],
    });
    expect(stderr).toMatch(words);
    expect(lines(stderr)).toHaveLength(1);
  });
});
