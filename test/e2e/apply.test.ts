/**
 * `apply` on real servers, built as a user has it: the whole upgrade by one command, in the order that the
 * hazards ask for, and kubectl has nothing left to do.
 */
import { mkdtemp, readFile, writeFile, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import type { CalicoOptions } from "../calico/era.ts";
import { at, type KubeObject } from "../cluster/kube-object.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { KubeVersion } from "../cluster/binaries/recipes.ts";
import { schemaErrorsOf } from "../unit/render/schema.ts";
import { crd } from "./support/crd.ts";
import { daemonSet, everything, nodes, podOf, writes } from "./support/calico-cluster.ts";
import { lines, runPlugin, startPlugin } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

interface Story {
  readonly kubeVersion: KubeVersion;
  readonly old: CalicoOptions;
  readonly next: CalicoOptions;
}

const stories: readonly Story[] = [
  { kubeVersion: "1.36", old: { version: "v3.29.7" }, next: { version: "v3.30.7" } },
  {
    kubeVersion: "1.15",
    old: { version: "v2.4.1", datastore: "etcd" },
    next: { version: "v2.5.1", datastore: "etcd" },
  },
];

const quick = "--settle=0s";
const rbac = "/apis/rbac.authorization.k8s.io/v1/clusterroles";

describe.each(stories)(
  "Kubernetes $kubeVersion, $old.version → $next.version",
  ({ kubeVersion, old, next }) => {
    let cluster: Cluster;
    let folder: string;
    let file: string;
    beforeAll(async () => {
      cluster = await testCluster({ kubeVersion, audit: "Metadata" });
      folder = await mkdtemp(join(tmpdir(), "apply-"));
      file = join(folder, "next.yaml");
      await writeFile(join(folder, "old.yaml"), toYaml(hostedCalico(old)));
      await writeFile(file, toYaml(hostedCalico(next)));
    });
    afterAll(() => cluster?.stop());
    beforeEach(async () => {
      await cluster.resetCalico();
      await kubectl("apply", "-f", join(folder, "old.yaml"));
      await workloadsReady(cluster);
    });

    async function kubectl(...args: readonly string[]): Promise<string> {
      const { code, stdout, stderr } = await cluster.kubectl(
        args[0] === "apply" ? [...args, "--validate=false"] : args,
      );
      if (code !== 0) throw new Error(stderr);
      return stdout;
    }
    const apply = (...args: readonly string[]) =>
      runPlugin(cluster, ["apply", ...args, "--bundle-dir", join(folder, "bundles"), quick]);
    const image = (object: KubeObject) => at(object, "spec", "template", "spec", "containers", 0, "image");
    const imageOnNode = async (node: string) =>
      at(await podOf(cluster, node), "spec", "containers", 0, "image");

    test("one command upgrades everything, and kubectl apply of the same file has nothing left to do", async () => {
      const mark = await cluster.audit.mark();
      const { code, stdout, stderr } = await apply("-f", file, "-y");
      expect([code, stderr]).toEqual([0, expect.stringContaining("contract: ")]);
      const wanted = hostedCalico(next).find(({ kind }) => kind === "DaemonSet");
      for (const node of nodes)
        expect(await imageOnNode(node)).toBe(
          at(wanted, "spec", "template", "spec", "containers", 0, "image"),
        );
      expect(stdout).toContain("daemonset.");
      // Expand first, contract last (H01): roles are written before the DaemonSet, and only then shrink.
      const order = (await writes(cluster, mark)).map((line) =>
        line.replace(/ .*\//, " ").replace(/calico-node-.*/, "pod"),
      );
      const sets = order.findIndex((line) => line.startsWith("patch calico-node"));
      const pods = order.findIndex((line) => line.startsWith("delete pod"));
      expect(sets).toBeLessThan(pods);
      const after = await daemonSet(cluster);
      expect(after.metadata.annotations).not.toHaveProperty("calico-upgrade/run");
      const first = await kubectl("apply", "-f", file);
      const generation = (await daemonSet(cluster)).metadata.generation;
      expect(generation).toBe(after.metadata.generation);
      // What kubectl itself never calls unchanged (defaults that are spelled out) it does not call so now.
      expect(await kubectl("apply", "-f", file)).toBe(first);
    });

    test("the same command again writes nothing and asks nothing", async () => {
      await apply("-f", file, "-y");
      const mark = await cluster.audit.mark();
      const { code, stdout, stderr } = await apply("-f", file);
      expect([code, stdout, stderr]).toEqual([0, "", expect.stringContaining("nothing to do")]);
      expect(await writes(cluster, mark)).toEqual([]);
      // Each object is read once, however many steps look at it; of Secrets the look before reads metadata alone.
      const asked = (await cluster.audit.since(mark, { userAgent: "calico_upgrade" }))
        .filter(
          ({ verb, objectRef }) => ["get", "list"].includes(verb) && objectRef?.["resource"] !== "secrets",
        )
        .map(({ uri }) => uri);
      expect(asked.filter((uri, index) => asked.indexOf(uri) !== index)).toEqual([]);
    });

    test("killed in the middle, the same command goes on and ends where it would have ended", async () => {
      const running = startPlugin(cluster, [
        "apply",
        "-f",
        file,
        "-y",
        "--bundle-dir",
        join(folder, "bundles"),
        quick,
      ]);
      await running.says(/node\/node-01 uncordoned/);
      running.signal("SIGKILL");
      await running.ended.catch(() => undefined);
      const { code, stderr } = await apply("-f", file, "-y", "--take-over");
      expect([code, stderr]).toEqual([0, expect.stringContaining("contract: ")]);
      const images = await Promise.all(nodes.map(imageOnNode));
      expect(new Set(images).size).toBe(1);
      expect(images[0]).toBe(image(await daemonSet(cluster)));
    });

    test("H01: while nodes are left out, old pods keep the rights and keys that they use", async () => {
      const before = await rulesOf("calico-node");
      const { code, stderr } = await apply("-f", file, "-y", "--skip-nodes");
      expect([code, stderr]).toEqual([0, expect.stringContaining("--skip-nodes")]);
      const union = await rulesOf("calico-node");
      for (const rule of before) expect(union).toContainEqual(rule);
      for (const node of nodes) expect(await imageOnNode(node)).not.toBe(image(wantedSet()));
    });

    test("H14: what a person has set since is shown with the field, and nothing is written", async () => {
      await kubectl(
        "-n",
        "kube-system",
        "patch",
        "configmap",
        "calico-config",
        "--type=merge",
        "-p",
        '{"data":{"cni_network_config":"mine"}}',
      );
      const mark = await cluster.audit.mark();
      const { code, stderr } = await apply("-f", file, "-y");
      expect(code).toBe(1);
      expect(stderr).toContain("H14");
      expect(stderr).toContain(".data.cni_network_config was set by");
      if (kubeVersion === "1.36") expect(stderr).toMatch(/"kubectl-patch" at 20\d\d-/);
      expect(await writes(cluster, mark)).toEqual([]);
      expect((await apply("-f", file, "-y", "--force-conflicts")).code).toBe(0);
    });

    test("H02: an object that the file no longer holds stays, and is named", async () => {
      await cluster.api.ask("POST", rbac, {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRole",
        metadata: { name: "calico-of-the-old-release" },
        rules: [],
      });
      const { stderr } = await apply("-f", file, "-y");
      if (hostedCalico(next).some(({ kind }) => kind === "ClusterRole"))
        expect(stderr).toContain("ClusterRole calico-of-the-old-release");
      await cluster.api.ask("DELETE", `${rbac}/calico-of-the-old-release`);
    });

    test("-o json is one object that the schema describes, and --dry-run writes nothing", async () => {
      const before = await everything(cluster);
      const { code, stdout } = await apply("-f", file, "-o", "json", "--dry-run=server");
      expect(code).toBe(0);
      const result = JSON.parse(stdout) as Record<string, unknown>;
      expect(schemaErrorsOf("apply-result", result)).toEqual([]);
      expect(result).toMatchObject({ kind: "ApplyResult", dryRun: "server", succeeded: true });
      expect(await everything(cluster)).toEqual(before);
    });

    test("the bundle holds what was there, readable by its owner alone", async () => {
      const { stderr } = await apply("-f", file, "-y");
      const directory = /saved in ([^;\s]+)/.exec(stderr)?.[1] ?? "";
      const index = JSON.parse(await readFile(join(directory, "index.json"), "utf8")) as {
        readonly command: string;
        readonly entries: readonly {
          readonly kind: string;
          readonly done: boolean;
          readonly before?: object;
        }[];
      };
      expect(index.command).toBe("apply");
      expect(index.entries.every(({ done }) => done)).toBe(true);
      expect(index.entries.find(({ kind }) => kind === "DaemonSet")?.before).toBeDefined();
    });

    describe("bad input: one line, and nothing written", () => {
      const cases: readonly (readonly [string, (objects: readonly KubeObject[]) => string, RegExp])[] = [
        [
          "an object twice",
          (all) => toYaml([...all, ...all.slice(0, 1)]),
          /is there twice: .*document 1 and .*document/,
        ],
        [
          "no calico-node",
          (all) => toYaml(all.filter(({ kind }) => kind !== "DaemonSet")),
          /no calico-node DaemonSet/,
        ],
        [
          "another namespace",
          (all) =>
            toYaml([
              ...all,
              { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x", namespace: "shop" }, data: {} },
            ]),
          /ConfigMap x .* is of namespace shop/,
        ],
        ["a binary", () => "\u0000\u0001\u0002", /control characters/],
        ["tabs", () => "apiVersion: v1\n\tkind: ConfigMap\n", /error parsing/],
        ["nothing", () => "---\n", /no objects in/],
      ];
      test.each(cases)("%s", async (_name, make, message) => {
        const path = join(folder, "bad.yaml");
        await writeFile(path, make(hostedCalico(next)));
        const mark = await cluster.audit.mark();
        const { code, stderr, stdout } = await apply("-f", path, "-y");
        expect([code, stdout]).toEqual([1, ""]);
        expect(stderr).toMatch(message);
        expect(lines(stderr).filter((line) => line.startsWith("error: "))).toHaveLength(1);
        expect(await writes(cluster, mark)).toEqual([]);
      });

      test("the manifest of another datastore", async () => {
        const path = join(folder, "other.yaml");
        const datastore = next.datastore === "etcd" ? "kdd" : "etcd";
        await writeFile(path, toYaml(hostedCalico({ ...next, datastore })));
        const { code, stderr } = await apply("-f", path, "-y");
        expect([code, stderr]).toEqual([1, expect.stringContaining("datastore")]);
      });
    });

    test("a directory and CRLF are read as kubectl reads them", async () => {
      const directory = join(folder, "parts");
      await mkdir(join(directory, "more"), { recursive: true });
      const all = hostedCalico(next);
      await writeFile(join(directory, "1.yaml"), toYaml(all.slice(0, 2)).replaceAll("\n", "\r\n"));
      await writeFile(join(directory, "more", "2.yml"), toYaml(all.slice(2)));
      const { code, stderr } = await apply("-f", directory, "-R", "--dry-run=client");
      expect([code, stderr]).toEqual([0, expect.stringContaining("expand: ")]);
    });

    test("a kind and its first object in one file: the object is made as soon as the server serves the kind", async () => {
      const kinds = crd(
        "tests.calico-upgrade",
        "v1",
        "Wire",
        "wires",
        kubeVersion === "1.15" ? "v1beta1" : "v1",
      );
      const wire = {
        apiVersion: "tests.calico-upgrade/v1",
        kind: "Wire",
        metadata: { name: "first" },
        spec: {},
      };
      const both = join(folder, "both.yaml");
      await writeFile(both, toYaml([wire, ...hostedCalico(next), kinds]));
      try {
        const { code, stdout, stderr } = await apply("-f", both, "-y", "--until-step=expand");
        expect([code, stderr]).toEqual([0, expect.stringContaining("expand: ")]);
        expect(stdout).toMatch(
          /customresourcedefinition.*wires.tests.calico-upgrade created\n[^]*wire.*first created/,
        );
        expect((await cluster.request("GET", "/apis/tests.calico-upgrade/v1/wires/first")).status).toBe(200);
      } finally {
        await cluster.request(
          "DELETE",
          `/apis/${kinds.apiVersion}/customresourcedefinitions/${kinds.metadata.name}`,
        );
      }
    });

    function wantedSet(): KubeObject {
      const found = hostedCalico(next).find(({ kind }) => kind === "DaemonSet");
      if (found === undefined) throw new Error("no DaemonSet");
      return found;
    }
    async function rulesOf(name: string): Promise<readonly unknown[]> {
      const { status, body } = await cluster.request("GET", `${rbac}/${name}`);
      return status === 404 ? [] : ((at(body, "rules") as unknown[] | undefined) ?? []);
    }
  },
);
