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
  // Null and empty values: the server writes managedFields anew each time.
  "1.24": "equal",
  "1.15": "–",
};

export function pairsTable(kubeVersion: KubeVersion, rows: readonly PairRow[]): string {
  const head = ["pair", "objects", "client-side", "server-side", "left aside"];
  const lines = rows.map(({ name, objects, compared = 0, large = [], never = [], client, server }) => [
    name,
    compared === objects ? String(objects) : `${compared} of ${objects}`,
    client === true ? "equal, unchanged" : "DIFFERS",
    kubeVersion === "1.15" || server === true ? equal[kubeVersion] : "DIFFERS",
    [...told("only server-side", large), ...told("kubectl never calls unchanged", never)].join("; "),
  ]);
  const columns = [head, head.map(() => "---"), ...lines];
  return [
    `# \`apply\` beside \`kubectl apply\`, Kubernetes ${kubeVersion}: ${rows.length} pairs of upstream's manifests`,
    "",
    "Every file with a calico-node beside that of the minor before, on the newest test server that takes both (objects",
    "of kinds that it does not serve are left out, and counted). Client-side: each object after ours equals the object",
    "after `kubectl apply`, last-applied included, and `kubectl apply` of the file afterwards says `unchanged`.",
    "Server-side: equal too, and on 1.36 `kubectl apply --server-side` afterwards writes nothing. Jobs, which nobody can change,",
    "are left out; what kubectl does not find unchanged after itself either is left aside, counted by kind.",
    "",
    "Written by `scripts/test e2e test/e2e/apply-objects.test.ts --all -u`.",
    "",
    ...columns.map((cells) => `| ${cells.join(" | ")} |`),
    "",
  ].join("\n");
}

function told(what: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const kinds = Map.groupBy(names, (name) => name.replace(/[./].*/, "").toLowerCase());
  return [`${what}: ${[...kinds].map(([kind, all]) => `${all.length} ${kind}`).join(", ")}`];
}
