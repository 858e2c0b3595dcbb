import type { AppContext } from "../../context.ts";
import { userError } from "../../errors.ts";
import { program, roleCommands, type RoleCommand } from "../../model/program.ts";
import { rightsOfCommand } from "../../operations/role/command-rights.ts";
import { bindingLines, powerLine, rolesText } from "../../render/preflight/roles.ts";
import { daemonSetArgument } from "../arguments.ts";
import { readManifest } from "../read-manifest.ts";
import { sh } from "../../model/shell.ts";

export interface PrintRoleOptions {
  /** `all`: of each command. */
  readonly command: string;
  readonly filename: readonly string[];
  /** namespace/name */
  readonly daemonSet: string | undefined;
  /** -n; undefined: where upstream's manifests have it. */
  readonly namespace: string | undefined;
  /** The role of `node` is for `node --drain`, too. */
  readonly drains: boolean;
  readonly extra: readonly string[];
  readonly context: AppContext;
}

/** The roles that an administrator is asked for; no cluster is asked anything. */
export async function printRole(options: PrintRoleOptions): Promise<number> {
  const { command, filename, daemonSet, context } = options;
  const [first] = options.extra;
  // As kubectl's --dry-run: the value of a flag that can do without one stands behind `=`.
  const isValue = roleCommands.some((each) => each === first);
  if (first !== undefined)
    throw userError(
      `extra arguments: [${options.extra.join(" ")}]${isValue ? `; for the role of one command: --print-role=${first}` : ""}`,
    );
  if (options.drains && command !== "node") throw userError("--drain goes with --print-role=node");
  const named = daemonSet === undefined ? undefined : daemonSetArgument(daemonSet, "preflight");
  const place = {
    namespace: named?.namespace ?? options.namespace ?? "kube-system",
    daemonSet: named?.name ?? "calico-node",
  };
  const files = await Promise.all(filename.map((path) => readManifest(path, context.readFile, "preflight")));
  const commands = roleCommands.filter((each) => command === "all" || each === command);
  const texts = commands.map((each: RoleCommand) => {
    const name = `calico-upgrade-${each}`;
    const rights = rightsOfCommand(each, place, files.flat(), { drains: options.drains });
    const bindings = bindingLines(rights, name).map((line) => `#   ${line}\n`);
    const power = powerLine(rights);
    const said = power === undefined ? "" : `# ${power}\n`;
    return `# What ${program} ${sh`${each}`} asks the API server for. Apply it, and bind it:\n${bindings.join("")}${said}${rolesText(rights, name)}`;
  });
  context.stdout.text(texts.join("---\n"));
  return 0;
}
