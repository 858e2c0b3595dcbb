import type { JsonObject } from "../../model/kube.ts";
import type { Printable } from "../output.ts";
import { table } from "../table.ts";
import { groupText } from "./group.ts";
import type { Change, Impact, NamespaceWhatIf, PolicyWhatIf, Scenario } from "./kind.ts";

/** PolicyWhatIf in all its forms. */
export function printableWhatIf(result: PolicyWhatIf): Printable {
  return {
    table: (wide) => text(result, wide),
    object: () => result as unknown as JsonObject,
    rows: () => result.namespaces as unknown as readonly JsonObject[],
    names: () => [],
  };
}

/** Rows of changes that a table shows of each part; -o wide shows all. */
const mostRows = 50;

function text(result: PolicyWhatIf, wide: boolean): string {
  const { namespaces, without, migrated } = result;
  const several = namespaces.length > 0;
  return [
    summary(result)
      .map((line) => `${line}\n`)
      .join(""),
    ...(several ? [table(namespaceHead, namespaces.map(namespaceRow))] : []),
    ...part("Flows that change by upgrading as it is", without.changes, without, wide),
    ...part("Flows that change by upgrading after the plan", migrated.changes, migrated, wide),
    ...part("Not known, upgrading as it is", without.unknown, without, wide),
    ...part("Not known, upgrading after the plan", migrated.unknown, migrated, wide),
  ].join("\n");
}

function summary(result: PolicyWhatIf): readonly string[] {
  const { cluster, target, boundary, namespaces, proof, notes } = result;
  const sum = (pick: (each: NamespaceWhatIf) => Impact): Impact => {
    const all = namespaces.map(pick);
    const total = (way: keyof Impact): number => all.reduce((count, each) => count + each[way], 0);
    return {
      cutOff: total("cutOff"),
      exposed: total("exposed"),
      confined: total("confined"),
      unknown: total("unknown"),
    };
  };
  const creates = namespaces.filter(({ create }) => create !== undefined).length;
  const deletes = namespaces.reduce((count, each) => count + each.delete.length, 0);
  const undecided = namespaces.filter(({ left }) => left === "undecided").length;
  const enforced = target.egress ? "egress and ipBlock enforced" : "neither egress nor ipBlock enforced";
  const rows: readonly (readonly [string, readonly string[]])[] = [
    [
      "Cluster",
      [
        `${cluster.kubernetes === "" ? "Kubernetes" : `Kubernetes ${cluster.kubernetes}`}, Calico ${cluster.calico}, datastore ${cluster.datastore}`,
        `${plural(cluster.pods, "pod")} in ${plural(cluster.namespaces, "namespace")} (${plural(cluster.podClasses, "class", "es")}), ${plural(cluster.policies, "policy", "policies")}`,
      ],
    ],
    [
      "Target",
      [
        target.semantics === "legacy"
          ? `${target.release}, before the boundary (${boundary.release}): policies keep their meaning`
          : `${target.release}, v1 NetworkPolicy semantics, ${enforced}`,
      ],
    ],
    ...(boundary.crossed
      ? ([
          ["As it is", [impactText(sum((each) => each.without))]],
          [
            "Plan",
            [
              [
                creates === 0 ? "" : `create ${plural(creates, "policy", "policies")}`,
                deletes === 0 ? "" : `delete ${plural(deletes, "policy", "policies")}`,
                undecided === 0 ? "" : `decide ${plural(undecided, "namespace")} (--treat-as)`,
              ]
                .filter((part) => part !== "")
                .join(", ") || "nothing to do",
              `to be finished before the first \`${boundary.finishBefore}\``,
            ],
          ],
          ["After it", [impactText(sum((each) => each.migrated))]],
        ] as const)
      : []),
    ["Wrong", proof.problems],
    ["Note", notes],
  ];
  return rows.flatMap(([label, lines]) =>
    lines.map((line, index) => `${(index === 0 ? `${label}:` : "").padEnd(11)}${line}`),
  );
}

const namespaceHead = ["NAMESPACE", "ISOLATION", "PODS", "AS IT IS", "PLAN", "AFTER IT"];

function namespaceRow(each: NamespaceWhatIf): readonly string[] {
  const decided = each.decided ? " (decided)" : "";
  const why = each.why === undefined || each.decided ? "" : ` (${each.why})`;
  return [
    each.name,
    `${each.isolation}${decided}${why}`,
    String(each.pods),
    impactText(each.without),
    planText(each),
    impactText(each.migrated),
  ];
}

function planText({ create, equal, delete: going, keepByRequest, left }: NamespaceWhatIf): string {
  if (left === "undecided") return "decide: --treat-as";
  if (left !== undefined) return left;
  const parts = [
    create === undefined ? "" : `create ${create.name}`,
    equal === undefined ? "" : `${equal} denies all already`,
    going.length === 0 ? "" : `delete ${going.map(({ name }) => name).join(" ")}`,
    keepByRequest.length === 0 ? "" : `keep ${keepByRequest.join(" ")}`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? "nothing" : parts.join("; ");
}

function impactText({ cutOff, exposed, confined, unknown }: Impact): string {
  const parts = [
    cutOff === 0 ? "" : `${plural(cutOff, "pod")} cut off`,
    exposed === 0 ? "" : `${plural(exposed, "pod")} exposed`,
    confined === 0 ? "" : `${plural(confined, "pod")} confined`,
    unknown === 0 ? "" : `${plural(unknown, "pod")} unknown`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? "same" : parts.join(", ");
}

function part(
  title: string,
  changes: readonly Change[],
  { omitted }: Scenario,
  wide: boolean,
): readonly string[] {
  if (changes.length === 0) return [];
  const shown = wide ? changes : changes.slice(0, mostRows);
  const left = changes.length - shown.length;
  const most = wide ? Infinity : 3;
  const rows = shown.map(({ to, from, ports, before, after, reason, cause, limitedBy }) => [
    groupText(to, most),
    groupText(from, most),
    portsText(ports),
    before,
    after,
    [
      ...(cause === undefined || before === "unknown" || after === "unknown" ? [] : [`${cause}:`]),
      reason.message,
      ...(reason.policies.length === 0 ? [] : [`(${few(reason.policies, most)})`]),
      ...(limitedBy === undefined ? [] : [`as far as ${limitedBy} rules let them through`]),
    ].join(" "),
  ]);
  const more = [
    left > 0 ? `${String(left)} more: -o wide shows all` : "",
    omitted > 0 ? `${String(omitted)} more are left out: -n shows one namespace` : "",
  ].filter((line) => line !== "");
  return [
    `${title}:\n${table(["TO", "FROM", "PORTS", "BEFORE", "AFTER", "BECAUSE"], rows)}${more.map((line) => `${line}\n`).join("")}`,
  ];
}

function portsText(ports: Change["ports"]): string {
  if (ports.length === 0) return "all";
  const texts = ports.map(({ protocol, from, to }) =>
    from === 1 && to === 65_535
      ? protocol
      : `${protocol} ${from === to ? String(from) : `${String(from)}-${String(to)}`}`,
  );
  return texts.join(", ");
}

function few(names: readonly string[], most: number): string {
  const more = names.length - most;
  return more > 0 ? `${names.slice(0, most).join(", ")}, ${String(more)} more` : names.join(", ");
}

function plural(count: number, one: string, many = `${one}s`): string {
  const word = many === "es" ? `${one}es` : many;
  return `${String(count)} ${count === 1 ? one : word}`;
}
