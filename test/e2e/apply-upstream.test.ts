/**
 * Whole runs of `apply` with upstream's own files, nodes and contraction included: each object is left as
 * `kubectl apply` leaves it, kubectl has nothing left to do, and `undo` takes all of it back.
 */
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Connection } from "../../src/cluster/port.ts";
import { parseManifest } from "../../src/manifest/parse.ts";
import type { KubeObject } from "../../src/model/kube.ts";
import { configChangedAnnotation } from "../../src/model/names.ts";
import type { CalicoOptions } from "../calico/era.ts";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import type { KubeVersion } from "../cluster/binaries/recipes.ts";
import { startCluster, type Cluster } from "../cluster/cluster.ts";
import { at } from "../cluster/kube-object.ts";
import type { Savepoint } from "../cluster/savepoint.ts";
import { connectTo } from "./connect-to.ts";
import { nodes, podOf } from "./support/calico-cluster.ts";
import { essence, traceOf, undated } from "./support/essence.ts";
import { installed } from "./support/installed.ts";
import { manifests } from "./support/manifest-pairs.ts";
import { objectOracle, type Live, type ObjectOracle } from "./support/object-oracle.ts";
import { runPlugin } from "./support/plugin.ts";

interface Run {
  readonly kubeVersion: KubeVersion;
  readonly file: string;
  readonly from: CalicoOptions;
  readonly to: CalicoOptions;
  /** Whether `undo` goes back over it (H03: not over v3.32, which renames policies). */
  readonly back: boolean;
}

/** v3.15 to v3.22 with the Kubernetes datastore are for servers between the two that other tests run on. */
const runs: readonly Run[] = [
  {
    kubeVersion: "1.36",
    file: "kdd-typha",
    from: { version: "v3.30.7" },
    to: { version: "v3.32.1" },
    back: false,
  },
  {
    kubeVersion: "1.24",
    file: "kdd-typha",
    from: { version: "v3.22.5" },
    to: { version: "v3.23.5" },
    back: true,
  },
];

const here = existsSync(manifests);
if (!here) {
  console.warn(
    `LEFT OUT: apply of upstream's own files (the builder's stand in), because ${manifests} is not there`,
  );
}

function textOf({ file }: Run, options: CalicoOptions): string {
  const minor = options.version.replace(/\.\d+$/, "");
  return here ? readFileSync(join(manifests, minor, `${file}.yaml`), "utf8") : toYaml(hostedCalico(options));
}

const objectsOf = (run: Run, options: CalicoOptions): readonly KubeObject[] =>
  parseManifest(textOf(run, options), run.file).map(({ object }) => object);

/** The old release needs a right and a ConfigMap key that the new one has no more: there is something to contract. */
function withMore(objects: readonly KubeObject[]): readonly KubeObject[] {
  return objects.map((object) => {
    if (object.kind === "ClusterRole" && object.metadata.name === "calico-node") {
      const more = { apiGroups: [""], resources: ["pods/ephemeralcontainers"], verbs: ["get"] };
      return { ...object, rules: [...(object["rules"] as readonly unknown[]), more] };
    }
    if (object.kind === "ConfigMap" && object.metadata.name === "calico-config")
      return { ...object, data: { ...(object["data"] as object), of_the_old_release: "yes" } };
    return object;
  });
}

describe.each(runs)(
  "Kubernetes $kubeVersion, $file $from.version → $to.version",
  { timeout: 300_000 },
  (run) => {
    const { kubeVersion } = run;
    let cluster: Cluster;
    let connection: Connection;
    let oracle: ObjectOracle;
    let empty: Savepoint;
    let folder: string;
    let file: string;
    let old: readonly KubeObject[];
    let next: readonly KubeObject[];

    beforeAll(async () => {
      cluster = await startCluster({ kubeVersion });
      connection = await connectTo(cluster);
      oracle = await objectOracle(cluster, connection);
      empty = await cluster.savepoints.save();
      folder = await mkdtemp(join(tmpdir(), "apply-upstream-"));
      file = join(folder, "next.yaml");
      await writeFile(file, textOf(run, run.to));
      old = oracle.usable(withMore(objectsOf(run, run.from)));
      next = oracle.usable(objectsOf(run, run.to));
    });
    afterAll(async () => {
      connection?.close();
      await cluster?.stop();
    });

    const plugin = (...args: readonly string[]) =>
      runPlugin(cluster, [...args, "-y", "--settle=0s", "--bundle-dir", join(folder, "bundles")]);
    async function upgraded(): Promise<string> {
      const { code, stderr } = await plugin("apply", "-f", file);
      expect([code, stderr]).toEqual([0, expect.stringContaining("contract: ")]);
      return /saved in ([^;\s]+)/.exec(stderr)?.[1] ?? "no bundle named";
    }
    const imagesOnNodes = () =>
      Promise.all(
        nodes.map(async (node) => at(await podOf(cluster, node), "spec", "containers", 0, "image")),
      );
    async function install(...flags: readonly string[]): Promise<void> {
      await cluster.resetCalico();
      await cluster.savepoints.restore(empty);
      await oracle.kubectlApply(old, ...flags);
      await workloadsReady(cluster);
    }
    /** Without the note by which `status` tells who runs with older values: it is ours alone (H25). */
    const told = (objects: readonly Live[]) =>
      objects.map(essence).map(({ annotations, ...rest }) => {
        const { [configChangedAnnotation]: _note, ...kept } = annotations;
        return { ...rest, annotations: kept };
      });

    test("client-side: after the contraction, with nothing held, kubectl has nothing left to do; undo leads back to where it makes the same of the file", async () => {
      await install();
      const before = await installed(cluster);
      const images = await imagesOnNodes();

      const bundle = await upgraded();
      const ours = told(await oracle.live(next));
      const running = await imagesOnNodes();
      expect(new Set(running).size).toBe(1);
      expect(running).not.toEqual(images);
      // What kubectl never calls unchanged (docs/compatibility.md) it does not change either.
      const said = await oracle.kubectlApply(next);
      expect(told(await oracle.live(next))).toEqual(ours);
      expect(await oracle.kubectlApply(next)).toEqual(said);

      if (!run.back) return;
      const undone = await plugin("undo", bundle, "--ignore-preflight-errors=H17");
      expect([undone.code, undone.stderr]).toEqual([0, expect.any(String)]);
      expect(await installed(cluster)).toEqual(before);
      expect(await imagesOnNodes()).toEqual(images);
      await oracle.kubectlApply(next);
      expect(ours).toEqual(told(await oracle.live(next)));
    });

    test("server-side: kubectl's next apply has nothing to write down", async () => {
      await install("--server-side");
      await upgraded();
      const ours = await oracle.live(next);
      await oracle.kubectlApply(next, "--server-side");
      const after = await oracle.live(next);
      expect(told(after)).toEqual(told(ours));
      // (Kubernetes 1.24 gives some of them a new time, after kubectl itself, too: apply-objects.test.ts.)
      const owners = (objects: readonly Live[]) =>
        objects.map(traceOf).map((trace) => (kubeVersion === "1.24" ? undated(trace) : trace));
      expect(owners(after)).toEqual(owners(ours));
    });
  },
);
