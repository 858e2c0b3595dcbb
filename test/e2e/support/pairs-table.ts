import { join } from "node:path";
import type { KubeVersion } from "../../cluster/binaries/recipes.ts";

/** What was seen of one pair of files; what is missing was not seen, or differed. */
export interface PairRow {
  readonly name: string;
  /** How many the new file holds. */
  readonly objects: number;
  /** Of these, how many this server serves. */
  readonly compared?: number;
  /** Objects that only server-side apply takes. */
  readonly large?: readonly string[];
  /** Objects that kubectl's client-side apply never calls unchanged, after itself neither. */
  readonly never?: readonly string[];
  readonly client?: boolean;
  readonly server?: boolean;
}

/** What holds where each object is left as kubectl leaves it. */
const equal: Readonly<Record<KubeVersion, string>> = {
  "1.36": "equal, no write",
  // Of ours; with kubectl's next the server gives some a new time, as after kubectl itself.
  "1.24": "equal, no write",
  "1.15": "–",
};

/** Where each server's table is committed. */
export const tableFile = (kubeVersion: KubeVersion): string =>
  join(import.meta.dirname, `../../golden/apply-objects-${kubeVersion}.md`);

export function pairsTable(kubeVersion: KubeVersion, rows: readonly PairRow[]): string {
  const lines = rows.map(({ name, objects, compared = 0, large = [], never = [], client, server }) => [
    name,
    compared === objects ? String(objects) : `${compared} of ${objects}`,
    client === true ? "equal, unchanged" : "DIFFERS",
    kubeVersion === "1.15" || server === true ? equal[kubeVersion] : "DIFFERS",
    [...told("only server-side", large), ...told("kubectl never calls unchanged", never)].join("; "),
  ]);
  return [...tableHead(kubeVersion, rows.length), ...lines.map(row), ""].join("\n");
}

/** What the table says before its first pair. */
export function tableHead(kubeVersion: KubeVersion, count: number): readonly string[] {
  const head = ["pair", "objects", "client-side", "server-side", "left aside"];
  return [
    `# \`apply\` beside \`kubectl apply\`, Kubernetes ${kubeVersion}: ${count} pairs of upstream's manifests`,
    "",
    "Every file with a calico-node beside that of the minor before, on the newest test server that takes both.",
    "",
    "- Client-side: each object after ours equals the object after `kubectl apply`, last-applied included, and",
    "  `kubectl apply` of the file afterwards says `unchanged`.",
    "- Server-side: equal too, ours has nothing to write again, and `kubectl apply --server-side` afterwards writes",
    "  nothing. The 1.15 server has no server-side apply. The 1.24 server gives some objects (DaemonSets, CRDs,",
    "  Secrets with empty values) a new time in `managedFields` whenever kubectl applies them, after itself too: after",
    "  ours those, and nothing else of them.",
    "",
    "Left out, and counted (`12 of 14`): objects of kinds that the server does not serve; Jobs, which nobody can change;",
    "Services with an address of their own (`clusterIP`), which is one of the network that the file was written for: no",
    "other server gives it.",
    "",
    "Left aside, counted by kind:",
    "",
    "- only server-side: larger than kubectl's annotation may be. kubectl's client-side apply refuses these, ours applies",
    "  them server-side.",
    "- kubectl never calls unchanged: it says `configured` after itself, too, because the file spells out what the",
    "  server does not keep (defaults, fields of another age). After ours it says exactly what it says after itself.",
    "",
    "Written by `scripts/test e2e test/e2e/apply-objects.test.ts --all -u`.",
    "",
    row(head),
    row(head.map(() => "---")),
  ];
}

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

function told(what: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const kinds = Map.groupBy(names, (name) => name.replace(/[./].*/, "").toLowerCase());
  return [`${what}: ${[...kinds].map(([kind, all]) => `${all.length} ${kind}`).join(", ")}`];
}
