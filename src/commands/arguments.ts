import { userError } from "../errors.ts";
import type { NamespacedName } from "../model/kube.ts";
import { program } from "../model/program.ts";
import { sh } from "../model/shell.ts";

/** Node names as given, each once. NODE may be written as kubectl prints it: node/NAME. */
export function nodeArguments(given: readonly string[], command: string): readonly string[] {
  const names = given.map((text) => {
    const name = /^(?:nodes?|no)\/(.+)$/.exec(text)?.[1] ?? text;
    if (name === "" || name.includes("/"))
      throw userError(`"${text}" is not the name of a node`, seeHelp(command));
    return name;
  });
  return [...new Set(names)];
}

/** --daemonset NAMESPACE/NAME; undefined where it was not given. */
export function daemonSetArgument(text: string, command: string): NamespacedName;
export function daemonSetArgument(text: string | undefined, command: string): NamespacedName | undefined;
export function daemonSetArgument(text: string | undefined, command: string): NamespacedName | undefined {
  if (text === undefined) return undefined;
  const [namespace = "", name = "", ...more] = text.split("/");
  if (namespace === "" || name === "" || more.length > 0) {
    throw userError(`--daemonset is NAMESPACE/NAME, not "${text}"`, seeHelp(command));
  }
  return { namespace, name };
}

/** --ignore-preflight-errors=ID,ID, given once or more. */
export function idsOf(given: readonly string[]): ReadonlySet<string> {
  return new Set(
    given
      .flatMap((entry) => entry.split(","))
      .map((id) => id.trim())
      .filter((id) => id !== ""),
  );
}

/** What kubectl adds to a mistake in the arguments. */
export function seeHelp(command: string): string {
  return `See '${program} ${sh`${command} -h`}' for help and examples`;
}
