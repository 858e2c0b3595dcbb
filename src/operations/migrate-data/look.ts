import { factsReader } from "../../cluster/facts-reader.ts";
import { discover } from "../../cluster/discovery.ts";
import { groupsFor, type Need } from "../../cluster/observe.ts";
import type { Connection, Discovery } from "../../cluster/port.ts";
import { otherMigrations, type OtherMigration } from "../../data/others.ts";
import { sharedDatastore } from "../../facts/daemonset.ts";
import { upgradeState, type UpgradeState } from "../../facts/upgrade.ts";
import type { DatastoreType } from "../../model/datastore.ts";
import type { Reading } from "../../model/reading.ts";
import type { Millis } from "../../model/time.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { compareVersions, parseVersion, type Version } from "../../releases/version.ts";
import { dataGroups } from "./read.ts";

const needs: readonly Need[] = [
  "nodes",
  "daemonSets",
  "pods",
  "workloads",
  "configMaps",
  "clusterInformations",
  "datastoreMigrations",
];

export interface DataSnapshot {
  readonly discovery: Discovery;
  readonly state: UpgradeState;
  readonly datastore: DatastoreType | "unknown";
  /** The oldest that a node runs, or the template where no pod says; undefined: not known. */
  readonly release: Version | undefined;
  /** Somebody's migration holds Calico's data. */
  readonly locked: boolean;
  readonly others: readonly OtherMigration[];
}

/** What runs, and how far every migration of Calico's data has come. */
export async function takeSnapshot(connection: Connection, now: Millis): Promise<DataSnapshot> {
  const discovered = discover(connection, [...new Set([...groupsFor(needs), ...dataGroups])]);
  const seen = await factsReader(connection, () => now, { discovered })(needs);
  const state = upgradeState(seen, catalogue);
  // Calico's data are the whole cluster's: every DaemonSet counts.
  const datastore = sharedDatastore(state.daemonSets);
  const release = oldest(state);
  const infos = orNone(seen.clusterInformations);
  const info = infos?.find(({ name }) => name === "default");
  const locked = info?.spec["datastoreReady"] === false;
  const phase = orNone(seen.datastoreMigrations)?.map(({ status: { phase: said } }) =>
    typeof said === "string" ? said : "",
  );
  return {
    discovery: await discovered,
    state,
    datastore,
    release,
    locked,
    others: otherMigrations({
      datastore,
      release,
      ready: infos === undefined ? "unknown" : !locked,
      phase: phase === undefined ? "unknown" : phase[0],
    }),
  };
}

/** What is not served has no objects; undefined: not known. */
function orNone<T>(reading: Reading<readonly T[]>): readonly T[] | undefined {
  if (reading.known) return reading.value;
  return reading.why === "not served" ? [] : undefined;
}

function oldest({ nodes, daemonSets }: UpgradeState): Version | undefined {
  const running = nodes.flatMap(({ release }) => (release === undefined ? [] : [release.candidates]));
  const all = running.length > 0 ? running : daemonSets.map(({ release }) => release.candidates);
  if (all.some((candidates) => candidates.length === 0)) return undefined;
  return all
    .flat()
    .flatMap((name) => parseVersion(name) ?? [])
    .reduce<Version | undefined>(
      (least, each) => (least === undefined || compareVersions(each, least) < 0 ? each : least),
      undefined,
    );
}
