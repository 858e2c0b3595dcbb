import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { convert } from "../../../src/data/convert.ts";
import { differences } from "../../../src/data/compare.ts";
import type { OldKind } from "../../../src/data/kinds.ts";
import { formatYaml, parseYaml } from "../../../src/manifest/yaml.ts";
import type { JsonObject, KubeObject } from "../../../src/model/kube.ts";
import { cases, oldObject, type Case } from "./old-objects.ts";

function converted(kind: OldKind, name: string, spec: unknown, metadata = {}): KubeObject {
  const made = convert(kind, oldObject(kind, name, spec, metadata));
  if (!made.ok) throw new Error(made.why);
  return made.object;
}

/** What Calico v2.5 reads out of a new object, in the same fields as the case has. */
function readBack(kind: OldKind, object: KubeObject): JsonObject {
  const spec = object["spec"] as JsonObject;
  switch (kind) {
    case "IpPool": {
      const ipip = (spec["ipip"] ?? {}) as { readonly enabled?: boolean; readonly mode?: string };
      return {
        cidr: spec["cidr"] ?? null,
        ipip: ipip.enabled === true ? "tunl0" : "",
        mode: ipip.mode ?? "",
        masquerade: spec["nat-outgoing"] === true,
        disabled: spec["disabled"] === true,
      };
    }
    case "GlobalBgpPeer": {
      const { asNumber, peerIP, scope } = spec;
      expect(scope).toBe("global");
      return { asNumber: asNumber ?? null, peerIP: peerIP ?? null };
    }
    case "GlobalConfig":
    case "GlobalBgpConfig":
    case "SystemNetworkPolicy":
      return spec;
  }
}

describe("what is brought over means the same", () => {
  test("every kind, with ugly names and values", () => {
    fc.assert(
      fc.property(cases, ({ kind, name, spec, meant }: Case) => {
        const object = converted(kind, name, spec);
        expect(object.apiVersion).toBe("crd.projectcalico.org/v1");
        expect(object.metadata.name).toBe(name);
        expect(object.metadata.namespace).toBeUndefined();
        expect(readBack(kind, object)).toEqual(meant);
        // As it comes back from the server, and as a bundle keeps it.
        expect(differences(object, JSON.parse(JSON.stringify(object)) as KubeObject)).toEqual([]);
        expect(differences(object, parseYaml(formatYaml(object as JsonObject)) as KubeObject)).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  test("labels and annotations of people come along, kubectl's note about the old object does not", () => {
    const object = converted(
      "GlobalConfig",
      "a",
      { name: "A", value: "1" },
      {
        labels: { team: "net" },
        annotations: { why: "because", "kubectl.kubernetes.io/last-applied-configuration": "{}" },
        ownerReferences: [],
      },
    );
    expect(object.metadata).toEqual({ name: "a", labels: { team: "net" }, annotations: { why: "because" } });
  });

  test("a multi-line value with lines that look like metadata stays whole: upstream's sed took them out", () => {
    const value = "a\nnamespace: kube-system\nuid: 1\nkind: GlobalConfig\n";
    expect(converted("GlobalConfig", "x", { name: "X", value })["spec"]).toEqual({ name: "X", value });
  });

  test("a pool without IP-in-IP gets no ipip", () => {
    const value = JSON.stringify({
      cidr: "10.244.0.0/16",
      ipip: "",
      ipip_mode: "",
      masquerade: true,
      ipam: true,
      disabled: false,
    });
    expect(converted("IpPool", "10-244-0-0-16", { value })["spec"]).toEqual({
      cidr: "10.244.0.0/16",
      "nat-outgoing": true,
    });
  });
});

test.each<[OldKind, string, unknown, RegExp]>([
  ["GlobalConfig", "a", { name: "A", value: 1 }, /not a text/],
  ["GlobalConfig", "a", { name: "B", value: "" }, /belongs to another name/],
  ["GlobalConfig", "a", { name: "A", value: "", extra: 1 }, /extra/],
  ["GlobalConfig", "a", undefined, /no spec/],
  ["GlobalBgpConfig", "a", { value: "" }, /spec.name/],
  ["IpPool", "a", { value: "{" }, /not JSON/],
  ["IpPool", "a", { value: "[]" }, /not a JSON object/],
  ["IpPool", "10-0-0-0-8", { value: '{"cidr":"10.0.0.0/8","vxlan":true}' }, /vxlan/],
  ["IpPool", "10-0-0-0-8", { value: '{"cidr":"10.0.0.0/33"}' }, /CIDR/],
  ["IpPool", "10-0-0-0-9", { value: '{"cidr":"10.0.0.0/8"}' }, /belongs to the name 10-0-0-0-8/],
  ["IpPool", "10-0-0-0-8", { value: '{"cidr":"10.0.0.0/8","ipip_mode":"sometimes"}' }, /ipip_mode/],
  ["IpPool", "10-0-0-0-8", { value: '{"cidr":"10.0.0.0/8","masquerade":"yes"}' }, /masquerade/],
  ["IpPool", "10-0-0-0-8", { value: '{"cidr":"10.0.0.0/8","ipam":false}' }, /ipam/],
  ["GlobalBgpPeer", "10-0-0-1", { asNumber: -1 }, /asNumber/],
  ["GlobalBgpPeer", "10-0-0-1", { asNumber: "x" }, /asNumber/],
  ["GlobalBgpPeer", "10-0-0", { asNumber: 1 }, /no address/],
  ["GlobalBgpPeer", "10-0-0-256", { asNumber: 1 }, /no address/],
  ["GlobalBgpPeer", "10-0-0-1", { asNumber: 1, keepalive: 1 }, /keepalive/],
  ["SystemNetworkPolicy", "p", { selector: "all()", types: ["ingress"] }, /types/],
])("what cannot be brought over without a loss is refused: %s %s %j", (kind, name, spec, why) => {
  const made = convert(kind, oldObject(kind, name, spec));
  expect(made.ok ? "" : made.why).toMatch(why);
});

test("an old object with a status is refused: neither side has one", () => {
  const made = convert("GlobalConfig", {
    ...oldObject("GlobalConfig", "a", { name: "A", value: "" }),
    status: { x: 1 },
  });
  expect(made.ok).toBe(false);
});
