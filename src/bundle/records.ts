import { join } from "node:path";
import { isUserError } from "../errors.ts";
import { parseRunRecords, type RunRecords } from "../model/run-records.ts";
import { fileError } from "./files.ts";
import { recordsFile } from "./format.ts";
import { clusterFolders, foldersIn } from "./listed.ts";
import { distrustOf, readTrusted } from "./trust.ts";

export interface Collected {
  readonly found: readonly { readonly file: string; readonly records: RunRecords }[];
  /** Why files that are there are not used. */
  readonly refused: readonly string[];
}

/** Bytes of a file: 100,000 nodes. */
const most = 64 * 1024 ** 2;

/** What the folders of runs below `root` keep of nodes, of every cluster; believed where a bundle would be. */
export async function readCollected(root: string): Promise<Collected> {
  const found: Collected["found"][number][] = [];
  const refused: string[] = [];
  const refusing = async (path: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      // Most folders have none: their runs restarted no node.
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      const failure = fileError(error, `cannot read ${path}`, "it is left out");
      if (!isUserError(failure)) throw failure;
      refused.push(failure.message);
    }
  };
  await refusing(root, async () => {
    const { own, others } = await clusterFolders(root);
    refused.push(...others.map(({ why }) => why));
    for (const cluster of own)
      for (const folder of await foldersIn(cluster))
        await refusing(join(folder, recordsFile), async () => {
          const file = join(folder, recordsFile);
          const distrust = await distrustOf(folder);
          if (distrust !== undefined) refused.push(`left out: ${distrust}`);
          else {
            const records = parseRunRecords(await readTrusted(file, most));
            if (records === undefined) refused.push(`left out: ${file} is not what a run has written`);
            else found.push({ file, records });
          }
        });
  });
  return { found, refused };
}
