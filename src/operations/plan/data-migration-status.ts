import { sha256 } from "../../bundle/write.ts";
import { discover } from "../../cluster/discovery.ts";
import type { Connection } from "../../cluster/port.ts";
import { readingOf } from "../../cluster/reading.ts";
import { dataPlan, stops } from "../../data/plan.ts";
import type { StepStatus } from "../../plan/upgrade/upgrade-start.ts";
import { dataGroups, oldPlaces, readSides } from "../migrate-data/read.ts";

/** Whether Calico's data is brought over from ThirdPartyResources, object by object (P03, H28). */
export async function dataMigrationStatus(connection: Connection): Promise<StepStatus> {
  const read = await readingOf(async () => {
    const places = oldPlaces(await discover(connection, dataGroups));
    return dataPlan(await readSides(connection, places), sha256);
  });
  if (!read.known) return { state: "unknown", because: read.message };
  const wrong = read.value.filter(stops);
  const left = read.value.filter(({ does }) => does === "create" || does === "update");
  const same = read.value.filter(({ does }) => does === "same");
  if (wrong.length > 0)
    return {
      state: "todo",
      because: `${objects(wrong.length)} to be looked at: migrate-data --dry-run=client`,
    };
  if (left.length > 0) return { state: "todo", because: `${objects(left.length)} to be brought over` };
  return {
    state: "done",
    because: same.length === 0 ? "there is no old object" : `${objects(same.length)} equal on both sides`,
  };
}

function objects(count: number): string {
  return count === 1 ? "1 object" : `${String(count)} objects`;
}
