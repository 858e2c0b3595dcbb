import { expect, test } from "vitest";
import { deploymentAfter } from "../../../src/merge/deployment-after.ts";
import type { KubeObject } from "../../../src/model/kube.ts";

function deployment(spec: object, applied?: object): KubeObject {
  const annotations =
    applied === undefined
      ? {}
      : { "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify({ spec: applied }) };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "c", annotations }, spec };
}

const recreate = { strategy: { type: "Recreate" } };

test.each([
  ["the file decides", deployment({ replicas: 2 }), deployment({ ...recreate, replicas: 1 }), "Recreate", 1],
  ["a new one gets the server's defaults", undefined, deployment({}), "RollingUpdate", 1],
  [
    "what the file never named stays",
    deployment({ ...recreate, replicas: 2 }, {}),
    deployment({}),
    "Recreate",
    2,
  ],
  [
    "what the file no longer names becomes the default",
    deployment({ ...recreate, replicas: 2 }, { ...recreate, replicas: 2 }),
    deployment({}),
    "RollingUpdate",
    1,
  ],
] as const)("%s", (_what, live, desired, strategy, replicas) => {
  expect(deploymentAfter(live, desired)).toEqual({ strategy, replicas, paused: false });
});

test("a pause by kubectl rollout pause stays, one that the file takes back ends", () => {
  const paused = { ...recreate, paused: true };
  expect(deploymentAfter(deployment(paused, {}), deployment(recreate))).toMatchObject({ paused: true });
  expect(deploymentAfter(deployment(paused, paused), deployment(recreate))).toMatchObject({ paused: false });
  expect(deploymentAfter(deployment(paused, {}), deployment({ paused: false }))).toMatchObject({
    paused: false,
  });
});
