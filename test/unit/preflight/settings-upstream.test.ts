/** Upstream's own manifests, as they are on record, edited as people edit them. */
import { describe, expect, test } from "vitest";
import { withLastApplied } from "../../../src/merge/last-applied.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { known } from "../../../src/model/reading.ts";
import { upstream } from "../../../src/operations/upstream.ts";
import { fileSettings, type FileSettings, type Setting } from "../../../src/preflight/settings.ts";
import { flavoursOf, type UpstreamMinor } from "../../../src/releases/upstream.ts";
import { versionOf } from "../../../src/releases/version.ts";
import { customised, type Customisation } from "../../calico/customised.ts";

const record = await upstream();
const minors = [...record.minors.values()];

/** Each minor with the next one that has the flavour; all of them, or a sample. */
const pairs = flavours().flatMap((flavour) => {
  const having = minors.filter((minor) => flavoursOf(minor).includes(flavour));
  return having.slice(1).map((to, index) => ({ flavour, from: having[index] as UpstreamMinor, to }));
});

function flavours(): readonly string[] {
  const all = [...new Set(minors.flatMap(flavoursOf))];
  return process.env["TEST_ALL"] === undefined ? ["kdd", "kdd-typha", "canal", "etcd"] : all;
}

function applied(live: readonly KubeObject[], file: readonly KubeObject[], release: string): FileSettings {
  const inFile = file.map((object, index) => ({
    object,
    source: { name: "calico.yaml", document: index + 1 },
  }));
  return fileSettings(
    { objects: inFile },
    {
      installed: { objects: live.map(withLastApplied), unread: [] },
      configMaps: [],
      asked: known(versionOf(release)),
    },
    record,
  );
}

const lines = (all: readonly Setting[]): readonly string[] =>
  all
    .filter(({ group }) => group !== "upstream")
    .map(({ group, object, field }) => `${group}: ${object} ${field}`);

describe("what is yours is told from what is upstream's", () => {
  test("nobody who changed nothing is told of a loss, from any minor to the next of its flavour", () => {
    const told = pairs.flatMap(({ flavour, from, to }) => {
      const { base, all } = applied(
        from.manifests.get(flavour) ?? [],
        to.manifests.get(flavour) ?? [],
        from.release,
      );
      const wrong = base.known ? [] : [base.message];
      return [...wrong, ...lines(all)].map((line) => `${flavour} ${from.release} -> ${to.release}: ${line}`);
    });
    expect(told).toEqual([]);
    expect(pairs.length).toBeGreaterThan(100);
  });

  test.each<[Customisation, string, Setting["kind"], readonly string[]]>([
    ["own-cni", "kdd", "cni", ['plugins[type="tuning"]', 'plugins[type="calico"].container_settings']],
    ["own-probes", "kdd", "other", ["livenessProbe.timeoutSeconds", "readinessProbe.timeoutSeconds"]],
    [
      "own-resources",
      "kdd",
      "other",
      ["resources.requests.cpu", "resources.requests.memory", "resources.limits"],
    ],
    ["sidecar", "kdd", "other", ['containers[name="log-shipper"]', 'volumes[name="logs"]']],
    ["annotations", "kdd", "other", ["spec.template.metadata.annotations"]],
    ["own-strategy", "kdd", "other", ["updateStrategy.rollingUpdate.maxUnavailable"]],
    ["few-controllers", "kdd", "other", ['env[name="ENABLED_CONTROLLERS"]']],
    ["typha-replicas", "kdd-typha", "other", ["spec.replicas"]],
    ["cross-subnet", "kdd", "encapsulation", ['env[name="CALICO_IPV4POOL_IPIP"]']],
    ["pool", "kdd", "pools", ['env[name="CALICO_IPV4POOL_CIDR"]']],
    ["autodetection", "kdd", "addresses", ['env[name="IP_AUTODETECTION_METHOD"]']],
    ["mtu", "kdd", "mtu", ["data.veth_mtu"]],
    ["felix-setting", "kdd", "other", ['env[name="FELIX_LOGSEVERITYSCREEN"]']],
    ["tolerations", "kdd", "other", ["tolerations["]],
    ["node-selector", "kdd", "other", ["nodeSelector.calico"]],
    ["own-rule", "kdd", "other", ["rules["]],
    ["api-server", "kdd-bpf", "API server", ["data.kubernetes_service_host", "data.kubernetes_service_port"]],
  ])("%s is yours, and lost with upstream's next manifest", (name, flavour, kind, fields) => {
    const newer = pairsFrom("v3.27", flavour);
    for (const { from, to } of newer) {
      const live = customised(from.manifests.get(flavour) ?? [], name);
      const { all } = applied(live, to.manifests.get(flavour) ?? [], from.release);
      const lost = all.filter(({ group }) => group === "lost" || group === "conflict");
      for (const field of fields)
        expect(lost.find((each) => each.field.includes(field))).toMatchObject({ kind });
      // Nothing else is taken for yours.
      const others = lost.filter((each) => !fields.some((field) => each.field.includes(field)));
      expect(others.every((each) => each.field.includes("ipam.assign_ipv"))).toBe(true);
    }
    expect(newer.length).toBeGreaterThan(0);
  });

  test("it is kept where the new file has it as well", () => {
    for (const { flavour, from, to } of pairsFrom("v3.27", "kdd")) {
      const names = ["own-probes", "sidecar", "cross-subnet", "mtu", "own-cni"] as const;
      const live = customised(from.manifests.get(flavour) ?? [], ...names);
      const { all } = applied(live, customised(to.manifests.get(flavour) ?? [], ...names), from.release);
      expect(lines(all).filter((line) => !line.startsWith("kept: "))).toEqual([]);
      expect(all.filter(({ group }) => group === "kept").map(({ kind }) => kind)).toEqual(
        expect.arrayContaining(["encapsulation", "mtu", "cni", "other"]),
      );
    }
  });

  test("what somebody set by hand after the apply survives the next one, and is kept", () => {
    const { from, to } = pairsFrom("v3.29", "kdd")[0] ?? {};
    const plain = (from?.manifests.get("kdd") ?? []).map(withLastApplied);
    const byHand = customised(plain, "autodetection");
    const inFile = (to?.manifests.get("kdd") ?? []).map((object, index) => ({
      object,
      source: { name: "calico.yaml", document: index + 1 },
    }));
    const { all } = fileSettings(
      { objects: inFile },
      {
        installed: { objects: byHand, unread: [] },
        configMaps: [],
        asked: known(versionOf(from?.release ?? "")),
      },
      record,
    );
    expect(all.filter(({ group }) => group !== "upstream")).toMatchObject([
      { group: "kept", kind: "addresses", before: "interface=eth1", after: "interface=eth1" },
    ]);
  });

  test("where no manifest is known, what was set since the last apply is yours; whose the rest is, is unknown", () => {
    const vendors = minors.find(({ release }) => release.startsWith("v3.29."))?.manifests.get("kdd") ?? [];
    // own-probes: by hand, after the vendor's manifest was applied.
    const live = customised(vendors, "own-probes").map((object, index) => ({
      ...object,
      metadata: withLastApplied(vendors[index] as KubeObject).metadata,
    }));
    const inFile = customised(vendors, "mtu").map((object, index) => ({
      object,
      source: { name: "calico.yaml", document: index + 1 },
    }));
    const { base, all } = fileSettings(
      { objects: inFile },
      { installed: { objects: live, unread: [] }, configMaps: [], asked: known(versionOf("v3.31.0")) },
      record,
    );
    expect(base.known).toBe(false);
    const node = 'DaemonSet kube-system/calico-node spec.template.spec.containers[name="calico-node"]';
    expect(all.map(({ group, object, field }) => `${group}: ${object} ${field}`)).toEqual([
      "unknown: ConfigMap kube-system/calico-config data.veth_mtu",
      `lost: ${node}.livenessProbe.timeoutSeconds`,
      `lost: ${node}.readinessProbe.timeoutSeconds`,
    ]);
  });

  test("another patch release has its minor's manifest, and says so; a minor that is not on record is not known", () => {
    const objects = minors.at(-1)?.manifests.get("kdd") ?? [];
    expect(applied(objects, objects, "v3.32.0").base).toMatchObject({
      known: true,
      value: { release: "v3.32.1", exact: false, flavour: "kdd" },
    });
    const { base, all } = applied(customised(objects, "own-probes"), objects, "v3.31.2");
    expect(base).toMatchObject({ known: false, message: "upstream's manifest of v3.31 is not on record" });
    expect(all.map(({ group }) => group)).toEqual(["unknown", "unknown"]);
  });
});

function pairsFrom(minor: string, flavour: string) {
  const own = flavour === "kdd-bpf" ? "v3.30" : minor;
  const having = minors.filter((each) => flavoursOf(each).includes(flavour));
  return having
    .slice(1)
    .map((to, index) => ({ flavour, from: having[index] as UpstreamMinor, to }))
    .filter(({ from }) => from.release.localeCompare(`${own}.0`, "en", { numeric: true }) >= 0);
}
