import { expect, test } from "vitest";
import { upstream } from "../../../src/operations/upstream.ts";
import { upstreamClusterRoleBindings, upstreamClusterRoles } from "../../../src/releases/role-names.ts";

test("the printed roles name every ClusterRole and binding of upstream's manifests", async () => {
  const { minors } = await upstream();
  const objects = [...minors.values()].flatMap(({ manifests }) => [...manifests.values()].flat());
  const named = (kind: string): string[] =>
    objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);
  expect(upstreamClusterRoles).toEqual(expect.arrayContaining(named("ClusterRole")));
  expect(upstreamClusterRoleBindings).toEqual(expect.arrayContaining(named("ClusterRoleBinding")));
});
