import type { Missing } from "../manifest/missing.ts";
import { program } from "../model/program.ts";
import { sh } from "../model/shell.ts";

/**
 * Hazard H05 in words: every missing thing, what could not be looked at, and the commands that go on,
 * a line each. undefined when there is nothing. `file` as the user named it; "-" is standard input.
 */
export function missingLines(
  all: readonly Missing[],
  file: string,
  { command, override }: MissingFor = { command: "node", override: "--template-only" },
): readonly string[] | undefined {
  if (all.length === 0) return undefined;
  const lacking = all.filter(({ unknown }) => unknown !== true);
  const inFile = lacking.filter(({ ofRelease }) => ofRelease !== true);
  const dark = all.filter(({ unknown }) => unknown === true);
  const lines: string[] = [];
  if (lacking.length > 0) {
    lines.push(`the template in ${fileName(file)} needs what this cluster lacks:`);
    lines.push(...lacking.map((one) => `  ${missingLine(one)}`));
  }
  if (dark.length > 0) {
    const first = `whether this cluster has what the template in ${fileName(file)} needs is not known:`;
    lines.push(lacking.length > 0 ? "and this is not known:" : first);
    lines.push(...dark.map((one) => `  ${missingLine(one)}`));
  }
  if (inFile.length < lacking.length)
    lines.push(
      `${fileName(file)} does not bring all of it: start from the release's own manifest and bring your own settings into it`,
    );
  if (inFile.length > 0) {
    const given = file === "-" ? "FILE" : file;
    lines.push(`add it with: ${program} ${sh`${command} -f ${given} --print-missing | kubectl apply -f -`}`);
  }
  lines.push(`${override} skips this check; the new pods will probably not become Ready`);
  return lines;
}

/** The command that needs it, and its flag that goes on without. */
export interface MissingFor {
  readonly command: string;
  readonly override: string;
}

/** "ConfigMap kube-system/calico-config has no key veth_mtu". */
export function missingLine({ kind, namespace, name, what }: Missing): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name} ${what}`;
}

/** How the objects of the file beside the DaemonSet stand in the cluster. */
export interface OtherObjects {
  /** Not there, or not as in the file. */
  readonly differ: number;
  /** Could not be read. */
  readonly unknown: number;
}

/** undefined when they are all as in the file. */
export function othersText({ differ, unknown }: OtherObjects, file: string): string | undefined {
  const parts = [
    ...(differ === 0 ? [] : [`${fileName(file)} has ${objects(differ)} to apply`]),
    ...(unknown === 0 ? [] : [`${objects(unknown)} of ${fileName(file)} could not be read`]),
  ];
  if (parts.length === 0) return undefined;
  const all = file === "-" ? "" : ` For the rest: ${program} ${sh`apply -f ${file}`}`;
  return `${parts.join(", ")}; this command applies only its own part.${all}`;
}

function objects(count: number): string {
  return count === 1 ? "1 more object" : `${String(count)} more objects`;
}

function fileName(file: string): string {
  return file === "-" ? "standard input" : file;
}
