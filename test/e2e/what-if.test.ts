/** `migrate-policy --what-if` on a real server: what a user reads, the exit codes, and that nothing is written. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostedCalico } from "../calico/hosted-calico.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { KubeObject } from "../cluster/kube-object.ts";
import type { PolicyWhatIf } from "../../src/render/what-if/kind.ts";
import { lines, runPlugin } from "./support/plugin.ts";
import { schemaErrorsOf } from "../unit/render/schema.ts";
import { testCluster } from "./test-cluster.ts";

let cluster: Cluster;

const defaultDeny = '{"ingress":{"isolation":"DefaultDeny"}}';
const namespaces: readonly (readonly [string, string | undefined])[] = [
  ["bank", defaultDeny],
  ["shop", undefined],
  ["odd", "{broken"],
];

beforeAll(async () => {
  cluster = await testCluster({ kubeVersion: "1.36", audit: "Metadata" });
  await cluster.apply(oldCalico());
  for (const [name, annotation] of namespaces) {
    await create("/api/v1/namespaces", "v1", "Namespace", {
      name,
      ...(annotation === undefined
        ? {}
        : { annotations: { "net.beta.kubernetes.io/network-policy": annotation } }),
    });
    await create(
      `/api/v1/namespaces/${name}/pods`,
      "v1",
      "Pod",
      { name: `${name}-1`, labels: { app: name } },
      {
        containers: [{ name: "main", image: "example/main" }],
      },
    );
  }
  const policies = "/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies";
  await create(
    policies,
    "networking.k8s.io/v1",
    "NetworkPolicy",
    { name: "web" },
    {
      podSelector: { matchLabels: { app: "shop" } },
      ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80 }] }],
    },
  );
});
afterAll(async () => {
  for (const [name] of namespaces)
    await cluster?.api.ask("DELETE", `/api/v1/namespaces/${name}`).catch(() => undefined);
  await cluster?.stop();
});

/** The images of v2.2.1 in manifests that this server takes: from here on only they matter. */
function oldCalico(): KubeObject[] {
  const parts = ["rbac", "config", "workloads"] as const;
  const text = JSON.stringify(hostedCalico({ version: "v3.29.7", datastore: "etcd" }, parts));
  return JSON.parse(
    text
      .replaceAll("calico/node:v3.29.7", "calico/node:v1.2.1")
      .replaceAll("calico/cni:v3.29.7", "calico/cni:v1.8.3")
      .replaceAll("calico/kube-controllers:v3.29.7", "calico/kube-policy-controller:v0.6.0"),
  ) as KubeObject[];
}

async function create(
  path: string,
  apiVersion: string,
  kind: string,
  metadata: object,
  spec?: object,
): Promise<void> {
  await cluster.api.ask("POST", path, {
    apiVersion,
    kind,
    metadata,
    ...(spec === undefined ? {} : { spec }),
  });
}

async function whatIf(...args: readonly string[]) {
  const result = await runPlugin(cluster, ["migrate-policy", "--what-if", ...args]);
  return result;
}

async function json(...args: readonly string[]): Promise<PolicyWhatIf & { readonly code: number }> {
  const { stdout, stderr, code } = await whatIf(...args, "-o", "json");
  if (stdout === "") throw new Error(stderr);
  const result = JSON.parse(stdout) as PolicyWhatIf;
  expect(schemaErrorsOf("policy-what-if", result)).toEqual([]);
  return { ...result, code };
}

describe("migrate-policy --what-if", () => {
  // Procedure: Note: v1 NetworkPolicy semantics
  test("tells who is cut off and who is exposed, what would keep it so, and writes nothing", async () => {
    const mark = await cluster.audit.mark();
    const result = await json();
    expect(result).toMatchObject({
      code: 1,
      cluster: { datastore: "etcd", calico: expect.stringContaining("v2.2") as string },
      target: { release: "v2.4.0", egress: false },
      boundary: { side: "before", crossed: true, finishBefore: "controller" },
      proof: { holds: false },
    });
    const by = new Map(result.namespaces.map((each) => [each.name, each]));
    expect(by.get("bank")).toMatchObject({
      isolation: "isolated",
      create: { name: "default-deny" },
      without: { exposed: 1 },
      migrated: { exposed: 0, cutOff: 0 },
    });
    expect(by.get("shop")).toMatchObject({
      isolation: "open",
      delete: [{ name: "web" }],
      without: { cutOff: 1 },
      migrated: { exposed: 0, cutOff: 0 },
    });
    expect(by.get("odd")).toMatchObject({ isolation: "unclear", left: "undecided", without: { unknown: 1 } });
    const sent = await cluster.audit.since(mark, { userAgent: "kubectl-calico_upgrade" });
    expect(sent.filter(({ verb }) => !["get", "list"].includes(verb))).toEqual([]);
  });

  test("with every decision taken the plan is proven to change nothing", async () => {
    const result = await json("--treat-as", "odd=isolated");
    expect(result.proof).toEqual({ holds: true, problems: [] });
    expect(result.migrated).toMatchObject({ changes: [], unknown: [] });
    expect(result.code).toBe(1);
  });

  test("a policy that is kept by request is shown as the reason of what it cuts off", async () => {
    const { migrated } = await json("--treat-as=odd=open", "--keep=shop/web");
    expect(migrated.changes.map(({ cause, reason }) => [cause, reason.policies])).toEqual([
      ["keep", ["shop/web"]],
      ["keep", ["shop/web"]],
    ]);
  });

  test("-n looks at one namespace, and says that the cluster is not finished", async () => {
    const result = await json("-n", "bank");
    expect(result.without.changes.flatMap(({ to }) => to.namespaces)).toEqual(["bank"]);
    expect(result.notes.join()).toContain("only namespace bank");
  });

  test("-o html is one page that holds the matrix, and nothing else is printed", async () => {
    const { stdout, stderr, code } = await whatIf("-o", "html");
    expect([code, stderr]).toEqual([1, ""]);
    expect(stdout).toMatch(/^<!doctype html>[^]*<\/html>\n$/);
    expect(stdout).toContain('"name":"bank"');
  });

  test("the table says it in one screen", async () => {
    const { stdout, code } = await whatIf("--treat-as=odd=open");
    expect(code).toBe(1);
    expect(lines(stdout)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^As it is: +1 pod cut off, 1 pod exposed$/),
        expect.stringMatching(/^Plan: +create 1 policy, delete 1 policy$/),
        expect.stringMatching(/^After it: +same$/),
        expect.stringMatching(/^bank +isolated +1 +1 pod exposed +create default-deny +same$/),
        expect.stringMatching(/^shop +open +1 +1 pod cut off +delete web +same$/),
      ]) as string[],
    );
  });

  test.each([
    [["--to", "nonsense"], /--to: "nonsense" is no version/],
    [["--to", "v2.6.3"], /k8s-policy-no-match/],
    [["--keep", "web"], /--keep is NAMESPACE\/NAME/],
    [["--keep", "shop/gone"], /networkpolicies "gone" not found/],
    [["--treat-as", "odd=perhaps"], /NAMESPACE=isolated or NAMESPACE=open/],
    [["--treat-as", "bank=open"], /namespace bank is isolated; --treat-as is only for annotations/],
    [["-o", "name"], /-o name has nothing to name here/],
  ])("%j is refused with exit code 2, so that no script takes it for a difference", async (args, words) => {
    const { stdout, stderr, code } = await whatIf(...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(words);
  });
});
