import { describe, expect, test } from "vitest";
import { hopTo, migrationsOf, settledBy, type HopRequest } from "../../../src/operations/apply/decide.ts";

import type { UpgradeStart } from "../../../src/plan/upgrade/upgrade-start.ts";
import { versionOf } from "../../../src/releases/version.ts";
import { commandsFor } from "../plan/commands.ts";

const start = (from: string, more: Partial<UpgradeStart> = {}): UpgradeStart => ({
  from: versionOf(from),
  datastore: "kubernetes",
  kubernetes: 33,
  canal: false,
  typha: true,
  ebpf: false,
  vxlan: false,
  namespace: "kube-system",
  daemonSet: "calico-node",
  ...more,
});
const options = (
  more: Partial<HopRequest["request"]> & Pick<Partial<HopRequest>, "dryRun"> = {},
): HopRequest => {
  const { dryRun = "none", ...request } = more;
  return {
    request: { until: "contract", skipNodes: false, nodes: { ignored: new Set() }, ...request },
    dryRun,
    commands: commandsFor("apply -f calico.yaml"),
  };
};

describe("what apply does not begin", () => {
  test("H06: a stop between Typha v3.32 and the last node, in either way to ask for it", () => {
    const to = versionOf("v3.32.1");
    expect(() => hopTo(start("v3.31.0"), to, options({ skipNodes: true }))).toThrow(/^H06: .*--skip-nodes/);
    expect(() => hopTo(start("v3.31.0"), to, options({ until: "controller" }))).toThrow(/^H06: /);
    expect(hopTo(start("v3.31.0"), to, options({ until: "expand" }))?.to).toBe("v3.32.1");
    expect(hopTo(start("v3.31.0"), to, options())?.to).toBe("v3.32.1");
  });

  test("no H06 where no Typha goes over v3.32", () => {
    const to = versionOf("v3.30.7");
    expect(hopTo(start("v3.29.7"), to, options({ skipNodes: true }))?.to).toBe("v3.30.7");
  });

  test("P11: a downgrade is refused with its rule", () => {
    expect(() => hopTo(start("v3.30.7"), versionOf("v3.29.7"), options())).toThrow(/^P11: /);
  });

  test("policies and data that can be migrated are the run's own first step; what somebody has to look at is not", () => {
    const seen = {
      template: [],
      controller: "none",
      typha: "none",
      nodes: [],
      behind: 0,
      policy: { state: "todo", because: "2 namespaces to be migrated" },
      data: { state: "todo", because: "5 objects to be brought over" },
    } as const;
    const old = start("v2.2.1", { kubernetes: 7, typha: false, oldGroupServed: true, seen });
    const to = versionOf("v2.5.1");
    const first = migrationsOf(hopTo(old, to, options()), options());
    expect(first.map(({ command }) => command)).toEqual(["migrate-policy", "migrate-data"]);
    expect(settledBy(first)).toEqual(["P02", "P03", "H28"]);
    // Said to be done: left alone.
    const done = options({ nodes: { ignored: new Set(["P02"]) } });
    expect(migrationsOf(hopTo(old, to, done), done).map(({ id }) => id)).toEqual(["data"]);
    const unclear = {
      ...seen,
      policy: { state: "unknown", because: "the annotation cannot be read" },
    } as const;
    expect(() => hopTo({ ...old, seen: unclear }, to, options())).toThrow(
      /^P02: before this file: .*kubectl calico-upgrade migrate-policy/,
    );
  });

  test("P02: policies come first, with the command; done already is said by its id, and a dry run goes on", () => {
    const old = start("v2.3.0", { datastore: "etcd", kubernetes: 7, typha: false });
    const to = versionOf("v2.5.1");
    expect(() => hopTo(old, to, options())).toThrow(
      /P02: before this file: .*migrate-policy.*--ignore-preflight-errors=P02/,
    );
    const done = options({ nodes: { ignored: new Set(["P02"]) } });
    expect(hopTo(old, to, done)?.to).toBe("v2.5.1");
    expect(hopTo(old, to, options({ dryRun: "client" }))?.to).toBe("v2.5.1");
  });

  test("P03: data of ThirdPartyResources comes first, by migrate-data, not by a search through another command", () => {
    const old = start("v2.4.1", { kubernetes: 7, typha: false, oldGroupServed: true });
    expect(() => hopTo(old, versionOf("v2.5.1"), options())).toThrow(
      /P03: before this file: .*: kubectl calico-upgrade migrate-data; done already: .*=P03/,
    );
  });

  test("a release that cannot be reached in one go: the first one on the way is named", () => {
    const old = start("v2.3.0", { datastore: "etcd", kubernetes: "unknown", typha: false });
    expect(() => hopTo(old, versionOf("v3.30.7"), options())).toThrow(
      /cannot be reached in one go: v\d+\.\d+\.\d+ comes first/,
    );
  });
});
