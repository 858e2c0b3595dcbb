/** The case distributions: manifests of others, applied as they are; status and preflight agree on who owns them. */
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { PreflightReport } from "../../src/render/preflight/kind.ts";
import type { UpgradeStatus } from "../../src/render/status/kind.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at } from "../cluster/kube-object.ts";
import { manifests } from "./support/manifest-pairs.ts";
import { runPlugin } from "./support/plugin.ts";
import { hasCase } from "./support/shared-cases.ts";
import { testCluster } from "./test-cluster.ts";

const folder = join(manifests, "distributions");

interface Reported {
  readonly file: string;
  readonly release: string;
  /** Undefined: nobody but who applied it. */
  readonly owner?: string;
  /** The rule of preflight that says so. */
  readonly rule?: string;
}

const told: readonly Reported[] = [
  { file: "k0s.yaml", release: "v3.32.1", owner: "k0s" },
  { file: "kubespray-vxlan-v3.31.7.yaml", release: "v3.31.7", owner: "kubespray" },
  { file: "rke1-canal-v3.28.1.yaml", release: "v3.28.1", owner: "Rancher" },
  { file: "eks-v1.7.5-calico.yaml", release: "v3.15.1" },
  { file: "k8s-addon-v3.19.1.yaml", release: "v3.19.1", owner: "Kubernetes' addon manager", rule: "O05" },
];

describe.skipIf(!hasCase("distributions", folder))("a distribution's own manifest on 1.36", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion: "1.36" });
  });
  afterAll(() => cluster?.stop());
  beforeEach(async () => {
    await cluster.resetCalico();
  });

  test.each(told)("$file: status and preflight agree", async ({ file, release, owner, rule = "O03" }) => {
    // What today's server does not serve any more (PodSecurityPolicies, old CRDs) it leaves out.
    await cluster.kubectl(["apply", "--server-side", "--validate=false", "-f", join(folder, file)]);
    for (const resource of ["daemonsets", "deployments"])
      await cluster.waitFor(
        `/apis/apps/v1/namespaces/kube-system/${resource}`,
        (found) =>
          (found.length > 0 || resource === "deployments") &&
          found.every(
            ({ metadata, status }) =>
              at(status, "observedGeneration") === metadata.generation &&
              at(status, "unavailableReplicas") === undefined,
          ),
        { what: `${file} is there` },
      );
    const shown = await runPlugin(cluster, ["status", "-o", "json"]);
    const status = JSON.parse(shown.stdout) as UpgradeStatus;
    const { stdout } = await runPlugin(cluster, ["preflight", "-o", "json"]);
    const preflight = JSON.parse(stdout) as PreflightReport;
    const ofOwner = preflight.findings.find(({ id }) => id === rule);

    expect(status.daemonSets.map((set) => set.release.text)).toEqual([release]);
    expect(preflight.from).toBe(release);
    expect(status.install.owners.map(({ name }) => name)).toEqual(owner === undefined ? [] : [owner]);
    expect(ofOwner?.outcome).toBe(owner === undefined ? "pass" : "fail");
    if (rule === "O03" && owner !== undefined) expect(ofOwner?.because).toContain(`part of ${owner} `);
    const wrong = status.problems.map(({ message }) => message).join("\n");
    if (file.startsWith("eks")) expect(wrong).not.toContain("no controller");
    // One release of Typha everywhere.
    expect(wrong).not.toMatch(/Typha|typha/);
  });
});
