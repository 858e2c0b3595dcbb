/** What `undo` may not do is known before its first write: it never stops in the middle for a right or a webhook. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { CalicoOptions } from "../calico/era.ts";
import { workloadsReady } from "../calico/install.ts";
import type { KubeVersion } from "../cluster/binaries/recipes.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { poll } from "../cluster/wait.ts";
import { writes } from "./support/calico-cluster.ts";
import { type HopFiles, writeHop } from "./support/hop-files.ts";
import { installed } from "./support/installed.ts";
import { lines, runPlugin } from "./support/plugin.ts";
import { rightsUsed, withoutEach, type Right } from "./support/rights.ts";
import { testCluster } from "./test-cluster.ts";

interface Story {
  readonly kubeVersion: KubeVersion;
  readonly old: CalicoOptions;
  readonly next: CalicoOptions;
  /** Whether a right comes back to a role. */
  readonly grants: boolean;
  /** Of admissionregistration.k8s.io. */
  readonly served: "v1" | "v1beta1";
}

const stories: readonly Story[] = [
  // v3.26 takes a right of calico-node away, so that going back begins with giving it again (H01).
  {
    kubeVersion: "1.36",
    old: { version: "v3.25.2" },
    next: { version: "v3.26.5" },
    grants: true,
    served: "v1",
  },
  {
    kubeVersion: "1.15",
    old: { version: "v3.8.9" },
    next: { version: "v3.9.6" },
    grants: false,
    served: "v1beta1",
  },
];

const quick = ["-y", "--settle=0s", "--ignore-preflight-errors=all"];
const name = "guard.example.org";

describe.each(stories)("Kubernetes $kubeVersion, $next.version → $old.version", (story) => {
  const { kubeVersion, old, next, grants, served } = story;
  const webhooks = `/apis/admissionregistration.k8s.io/${served}/validatingwebhookconfigurations`;
  let cluster: Cluster;
  let folder: string;
  let bundle: string;
  let before: unknown;
  let files: HopFiles;

  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion, audit: "Metadata" });
    folder = await mkdtemp(join(tmpdir(), "undo-refused-"));
    files = await writeHop(folder, { old, next }, { typha: kubeVersion === "1.36" });
  });
  afterAll(async () => {
    await cluster?.resetCalico();
    await rm(folder, { recursive: true, force: true });
    await cluster?.stop();
  });
  beforeEach(async () => {
    await cluster.resetCalico();
    await kubectl("apply", "--validate=false", "-f", files.old);
    await workloadsReady(cluster);
    before = await installed(cluster);
    await upgrade();
  });

  async function kubectl(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await cluster.kubectl([...args]);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  }

  const placed = (...args: readonly string[]) => [...args, ...quick, "--bundle-dir", join(folder, "bundles")];
  const undoing = () => placed("undo", bundle);
  const undo = (options: Parameters<typeof runPlugin>[2] = {}) => runPlugin(cluster, undoing(), options);

  async function upgrade(): Promise<void> {
    const { code, stderr } = await runPlugin(cluster, placed("apply", "-f", files.next));
    if (code !== 0) throw new Error(stderr);
    bundle = /saved in ([^;\s]+)/.exec(stderr)?.[1] ?? "";
  }

  /** Nothing listens where it points to. */
  async function guarding(
    hook: { readonly failurePolicy: "Fail" | "Ignore"; readonly sideEffects: string },
    rule: { readonly group: string; readonly version: string; readonly resource: string },
    work: () => Promise<void>,
  ): Promise<void> {
    await cluster.api.ask("POST", webhooks, {
      metadata: { name },
      webhooks: [
        {
          name: `guard.${name}`,
          admissionReviewVersions: [served],
          timeoutSeconds: 3,
          clientConfig: { url: "https://127.0.0.1:1/check" },
          ...hook,
          rules: [
            {
              apiGroups: [rule.group],
              apiVersions: [rule.version],
              operations: ["UPDATE", "DELETE"],
              resources: [rule.resource],
            },
          ],
        },
      ],
    });
    try {
      const tried = `/apis/apps/v1/namespaces/kube-system/deployments/calico-kube-controllers?dryRun=All`;
      const attempt = async () =>
        await cluster.request("PATCH", tried, { metadata: { labels: { tried: "yes" } } });
      if (rule.resource === "deployments")
        await poll(async () => (await attempt()).status >= 400, { what: "the webhook in force" });
      await work();
    } finally {
      await cluster.request("DELETE", `${webhooks}/${name}`);
    }
  }

  test("each right that it uses, taken away: it refuses before the first write and names it", async () => {
    const user = "upgrader-undo";
    const kubeconfig = await cluster.userKubeconfig({ name: user });
    const printed = await runPlugin(cluster, ["preflight", "--print-role=undo"], {
      kubeconfig: join(folder, "no-such-kubeconfig"),
    });
    await writeFile(join(folder, "role.yaml"), printed.stdout);
    await kubectl("apply", "-f", join(folder, "role.yaml"));
    for (const line of lines(printed.stdout).filter((each) => each.startsWith("#   kubectl ")))
      await kubectl(...line.slice("#   kubectl ".length).replace("USER", user).split(" "));
    const mark = await cluster.audit.mark();
    const whole = await undo({ kubeconfig });
    expect([whole.code, whole.stderr]).toEqual([0, expect.any(String)]);
    const used = await rightsUsed(cluster, mark, user);
    await upgrade();

    const apps = { group: "apps", resource: "deployments", namespace: "kube-system" };
    // A watch that has lost its place lists again.
    const relist: Right = { verb: "list", ...apps };
    // Nobody gives a role more than he has himself, but for this right (H27).
    const escalate: Right = {
      verb: "escalate",
      group: "rbac.authorization.k8s.io",
      resource: "clusterroles",
      namespace: undefined,
    };
    const spared = await withoutEach(
      cluster,
      [...used, relist, ...(grants ? [escalate] : [])],
      undoing,
      upgrade,
    );
    expect(spared.filter((text) => !/^(get|list|watch) /.test(text))).toEqual([]);
  }, 600_000);

  test("the server refuses one object: nothing is written, and the object is named with the server's words", async () => {
    const rule = { group: "apps", version: "v1", resource: "deployments" };
    await guarding({ failurePolicy: "Fail", sideEffects: "None" }, rule, async () => {
      const mark = await cluster.audit.mark();
      const { code, stderr } = await undo();
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(
          /^error: the server refuses deployment\.apps\/calico-[^\n]*: .*failed calling webhook[^]*^nothing was changed$/m,
        ),
      ]);
      expect(await writes(cluster, mark)).toEqual([]);
    });
    const { code, stderr } = await undo();
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    expect(await installed(cluster)).toEqual(before);
  });

  // v1 takes no webhook that may have side effects.
  test.runIf(served === "v1beta1")(
    "a webhook that refuses every dry run is told as what it is, and keeps nobody from going back",
    async () => {
      const rule = { group: "apps", version: "v1", resource: "deployments" };
      await guarding({ failurePolicy: "Ignore", sideEffects: "Unknown" }, rule, async () => {
        const { code, stderr } = await undo();
        expect([code, stderr]).toEqual([
          0,
          expect.stringMatching(
            /^Warning: unknown whether the server accepts the change of deployment\.apps\/calico-.*does not support dry run/m,
          ),
        ]);
        expect(await installed(cluster)).toEqual(before);
      });
    },
  );
});
