import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { calicoFacts } from "../../../src/facts/calico.ts";
import { releaseNeeds, type Needing } from "../../../src/facts/release-needs.ts";
import { grantsOf } from "../../../src/manifest/covers.ts";
import { fileFacts } from "../../../src/manifest/file-facts.ts";
import { describeGrants, missing } from "../../../src/manifest/missing.ts";
import type { TemplateNeeds } from "../../../src/manifest/needs.ts";
import { parseManifest, type ManifestObject } from "../../../src/manifest/parse.ts";
import { ipamType } from "../../../src/model/ipam.ts";
import { templateFacts } from "../../../src/model/template.ts";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { needsOf } from "../../../src/releases/needs.ts";
import { versionOf } from "../../../src/releases/version.ts";
import { missingLine } from "../../../src/render/missing-lines.ts";
import { hostedCalico } from "../../calico/hosted-calico.ts";
import { upstreamManifests as folder } from "../../calico/manifest-folders.ts";
import { inFile, liveOf } from "../manifest/live.ts";

const node = (change: Partial<Needing> = {}): Needing => ({
  component: "node",
  namespace: "kube-system",
  template: { ...templateFacts({}), serviceAccount: "calico-node" },
  datastore: "kubernetes",
  canal: false,
  ipam: true,
  ...change,
});

const rights = (needs: TemplateNeeds | undefined): string =>
  (needs?.grants ?? [])
    .map(({ account, rules }) => `${account.name}: ${describeGrants(rules.flatMap(grantsOf))}`)
    .join("\n");

describe("H05: what a release needs is on record, whatever a file happens to hold", () => {
  test("the Felix of v3.30 lists staged policies, and nobody is told of anything that v3.29 needs as well", () => {
    const needs = releaseNeeds(node(), versionOf("v3.30.7"), versionOf("v3.29.7"));
    expect(rights(needs)).toBe(
      "calico-node: get, list, watch stagedglobalnetworkpolicies.crd.projectcalico.org, stagedkubernetesnetworkpolicies.crd.projectcalico.org, stagednetworkpolicies.crd.projectcalico.org; list, watch baselineadminnetworkpolicies.policy.networking.k8s.io",
    );
    expect(needs?.crds.map(({ name }) => name)).toEqual([
      "stagedglobalnetworkpolicies.crd.projectcalico.org",
      "stagedkubernetesnetworkpolicies.crd.projectcalico.org",
      "stagednetworkpolicies.crd.projectcalico.org",
      "baselineadminnetworkpolicies.policy.networking.k8s.io",
    ]);
  });

  test("from v3.26 on tokens are of an account of their own, unless calico-node is told another one", () => {
    const to = [versionOf("v3.27.5"), versionOf("v3.25.2")] as const;
    expect(releaseNeeds(node(), ...to)).toMatchObject({
      accounts: [{ namespace: "kube-system", name: "calico-cni-plugin" }],
    });
    const told = templateFacts({
      spec: {
        serviceAccountName: "canal",
        containers: [
          {
            name: "calico-node",
            image: "calico/node:v3.27.5",
            env: [{ name: "CALICO_CNI_SERVICE_ACCOUNT", value: "canal" }],
          },
        ],
      },
    });
    const canal = releaseNeeds(node({ template: told, canal: true, ipam: false }), ...to);
    expect(canal?.accounts).toEqual([]);
    expect(rights(canal)).not.toContain("calico-cni-plugin");
  });

  test("with etcd no CRD and no right to one is asked for; without Calico's IPAM none to its blocks", () => {
    const etcd = releaseNeeds(node({ datastore: "etcd" }), versionOf("v3.30.7"), undefined);
    expect([etcd?.crds, rights(etcd)]).toEqual([[], expect.not.stringContaining("projectcalico.org")]);
    const plain = releaseNeeds(node({ ipam: false }), versionOf("v3.30.7"), undefined);
    expect(rights(plain)).not.toContain("ipamhandles");
    expect(rights(releaseNeeds(node(), versionOf("v3.30.7"), undefined))).toContain("ipamhandles");
  });

  test("the controller has needs of its own", () => {
    const controller = node({ component: "controller", template: templateFacts({}) });
    const needs = releaseNeeds(controller, versionOf("v3.30.7"), versionOf("v3.29.7"));
    expect(rights(needs)).toContain("get, list, update, watch services, services/status");
  });

  test("a release that nothing is on record of needs nothing that we could name", () => {
    expect(needsOf(versionOf("v1.4.0"), "calico-node")).toBeUndefined();
    expect(needsOf(versionOf("v3.99.0"), "calico-node")).toBeUndefined();
  });

  test("every release of the catalogue is on record, also those without a manifest among the sources", () => {
    const unknown = [...catalogue.releases.keys()].filter(
      (name) => needsOf(versionOf(name), "calico-node") === undefined,
    );
    expect(unknown).toEqual([]);
  });
});

const minors = existsSync(folder) ? readdirSync(folder).filter((name) => /^v\d/.test(name)) : [];
/** The others differ in what they switch on, and have the same roles and CRDs. */
const few = process.env["TEST_ALL"] === undefined;
const known = minors.filter((minor) =>
  [...catalogue.releases.keys()].some((name) => name.startsWith(`${minor}.`)),
);

/** What each component of a manifest lacks of the needs on record for its release, as lines. */
function lacking(objects: readonly ManifestObject[], minor: string): readonly string[] {
  const facts = fileFacts(objects, "kube-system");
  const calico = calicoFacts(facts, catalogue);
  if (!calico.chosen.known) return [];
  const { daemonSet, namespace, flavour } = calico.chosen.value;
  const workloads = facts.workloads.known ? facts.workloads.value : [];
  const controllers = workloads.filter(({ component, desired }) => component === "controller" && desired > 0);
  const common = {
    namespace,
    // Before v2.4 nothing in a manifest for etcd says so.
    datastore: calico.datastore.known ? calico.datastore.value : ("etcd" as const),
    canal: flavour === "canal",
    ipam: calico.cniConfig.known && ipamType(calico.cniConfig.value) === "calico-ipam",
  };
  const live = liveOf(objects.map(({ object }) => object));
  return [
    { ...common, component: "node" as const, template: daemonSet.template },
    ...controllers.map(({ template }) => ({ ...common, component: "controller" as const, template })),
  ].flatMap((pods) => {
    const needs = releaseNeeds(pods, versionOf(`${minor}.0`), undefined);
    if (needs === undefined) return ["nothing is on record"];
    return missing(needs, live).map((one) => `${pods.component}: ${missingLine(one)}`);
  });
}

describe.skipIf(known.length === 0)("upstream's manifests, where they are", { timeout: 120_000 }, () => {
  test.each(known)("H05: each manifest of %s has what its release needs: it is never refused", (minor) => {
    const files = readdirSync(join(folder, minor)).filter((name) => name.endsWith(".yaml"));
    const read = (name: string): readonly ManifestObject[] =>
      files.includes(name) ? parseManifest(readFileSync(join(folder, minor, name), "utf8"), name) : [];
    const found = files
      .filter((name) => /^(kdd|canal|etcd)/.test(name) && !/addon-manager|k8s1\.5/.test(name))
      .filter((name) => !few || /^(kdd|kdd-policy-only|etcd|canal|canal-etcd)\.yaml$/.test(name))
      .flatMap((name) => {
        const own = read(name);
        // Until v3.3 the roles stood in files of their own.
        const beside = name.includes("etcd") ? ["rbac-etcd.yaml"] : ["rbac-kdd.yaml", "rbac-hosted.yaml"];
        const hasRoles = own.some(({ object }) => object.kind === "ClusterRole");
        const roles = hasRoles ? [] : (beside.map(read).find((objects) => objects.length > 0) ?? []);
        return lacking([...own, ...roles], minor).map((line) => `${name}: ${line}`);
      });
    expect(found).toEqual([]);
  });
});

describe("the installs that the other tests are made of", () => {
  const flavours = [
    { datastore: "kdd", flavour: "hosted" },
    { datastore: "kdd", flavour: "canal" },
    { datastore: "etcd", flavour: "hosted" },
  ] as const;
  const newest = [...catalogue.releases.keys()].filter(
    (name, index, all) => !all[index + 1]?.startsWith(/^v\d+\.\d+\./.exec(name)?.[0] ?? " "),
  );

  test("have what upstream's manifests have", () => {
    const found = newest.flatMap((version) => {
      const minor = /^v\d+\.\d+/.exec(version)?.[0] ?? "";
      return flavours.flatMap((flavour) => {
        let objects;
        try {
          objects = hostedCalico({ version, ...flavour });
        } catch {
          return [];
        }
        return lacking(inFile(objects), minor).map(
          (line) => `${version} ${flavour.flavour} ${flavour.datastore}: ${line}`,
        );
      });
    });
    expect(found).toEqual([]);
  });
});
