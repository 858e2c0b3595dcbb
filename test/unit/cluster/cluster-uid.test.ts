import { expect, test } from "vitest";
import { clusterUid } from "../../../src/cluster/cluster-uid.ts";
import type { Connection, KubeRequest } from "../../../src/cluster/port.ts";

function connection(metadata: object): Connection {
  const paths: string[] = [];
  return {
    request: async ({ path }: KubeRequest) => {
      paths.push(path);
      expect(paths).toEqual(["/api/v1/namespaces/kube-system"]);
      return await Promise.resolve({ status: 200, body: { metadata } });
    },
  } as unknown as Connection;
}

test("bundles of two clusters are kept apart by the UID of kube-system", async () => {
  expect(await clusterUid(connection({ name: "kube-system", uid: "7d1b5a8e" }))).toBe("7d1b5a8e");
  await expect(clusterUid(connection({ name: "kube-system" }))).rejects.toThrow("has no UID");
});
