import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseManifest } from "../../../src/manifest/parse.ts";
import { configProblem, knownConfigKeys, newPlaceholders } from "../../../src/model/config-values.ts";
import { hostedCalico } from "../../calico/hosted-calico.ts";
import { upstreamManifests as folder } from "../../calico/manifest-folders.ts";

describe("every value that upstream ships passes", () => {
  test.each(["v1.6.4", "v2.5.1", "v3.1.7", "v3.5.8", "v3.29.7"])("%s", (version) => {
    const maps = hostedCalico({ version, datastore: "etcd" }).filter(({ kind }) => kind === "ConfigMap");
    const data = maps.flatMap((map) => Object.entries((map["data"] ?? {}) as Record<string, string>));
    expect(data.length).toBeGreaterThan(2);
    for (const [key, value] of data) expect([key, configProblem(key, value)]).toEqual([key, undefined]);
  });

  test.skipIf(!existsSync(folder))(
    "upstream's own manifests, but the etcd address that is to be filled in",
    () => {
      const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
        /^v[\d.]+[/\\](etcd|kdd|canal)\.yaml$/.test(name),
      );
      let seen = 0;
      for (const name of files) {
        for (const { object } of parseManifest(readFileSync(join(folder, name), "utf8"), name)) {
          if (object.kind !== "ConfigMap" || !/^(calico|canal)-config$/.test(object.metadata.name)) continue;
          seen += 1;
          for (const [key, value] of Object.entries((object["data"] ?? {}) as Record<string, string>)) {
            expect([name, key], "a key that is not known").toEqual([
              name,
              expect.stringMatching(new RegExp(`^(${knownConfigKeys.join("|")})$`)) as string,
            ]);
            const problem = configProblem(key, value);
            if (value.includes("<ETCD_IP>")) expect(problem).toContain("placeholder");
            else expect([name, key, problem]).toEqual([name, key, undefined]);
          }
        }
      }
      expect(seen).toBeGreaterThan(50);
    },
  );
});

test.each([
  ["veth_mtu", "14a0", 'is a number, not "14a0"'],
  ["veth_mtu", "67", "is 0 or between 68 and 65535, not 67"],
  ["veth_mtu", "65536", "is 0 or between 68 and 65535, not 65536"],
  ["calico_backend", "brid", 'is one of bird, vxlan, none, gobgp, not "brid"'],
  ["cni_network_config", '{"name": "k8s",}', "is not valid JSON (line 1)"],
  [
    "cni_network_config",
    '{"type": "calico", "mtu": __MTU__}',
    "has a placeholder that no install-cni fills in: __MTU__",
  ],
  ["cni_network_config", '{"name": "x"}', "is no CNI configuration: it has neither plugins nor a type"],
  [
    "etcd_endpoints",
    "10.0.0.1:2379",
    'is a list of http:// or https:// addresses separated by commas, not "10.0.0.1:2379"',
  ],
  [
    "etcd_endpoints",
    "http://a:2379,",
    'is a list of http:// or https:// addresses separated by commas, not ""',
  ],
  ["etcd_ca", "calico-secrets/etcd-ca", 'is empty or an absolute path, not "calico-secrets/etcd-ca"'],
])("%s=%s is refused", (key, value, problem) => {
  expect(configProblem(key, value)).toBe(problem);
});

test.each([
  ["veth_mtu", "0"],
  ["veth_mtu", "9001"],
  ["etcd_endpoints", "https://10.0.0.1:2379, https://etcd.example:2379"],
  [
    "cni_network_config",
    '{"plugins": [{"type": "calico", "mtu": __CNI_MTU__, "nodename": "__KUBERNETES_NODE_NAME__"}]}',
  ],
  [
    "cni_network_config",
    '{"type": "calico", "datastore_type": "__DATASTORE_TYPE__", "log_file_max_size": __LOG_FILE_MAX_SIZE__}',
  ],
  ["unknown_key", "anything"],
])("%s=%s passes", (key, value) => {
  expect(configProblem(key, value)).toBeUndefined();
});

test("H01: a placeholder that the old value did not have", () => {
  expect(newPlaceholders('{"mtu": 1500}', '{"mtu": __CNI_MTU__}')).toEqual(["__CNI_MTU__"]);
  expect(newPlaceholders('{"mtu": __CNI_MTU__}', '{"mtu": __CNI_MTU__, "x": 1}')).toEqual([]);
});
