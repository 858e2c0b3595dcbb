import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { discover } from "../../src/cluster/discovery.ts";
import { observe, observedGroups } from "../../src/cluster/observe.ts";
import type { Connection } from "../../src/cluster/port.ts";
import { contentsOf, type ManifestIs } from "../../src/manifest/contents.ts";
import { fileFacts } from "../../src/manifest/file-facts.ts";
import { parseManifest } from "../../src/manifest/parse.ts";
import { catalogue } from "../../src/releases/catalogue.ts";
import { releasesOfImage } from "../../src/releases/release.ts";
import { upgradeState } from "../../src/facts/upgrade.ts";
import { upgradeStatus } from "../../src/render/status/build.ts";
import type { UpgradeStatus } from "../../src/render/status/kind.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { KubeObject } from "../cluster/kube-object.ts";
import { connectTo } from "./connect-to.ts";
import { testCluster } from "./test-cluster.ts";

/** Upstream's own manifests; they are no part of the project. */
const folder = process.env["CALICO_MANIFESTS"] ?? join(import.meta.dirname, "../../../shared/manifests");
const index = join(folder, "INDEX.md");
const here = existsSync(index);
/** As files all are read; on the servers every fourth, and all with --all. */
const few = process.env["TEST_ALL"] === undefined;

interface Manifest {
  readonly path: string;
  /** What INDEX.md says it renders. */
  readonly release: string;
  readonly datastore: "etcd" | "kubernetes";
  readonly flavour: "calico" | "canal";
}

/** Workloads and ConfigMaps: nothing else is looked at, and CRDs take minutes to delete. */
const kinds = new Set(["DaemonSet", "Deployment", "ReplicaSet", "ConfigMap"]);
const plurals: Readonly<Record<string, string>> = {
  DaemonSet: "daemonsets",
  Deployment: "deployments",
  ReplicaSet: "replicasets",
  ConfigMap: "configmaps",
};

/** Every row of INDEX.md: what a file should be taken for, by its name. */
function rows(): readonly (Manifest & { readonly is: ManifestIs })[] {
  return readFileSync(index, "utf8")
    .split("\n")
    .flatMap((line) => {
      const [, folderName, file, release] = /^\| (v\S+|master) \| (\S+) \| (\S+) \|/.exec(line) ?? [];
      if (folderName === undefined || file === undefined || release === undefined) return [];
      return [
        {
          path: `${folderName}/${file}`,
          // The files that upstream published at v3.24.6 still name v3.24.5 (INDEX.md).
          release:
            release === "v3.24.6" ? "v3.24.5" : release.startsWith("v") ? release : `unknown (${release})`,
          datastore: file.includes("etcd") ? "etcd" : "kubernetes",
          flavour: file.includes("canal") ? "canal" : "calico",
          is: fileNames.find(([name]) => name.test(file))?.[1] ?? "hosted",
        } as const,
      ];
    });
}

const fileNames: readonly (readonly [RegExp, ManifestIs])[] = [
  [/^operator-custom/, "operator-resources"],
  [/^operator/, "operator"],
  [/^apiserver/, "api-server"],
  [/^crds/, "crds"],
  [/^rbac/, "rbac"],
  [/policy-controller|controllers-standalone/, "controller"],
  [/configmap/, "config"],
];

/** Those with a calico-node DaemonSet; the operator's and partial ones have none. */
function manifests(): readonly Manifest[] {
  return rows()
    .filter(({ path }) =>
      objectsOf(path).some(({ kind, metadata }) => kind === "DaemonSet" && isCalicoNode(metadata.name)),
    )
    .map(({ is: _is, ...manifest }) => manifest);
}

/** What status tells of an install, to be compared with what INDEX.md says of the file. */
function toldOf(path: string, { install, daemonSets: [found] }: UpgradeStatus): Record<string, unknown> {
  return {
    path,
    release: found?.release.text,
    datastore: found?.datastore.type,
    flavour: found?.flavour,
    doubtful: found?.datastore.both === true || found?.datastore.disagreement === true,
    install: install.kind,
  };
}

const expectedOf = (manifest: Manifest) => ({ ...manifest, doubtful: false, install: "manifest" });

function isCalicoNode(name: string): boolean {
  return ["calico-node", "canal", "canal-node"].includes(name);
}

function objectsOf(path: string): readonly KubeObject[] {
  return parseAllDocuments(readFileSync(join(folder, path), "utf8"))
    .map((document) => document.toJSON() as KubeObject | null)
    .filter((object): object is KubeObject => object !== null && kinds.has(object.kind))
    .map((object) => ({ ...object, metadata: { namespace: "kube-system", ...object.metadata } }));
}

if (!here) {
  console.warn(
    `LEFT OUT: status over upstream's manifests, and their classification as files, because ${folder} is not there (CALICO_MANIFESTS names it)`,
  );
}

describe.skipIf(!here)("upstream's own manifests as files, by the same door as a cluster", () => {
  const read = (path: string) => parseManifest(readFileSync(join(folder, path), "utf8"), path);

  test("every one is taken for what it is, those that no server of today takes included", () => {
    const all = rows();
    const wrong = all.flatMap(({ is, ...manifest }) => {
      const objects = read(manifest.path);
      const contents = contentsOf(objects);
      if (contents.is !== is) return [`${manifest.path} is taken for ${contents.is}`];
      if (is === "hosted") {
        const told = toldOf(
          manifest.path,
          upgradeStatus(upgradeState(fileFacts(objects, "kube-system"), catalogue)),
        );
        const expected = expectedOf(manifest);
        return JSON.stringify(told) === JSON.stringify(expected)
          ? []
          : [`${JSON.stringify(told)} instead of ${JSON.stringify(expected)}`];
      }
      // Of the others only these have an image that says which release they are.
      if ((is !== "operator" && is !== "controller") || contents.image === undefined) return [];
      const releases = releasesOfImage(contents.image, catalogue);
      const right = manifest.release.startsWith("v")
        ? releases.includes(manifest.release)
        : releases.length === 0;
      return right ? [] : [`${manifest.path}: ${contents.image.text} is taken for ${releases.join(", ")}`];
    });
    console.log(`upstream's manifests as files: ${all.length}, ${wrong.length} wrong`);
    expect(wrong).toEqual([]);
    // Seen with the manifests of 2026-08: fewer means that this test has gone blind.
    expect(all.length).toBeGreaterThanOrEqual(444);
  }, 120_000);
});

describe.skipIf(!here).each(["1.36", "1.15"] as const)(
  "upstream's own manifests on Kubernetes %s",
  (kubeVersion) => {
    let cluster: Cluster;
    let connection: Connection;

    beforeAll(async () => {
      cluster = await testCluster({ kubeVersion, nodes: 1 });
      connection = await connectTo(cluster);
    });

    afterAll(async () => {
      connection?.close();
      await cluster?.stop();
    });

    async function look(): Promise<UpgradeStatus> {
      const observed = await observe(connection, discover(connection, observedGroups), {
        needs: ["nodes", "daemonSets", "pods", "revisions", "workloads", "configMaps", "installation"],
        namespace: "kube-system",
        now: Date.now(),
      });
      return upgradeStatus(upgradeState(observed, catalogue));
    }

    function pathOf({ apiVersion, kind, metadata }: KubeObject, name: string): string {
      const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
      const collection = `${root}/namespaces/${metadata.namespace ?? ""}/${plurals[kind] ?? ""}`;
      return name === "" ? collection : `${collection}/${name}`;
    }

    async function create(objects: readonly KubeObject[]): Promise<boolean> {
      for (const object of objects) {
        const { status } = await cluster.request("POST", pathOf(object, ""), object);
        if (status >= 300) return false;
      }
      return true;
    }

    async function remove(objects: readonly KubeObject[]): Promise<void> {
      const deletion = { propagationPolicy: "Background", gracePeriodSeconds: 0 };
      for (const object of objects)
        await cluster.request("DELETE", pathOf(object, object.metadata.name), deletion);
    }

    test("every one that the server takes is told with its release, datastore and flavour", async () => {
      const all = manifests();
      const chosen = few ? all.filter((_manifest, at) => at % 4 === 0) : all;
      const wrong: string[] = [];
      let taken = 0;
      for (const manifest of chosen) {
        const objects = objectsOf(manifest.path);
        try {
          if (!(await create(objects))) continue;
          taken += 1;
          const told = toldOf(manifest.path, await look());
          const expected = expectedOf(manifest);
          if (JSON.stringify(told) !== JSON.stringify(expected))
            wrong.push(`${JSON.stringify(told)} instead of ${JSON.stringify(expected)}`);
        } finally {
          await remove(objects);
        }
      }
      console.log(
        `status over upstream's manifests on ${kubeVersion}: ${taken} taken of ${chosen.length} (there are ${all.length}), ${wrong.length} wrong`,
      );
      expect(wrong).toEqual([]);
      // Seen with the manifests of 2026-08: fewer means that this test has gone blind.
      const seen = { "1.36": few ? 47 : 189, "1.15": few ? 71 : 285 };
      expect(taken).toBeGreaterThanOrEqual(seen[kubeVersion]);
    }, 600_000);
  },
);
