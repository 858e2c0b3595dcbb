import type { AppContext } from "../context.ts";
import type { Missing } from "../manifest/missing.ts";
import { formatYaml } from "../manifest/yaml.ts";
import type { MissingObjects } from "../operations/node/missing.ts";
import { missingLine } from "../render/missing-lines.ts";

/**
 * The objects that add what a file's template needs and the cluster lacks, as YAML for kubectl apply (hazard
 * H05). Exit code 1 where something has to be added by other means, or is not known.
 */
export function printMissing(
  { objects, left }: MissingObjects,
  { stdout, stderr }: Pick<AppContext, "stdout" | "stderr">,
): number {
  for (const object of objects) stdout.exact(`---\n${formatYaml(object)}`);
  for (const one of left) stderr.line(`error: H05: ${missingLine(one)}${advice(one)}`);
  if (objects.length + left.length === 0) stderr.line("nothing is missing: nothing to apply");
  return left.length > 0 ? 1 : 0;
}

function advice({ kind, unknown, because }: Missing): string {
  if (unknown === true) return "";
  if (because !== undefined) return `; ${because}`;
  return kind === "Secret"
    ? "; add it by hand: the values of a Secret that is there are not printed"
    : "; it is not in the file: add it by hand";
}
