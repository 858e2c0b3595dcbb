/** The manifests of a hop from one release to the next, as files. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CalicoOptions } from "../../calico/era.ts";
import { hostedCalico, toYaml } from "../../calico/hosted-calico.ts";
import { typhaDeployment } from "./typha.ts";

type Ends<T> = { readonly old: T; readonly next: T };
export type HopFiles = Ends<string>;

export async function writeHop(
  folder: string,
  hop: Ends<CalicoOptions>,
  { typha }: { readonly typha: boolean },
): Promise<HopFiles> {
  const write = async (name: keyof HopFiles): Promise<string> => {
    const path = join(folder, `${name}.yaml`);
    const more = typha ? [typhaDeployment(hop[name].version)] : [];
    await writeFile(path, toYaml([...hostedCalico(hop[name]), ...more]));
    return path;
  };
  return { old: await write("old"), next: await write("next") };
}
