import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";

/** What a rule file exports. */
interface Exported {
  /** `src/preflight/rules/policy/b14-host-endpoints.ts`. */
  readonly file: string;
  readonly name: string;
  readonly id: string;
  /** What makes it, or its type. */
  readonly made: string;
}

const ofCluster = ["clusterRule", "templateRule", "settingsRule"];
const heading = "// Written by scripts/write-checks.ts from the files beside it; change those, not this.\n";

/**
 * The lists of rules, made of the files in their folders: path and text. They are files because the program
 * is bundled and reads no folder when it runs.
 */
export function ruleIndexes(root: string): Readonly<Record<string, string>> {
  const rules = exportedIn(root, "src/preflight/rules");
  const facts = ["paths", "faults", "limits"].flatMap((name) => exportedIn(root, `src/releases/${name}`));
  const made = (all: readonly Exported[], ...by: readonly string[]): readonly Exported[] =>
    all.filter((each) => by.includes(each.made));
  const idsOf = (all: readonly Exported[]): readonly string[] => [...new Set(all.map(({ id }) => id))];
  const known = new Set(idsOf(facts));
  const [paths, faults, limits] = [
    made(facts, "PathRule"),
    made(facts, "BadRelease"),
    made(facts, "KubernetesLimit"),
  ];
  return {
    "src/releases/ids.ts":
      heading +
      `\n${union("PathRuleId", idsOf(paths))}${union("BadReleaseId", idsOf(faults))}${union("LimitId", idsOf(limits))}` +
      "/** Ids that a route can name; K01 is the tested range. */\n" +
      'export type ReleaseFactId = PathRuleId | BadReleaseId | LimitId | "K01";\n',
    "src/releases/paths/path-rules.ts": list(
      "../path-rule.ts",
      "PathRule",
      "pathRules",
      paths,
      "src/releases/paths",
    ),
    "src/releases/faults/bad-releases.ts": list(
      "../bad-releases.ts",
      "BadRelease",
      "badReleases",
      faults,
      "src/releases/faults",
    ),
    "src/releases/limits/kubernetes-limits.ts": list(
      "../kubernetes.ts",
      "KubernetesLimit",
      "limits",
      limits,
      "src/releases/limits",
    ),
    "src/preflight/rules/ids.ts":
      `${heading}import type { ReleaseFactId } from "../../releases/ids.ts";\n\n` +
      "/** An id that a finding can have. */\n" +
      union(
        "RuleId",
        idsOf(rules).filter((id) => !known.has(id)),
        ["ReleaseFactId"],
      ).trimEnd() +
      "\n",
    "src/preflight/rules/of-cluster.ts": list(
      "../cluster-rule.ts",
      "ClusterRule",
      "rulesOfCluster",
      made(rules, ...ofCluster),
      "src/preflight/rules",
    ),
    "src/preflight/rules/of-node.ts": list(
      "../node-rule.ts",
      "NodeRule",
      "rulesOfNode",
      made(rules, "nodeRule"),
      "src/preflight/rules",
    ),
    "src/preflight/rules/pages.ts": list(
      "../guard-page.ts",
      "GuardPage",
      "guardPages",
      made(rules, "guardPage"),
      "src/preflight/rules",
    ),
  };
}

const shape = /^export const (\w+)(?:: (\w+))? = (?:(\w+)\()?\{\n {2}id: "([A-Z]\d\d)",$/gm;

function exportedIn(root: string, folder: string): readonly Exported[] {
  const files = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /^[a-z]\d\d-.*\.ts$/.test(entry.name))
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)));
  return files
    .flatMap((file) => {
      const text = readFileSync(join(root, file), "utf8");
      const found = [...text.matchAll(shape)].map(([, name = "", type, maker, id = ""]) => ({
        file,
        name,
        id,
        made: maker ?? type ?? "",
      }));
      if (found.length === 0 || found.length !== text.match(/^export /gm)?.length)
        throw new Error(`${file}: every export has to be a rule that begins with its id`);
      const wrong = found.find(({ id }) => !basename(file).startsWith(id.toLowerCase()));
      if (wrong !== undefined) throw new Error(`${file} holds ${wrong.id}`);
      return found;
    })
    .toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

function list(
  typeFile: string,
  type: string,
  name: string,
  all: readonly Exported[],
  folder: string,
): string {
  const imports = all.map((each) => {
    const path = relative(folder, each.file);
    const from = dirname(path).startsWith("..") ? path : `./${path}`;
    return `import { ${each.name} } from "${from}";\n`;
  });
  const names = all.map((each) => each.name);
  if (new Set(names).size !== names.length) {
    const twice = names.filter((each, index) => names.indexOf(each) !== index);
    throw new Error(`two rules are called ${twice.join(", ")}`);
  }
  return (
    `${heading}import type { ${type} } from "${typeFile}";\n${imports.join("")}\n` +
    lines(`export const ${name}: readonly ${type}[] = [`, names, "];", ", ", ",")
  );
}

function union(name: string, ids: readonly string[], more: readonly string[] = []): string {
  const parts = [...more, ...ids.map((id) => `"${id}"`)];
  const one = `export type ${name} = ${parts.join(" | ")};\n`;
  return `${one.length <= 111 ? one : `export type ${name} =\n${parts.map((part) => `  | ${part}`).join("\n")};\n`}\n`;
}

/** On one line where it fits, as the formatter has it. */
function lines(
  open: string,
  parts: readonly string[],
  close: string,
  between: string,
  after: string,
): string {
  const one = `${open}${parts.join(between)}${close}\n`;
  return one.length <= 111
    ? one
    : `${open}\n${parts.map((part) => `  ${part}${after}\n`).join("")}${close}\n`;
}
