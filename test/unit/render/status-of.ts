import { expect } from "vitest";
import { upgradeState } from "../../../src/facts/upgrade.ts";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { upgradeStatus } from "../../../src/render/status/build.ts";
import type { UpgradeStatus } from "../../../src/render/status/kind.ts";
import { observedOf, type ClusterSpec } from "../build/a-cluster.ts";
import { schemaErrors } from "./schema.ts";

/** What `status` makes of a cluster; it is what the published schema says. */
export function statusOf(spec: ClusterSpec): UpgradeStatus {
  const status = upgradeStatus(upgradeState(observedOf(spec), catalogue));
  expect(schemaErrors(status)).toEqual([]);
  return status;
}
