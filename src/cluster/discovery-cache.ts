import { dirname, join } from "node:path";
import {
  groupEntries,
  groupVersionOf,
  resourceEntries,
  withoutMisnamed,
  type DiscoveryLists,
} from "./discovery-lists.ts";
import { readKept, statFile } from "./files.ts";
import { recordOf } from "../model/record.ts";
import { makeFolder } from "./make-folder.ts";
import { writeWhole } from "./write-whole.ts";

/** Discovery on disk, shared with kubectl: client-go's discovery/cached/disk. */
export interface DiscoveryCache {
  /** undefined unless it holds all that `groups` need, not older than six hours. */
  read(groups: readonly string[]): Promise<DiscoveryLists | undefined>;
  /** Never throws: who cannot write there goes without. */
  write(lists: DiscoveryLists): Promise<void>;
}

const goodForMillis = 6 * 3_600_000;

export function openDiscoveryCache(
  folder: string,
  host: string,
  log: (level: number, message: string) => void,
): DiscoveryCache {
  const at = join(folder, "discovery", safeName(host));
  return {
    async read(groups) {
      try {
        const kept = groupEntries(await fresh(join(at, "servergroups.json"), "groups"));
        const { groups: all } = withoutMisnamed({ groups: kept, resources: new Map() });
        const needed = all
          .filter(({ name }) => groups.includes(name))
          .flatMap(({ name, versions }) => versions.map(({ version }) => groupVersionOf(name, version)));
        const lists = await Promise.all(
          needed.map(async (groupVersion) => {
            const path = join(at, groupVersion, "serverresources.json");
            return [groupVersion, resourceEntries(await fresh(path, "resources"))] as const;
          }),
        );
        return { groups: all, resources: new Map(lists) };
      } catch {
        return undefined;
      }
    },
    async write({ groups, resources }) {
      const files: readonly (readonly [string, object])[] = [
        ["servergroups.json", { kind: "APIGroupList", apiVersion: "v1", groups }],
        ...[...resources]
          .filter(([, listed]) => listed.length > 0)
          .map(
            ([groupVersion, listed]) =>
              [
                join(groupVersion, "serverresources.json"),
                { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources: listed },
              ] as const,
          ),
      ];
      try {
        await Promise.all(files.map(([name, value]) => replace(join(at, name), value)));
      } catch (error) {
        log(1, `failed to write cache to ${at} due to ${(error as Error).message}`);
      }
    },
  };
}

/** Throws when the file is absent, too old, no JSON, or holds no such list. */
async function fresh(path: string, list: string): Promise<unknown> {
  const [{ mtimeMs }, text] = await Promise.all([statFile(path), readKept(path)]);
  if (Date.now() > mtimeMs + goodForMillis) throw new Error("cache expired");
  const kept: unknown = JSON.parse(text);
  if (!Array.isArray(recordOf(kept)?.[list])) throw new Error(`no ${list} in ${path}`);
  return kept;
}

/** Whoever reads meanwhile sees the old file or the new one. */
async function replace(path: string, value: object): Promise<void> {
  await makeFolder(dirname(path), 0o750);
  await writeWhole(path, `${JSON.stringify(value)}\n`, { mode: 0o660 });
}

/** kubectl's name for a server: what might not do in a file's name becomes _. */
function safeName(host: string): string {
  return host
    .replace("https://", "")
    .replace("http://", "")
    .replaceAll(/[^(\w/.)]/g, "_");
}
