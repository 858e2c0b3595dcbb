import { program } from "../model/program.ts";
import { quoted, sh } from "../model/shell.ts";
import type { Flag } from "./flag.ts";
import { filenameFlag } from "./common.ts";
import { scan } from "./scan.ts";

/** kubectl's -k. The bases of a kustomization may be anywhere on the net, and nothing outside the cluster is asked. */
const kustomizeFlag = {
  name: "kustomize",
  short: "k",
  takes: "value",
  help: "",
  group: "Options",
} as const satisfies Flag;

/** For a line that is wrong only by its -k: what to type instead. Undefined for every other one. */
export function kustomizeRefusal(
  command: string,
  args: readonly string[],
  flags: readonly Flag[],
): string | undefined {
  if (!flags.some(({ name }) => name === filenameFlag.name)) return undefined;
  const result = scan(args, [...flags, kustomizeFlag]);
  if (!result.ok) return undefined;
  const { given, positionals } = result.scanned;
  const directory = given.find(({ flag }) => flag === kustomizeFlag)?.value;
  if (directory === undefined) return undefined;
  const others = given
    .filter(({ flag: { name } }) => name !== kustomizeFlag.name && name !== filenameFlag.name)
    .map(({ flag, value }) =>
      flag.takes === "boolean" && value === "true" ? `--${flag.name}` : `--${flag.name}=${quoted(value)}`,
    );
  const line = [program, command, ...positionals.map(quoted), ...others, "-f", "-"].join(" ");
  return `-k is not supported, as a kustomization may name bases outside the cluster; type: ${sh`kubectl kustomize ${directory}`} | ${line}`;
}
