import { expect, test } from "vitest";
import { maskSecrets } from "../../../src/model/mask.ts";
import { lastAppliedAnnotation } from "../../../src/model/names.ts";

const password = "hunter2";

test("literals of variables, keys and flags that are called so, and credentials in addresses, are masked and counted", () => {
  const seen = {
    containers: [
      {
        name: "calico-node",
        env: [
          { name: "ETCD_PASSWORD", value: password },
          { name: "AWS_SECRET_ACCESS_KEY", value: password },
          { name: "REGISTRY_TOKEN", value: password },
          { name: "ETCD_ENDPOINTS", value: `https://root:${password}@10.0.0.1:2379,http://10.0.0.2:2379` },
        ],
        args: [`--etcd-password=${password}`, "--token", password, "-v", "2"],
        command: ["sh", "-c", `exec felix --api-key=${password} --log=info`],
      },
    ],
    configMaps: [
      {
        data: { etcd_password: password, veth_mtu: "1440" },
        annotations: {
          [lastAppliedAnnotation]: JSON.stringify({ data: { etcd_password: password } }),
        },
      },
    ],
  };
  const { value, count } = maskSecrets(seen);
  expect(JSON.stringify(value)).not.toContain(password);
  expect(count).toBe(9);
  expect(value.containers[0]?.env[3]?.value).toBe("https://(masked)@10.0.0.1:2379,http://10.0.0.2:2379");
  expect(value.containers[0]?.args.slice(3)).toEqual(["-v", "2"]);
  expect(value.configMaps[0]?.data.veth_mtu).toBe("1440");
});

test("files, placeholders, references and names that only sound so are what rules look at: they stay", () => {
  const seen = {
    env: [
      { name: "ETCD_KEY_FILE", value: "/calico-secrets/etcd-key" },
      { name: "SERVICEACCOUNT_TOKEN", value: "__SERVICEACCOUNT_TOKEN__" },
      { name: "MY_TOKEN", value: "$(OTHER)" },
      { name: "MONKEY", value: "banana" },
      { name: "USE_TOKEN", value: "true" },
    ],
    selector: [{ key: "k8s-app", operator: "In", values: ["calico-node"] }],
    data: { cni_network_config: '{"k8s_auth_token": "__SERVICEACCOUNT_TOKEN__"}', etcd_key: "" },
    address: "https://10.0.0.1:6443/a?b=c@d:e",
  };
  expect(maskSecrets(seen)).toEqual({ value: seen, count: 0 });
});

test("the name of a Secret is none: what was applied last is compared with it", () => {
  const volumes = JSON.stringify({
    volumes: [{ name: "etcd-certs", secret: { secretName: "calico-etcd" } }],
  });
  expect(
    maskSecrets({ applied: volumes, env: [{ name: "ETCD_KEY_FILE", value: "etcd-key" }] }),
  ).toMatchObject({
    value: { applied: volumes },
    count: 0,
  });
});
