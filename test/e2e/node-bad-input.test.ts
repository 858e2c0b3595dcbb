/** What `node` cannot do is said clearly, ends in exit code 1, and has written nothing. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Cluster } from "../cluster/cluster.ts";
import type { PolicyRule } from "../cluster/users.ts";
import { poll } from "../cluster/wait.ts";
import { eras, everything, outdatedCalico, patchDaemonSet, podOf, writes } from "./support/calico-cluster.ts";
import { runPlugin } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

const seeHelp = "\nSee 'kubectl calico-upgrade node -h' for help and examples\n";

describe.each(eras)("Kubernetes $kubeVersion, Calico $calico.version", ({ kubeVersion, calico }) => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion, audit: "Request" });
    await outdatedCalico(cluster, calico);
  });
  afterAll(() => cluster?.stop());

  /** It must not have changed anything: neither by its own requests nor in what is there. */
  async function refused(args: readonly string[], kubeconfig?: string): Promise<string> {
    const before = await everything(cluster);
    const mark = await cluster.audit.mark();
    const options = kubeconfig === undefined ? {} : { kubeconfig };
    const { code, stdout, stderr } = await runPlugin(cluster, ["node", ...args], options);
    expect({ code, stdout, stderr, written: await writes(cluster, mark) }).toEqual({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/./) as string,
      written: [],
    });
    expect(await everything(cluster)).toEqual(before);
    return stderr;
  }

  describe("the command line", () => {
    test.each<[string, readonly string[], string]>([
      ["no argument", [], `error: USAGE: node (NODE... | --all | -l SELECTOR) [flags]${seeHelp}`],
      ["an unknown flag", ["node-01", "--drian"], "error: unknown flag: --drian"],
      ["a flag without its value", ["node-01", "--timeout"], "error: flag needs an argument: --timeout"],
      [
        "a duration that is none",
        ["node-01", "--timeout=abc"],
        'error: invalid argument "abc" for "--timeout" flag: time: invalid duration "abc"',
      ],
      [
        "a negative time-out",
        ["node-01", "--timeout=-1s"],
        "error: --timeout must not be negative; zero means forever",
      ],
      ["a negative settle", ["node-01", "--settle=-1s"], "error: --settle must not be negative"],
      [
        "a grace period that is no number",
        ["node-01", "--grace-period=x"],
        'error: invalid argument "x" for "--grace-period" flag',
      ],
      [
        "a format that there is not",
        ["node-01", "-o", "xml"],
        'error: unable to match a printer suitable for the output format "xml", allowed formats are: custom-columns,custom-columns-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,table,wide,yaml',
      ],
      [
        "a dry run that there is not",
        ["node-01", "--dry-run=yes"],
        'error: Invalid dry-run value (yes). Must be "none", "server", or "client".',
      ],
      [
        "a node by something else than its name",
        ["pod/node-01"],
        'error: "pod/node-01" is not the name of a node',
      ],
      [
        "a DaemonSet without its namespace",
        ["node-01", "--daemonset=calico-node"],
        'error: --daemonset is NAMESPACE/NAME, not "calico-node"',
      ],
      [
        "--unpin with a node",
        ["node-01", "--unpin"],
        "error: --unpin is about the DaemonSet and takes no NODE",
      ],
      ["--print-missing without a file", ["--print-missing"], "error: --print-missing goes with -f FILE"],
      [
        "a file that is not there",
        ["node-01", "-f", "nosuch.yaml"],
        'error: the path "nosuch.yaml" does not exist',
      ],
    ])("%s", async (_what, args, words) => {
      expect(await refused(args)).toContain(words);
    });
  });

  test("nodes that are not there are named in kubectl's words, all of them, and the others are not begun", async () => {
    expect(await refused(["node-01", "x", "node/y"])).toBe(
      'Error from server (NotFound): nodes "x" not found\nError from server (NotFound): nodes "y" not found\n',
    );
    expect(await refused(["x", "--release"])).toBe('Error from server (NotFound): nodes "x" not found\n');
  });

  test("an operator's Calico is left to the operator, with its procedure", async () => {
    const label = "app.kubernetes.io/managed-by";
    await patchDaemonSet(cluster, { metadata: { labels: { [label]: "tigera-operator" } } });
    expect(await refused(["node-01", "--ignore-preflight-errors=all", "--force"])).toMatch(
      /^error: the Tigera operator owns this Calico .*tigerastatus.*\(seen: .*label app.kubernetes.io\/managed-by=tigera-operator\)$/m,
    );
    await patchDaemonSet(cluster, { metadata: { labels: { [label]: null } } });
  });

  describe("rights", () => {
    const kubeSystem = "kube-system";
    const rights: readonly (readonly [string, string, string])[] = [
      ["", "nodes", "list"],
      ["", "nodes", "watch"],
      ["", "nodes", "patch"],
      ["apps", "daemonsets", "list"],
      ["apps", "daemonsets", "watch"],
      ["apps", "daemonsets", "patch"],
      ["apps", "controllerrevisions", "list"],
      ["", "pods", "list"],
      ["", "pods", "watch"],
      ["", "pods", "delete"],
    ];
    const described = (name: string) => rights.filter((right) => right.slice(1).join(" ") !== name);

    /** A user with all rights that a run needs, nodes cluster-wide and the rest in Calico's namespace, less one. */
    async function userWithout(missing: string): Promise<string> {
      const rule = ([group, resource, verb]: readonly [string, string, string]): PolicyRule => ({
        apiGroups: [group],
        resources: [resource],
        verbs: [verb],
      });
      const given = described(missing);
      const kubeconfig = await cluster.userKubeconfig({
        rules: [
          ...given.filter(([, resource]) => resource === "nodes").map(rule),
          // Before 1.19 a cordon matters to load balancers (H09).
          { apiGroups: [""], resources: ["services"], verbs: ["list"] },
        ],
        namespaceRules: {
          [kubeSystem]: [
            ...given.filter(([, resource]) => resource !== "nodes").map(rule),
            { apiGroups: [""], resources: ["configmaps"], verbs: ["get"] },
          ],
        },
      });
      // Bindings take a moment to be seen by the server.
      const [, resource, verb] = given.at(-1) ?? given[0] ?? ["", "", ""];
      await poll(async () => {
        const args = ["auth", "can-i", verb, resource, "-n", kubeSystem, "--kubeconfig", kubeconfig];
        return (await cluster.kubectl(args)).stdout.startsWith("yes");
      });
      return kubeconfig;
    }

    test.each(rights.map(([group, resource, verb]) => [verb, resource, group] as const))(
      "without %s %s it is said which one is missing, before anything is written",
      async (verb, resource, group) => {
        const kubeconfig = await userWithout(`${resource} ${verb}`);
        const stderr = await refused(["node-01"], kubeconfig);
        const what = group === "" ? resource : `${resource}.${group}`;
        expect(stderr).toMatch(
          new RegExp(
            `missing permission: ${verb} ${what}\\b|cannot ${verb} resource "${resource}" in API group "${group}"`,
          ),
        );
        expect(
          stderr.split("\n").filter((line) => line.startsWith("error") || line.startsWith("Error")),
        ).toHaveLength(1);
      },
    );

    test("with these and no others it goes through", async () => {
      const kubeconfig = await userWithout("nothing");
      const { code, stderr } = await runPlugin(cluster, ["node", "node-01", "--settle=0s"], { kubeconfig });
      expect([code, stderr]).toEqual([0, expect.stringContaining("node/node-01 done")]);
    });

    test("rights to exactly the named objects are enough", async () => {
      const kubeconfig = await cluster.userKubeconfig({
        rules: [
          { resources: ["nodes"], verbs: ["list", "watch"] },
          { resources: ["nodes"], verbs: ["patch"], resourceNames: ["node-02"] },
          { resources: ["services"], verbs: ["list"] },
        ],
        namespaceRules: {
          [kubeSystem]: [
            { resources: ["pods"], verbs: ["list", "watch", "delete"] },
            { resources: ["configmaps"], verbs: ["get"] },
            { apiGroups: ["apps"], resources: ["daemonsets"], verbs: ["list", "watch"] },
            {
              apiGroups: ["apps"],
              resources: ["daemonsets"],
              verbs: ["patch"],
              resourceNames: ["calico-node"],
            },
            { apiGroups: ["apps"], resources: ["controllerrevisions"], verbs: ["list"] },
          ],
        },
      });
      await poll(async () => {
        const args = [
          "auth",
          "can-i",
          "list",
          "controllerrevisions.apps",
          "-n",
          kubeSystem,
          "--kubeconfig",
          kubeconfig,
        ];
        return (await cluster.kubectl(args)).stdout.startsWith("yes");
      });
      expect(await refused(["node-03"], kubeconfig)).toMatch(/missing permission: patch nodes/);
      const { code, stderr } = await runPlugin(cluster, ["node", "node-02", "--settle=0s"], { kubeconfig });
      expect([code, stderr]).toEqual([0, expect.stringContaining("node/node-02 done")]);
    });

    test("--probe-image needs the right to make a pod", async () => {
      expect(await refused(["node-03", "--probe-image=pause"], await userWithout("nothing"))).toMatch(
        /missing permission: create pods in namespace kube-system/,
      );
    });
  });

  describe("no Calico", () => {
    beforeEach(() => cluster.resetCalico());

    test("is said, with the command that looks", async () => {
      await expect(podOf(cluster, "node-01")).rejects.toThrow("no calico-node on node-01");
      expect(await refused(["node-01"])).toMatch(
        /^error: no Calico found: .*kubectl calico-upgrade status$/m,
      );
      expect(await refused(["--unpin"])).toContain("error: no Calico found");
    });
  });
});
