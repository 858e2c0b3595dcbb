/** A server that no longer knows who asks (401) ends the look with that, and with nothing else. */
import { expect, test } from "vitest";
import { groupsFor, observableNames, observe, type Need } from "../../../src/cluster/observe.ts";
import { discover } from "../../../src/cluster/discovery.ts";
import { apiError } from "../../../src/errors.ts";
import { counting } from "./counting.ts";

const unauthorized = apiError({ status: 401, reason: "Unauthorized", message: "Unauthorized" });

const groups = ["apps", "policy", "crd.projectcalico.org"].map((name) => {
  const version = { groupVersion: `${name}/v1`, version: "v1" };
  return { name, versions: [version], preferredVersion: version };
});

const resources = {
  apps: { daemonsets: "DaemonSet", deployments: "Deployment", controllerrevisions: "ControllerRevision" },
  policy: { poddisruptionbudgets: "PodDisruptionBudget" },
  "crd.projectcalico.org": { ippools: "IPPool", felixconfigurations: "FelixConfiguration" },
};

/** Empty of everything. */
function answer(path: string): unknown {
  if (path === "/api") return { kind: "APIVersions", versions: ["v1"] };
  if (path === "/apis") return { kind: "APIGroupList", groups };
  if (path === "/version") return { gitVersion: "v1.36.4" };
  const [, group = ""] = /^\/apis\/([^/]+)\/v1$/.exec(path) ?? [];
  const served = Object.entries(resources[group as keyof typeof resources] ?? {});
  if (served.length > 0) {
    return {
      kind: "APIResourceList",
      groupVersion: `${group}/v1`,
      resources: served.map(([name, kind]) => ({ name, kind, namespaced: true, verbs: ["list", "get"] })),
    };
  }
  return { kind: "List", apiVersion: "v1", metadata: { resourceVersion: "1" }, items: [] };
}

const needs: readonly (readonly Need[])[] = [
  observableNames,
  ["nodes", "daemonSets", "pods", "workloads", "configMaps", "installation"],
  ["daemonSets"],
  ["windowsSets"],
];

test.each(needs.map((each) => [each.length > 8 ? "everything" : each.join(", "), each] as const))(
  "%s: whichever request is refused as of nobody known, the look ends with that and the program does not crash",
  async (_what, wanted) => {
    const look = async (refused: string | undefined): Promise<readonly string[]> => {
      const { asked, connection } = counting(({ path }) => {
        if (path === refused) throw unauthorized;
        return answer(path);
      });
      const looking = observe(connection, discover(connection, groupsFor(wanted)), {
        needs: wanted,
        namespace: "kube-system",
        now: 0,
      });
      if (refused === undefined) await looking;
      else await expect(looking, refused).rejects.toBe(unauthorized);
      return asked.map(({ path }) => path);
    };
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on("unhandledRejection", note);
    try {
      const paths = new Set(await look(undefined));
      expect(paths.size).toBeGreaterThan(1);
      for (const path of paths) await look(path);
      // Such rejections are told when all that was due is done.
      await new Promise((done) => setImmediate(done));
      expect(unhandled).toEqual([]);
    } finally {
      process.off("unhandledRejection", note);
    }
  },
);
