import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { findDaemonSet } from "../../manifest/find-daemonset.ts";
import { missing, type Missing } from "../../manifest/missing.ts";
import { formatYaml } from "../../manifest/yaml.ts";
import { addMissing } from "../../merge/add-missing.ts";
import type { KubeObject } from "../../model/kube.ts";
import { missingLine } from "../../render/missing-lines.ts";
import type { Prepared } from "./prepare.ts";
import { readSurroundings } from "./surroundings-needed.ts";
import type { FileTemplate } from "./template.ts";

/**
 * The objects that add what the file's template needs and the cluster lacks, as YAML for kubectl apply
 * (hazard H05). Exit code 1 where something has to be added by other means, or is not known.
 */
export async function printMissing(
  { connection, chosen }: Prepared,
  file: FileTemplate,
  context: AppContext,
): Promise<number> {
  const daemonSet = findDaemonSet(file.objects, chosen, connection.namespace);
  return await printMissingFor(connection, daemonSet, file, context);
}

/** The same for any workload of the file. */
export async function printMissingFor(
  connection: Connection,
  workload: KubeObject,
  file: FileTemplate,
  context: Pick<AppContext, "stdout" | "stderr">,
): Promise<number> {
  const { needs, live } = await readSurroundings(connection, file, workload);
  const all = missing(needs, live);
  const { objects, left } = addMissing(all, file.objects, live, connection.namespace);
  for (const object of objects) context.stdout.write(`---\n${formatYaml(object)}`);
  for (const one of left) {
    context.stderr.write(`error: H05: ${missingLine(one)}${advice(one)}\n`);
  }
  if (all.length === 0) context.stderr.write("nothing is missing: nothing to apply\n");
  return left.length > 0 ? 1 : 0;
}

function advice({ kind, unknown }: Missing): string {
  if (unknown === true) return "";
  return kind === "Secret"
    ? "; add it by hand: the values of a Secret that is there are not printed"
    : "; it is not in the file: add it by hand";
}
