/** What is known to be wrong with the parts of a release, and what each of it means here. */
import { spawnSync } from "node:child_process";
import { assessments, type Assessment } from "./assessments.ts";

export interface Advisory {
  /** `GHSA-…`, the last part of the advisory's address. */
  readonly id: string;
  readonly package: string;
  readonly severity: string;
  readonly title: string;
  /** Versions that have it. */
  readonly range: string;
}

export type Audit =
  | { readonly answered: true; readonly advisories: readonly Advisory[] }
  /** Registries need not know advisories, and mirrors mostly do not. */
  | { readonly answered: false; readonly because: string };

/** Asks the registry that npm is set up with about the packages that ship. */
export function audit(root: string): Audit {
  const asked = spawnSync("npm", ["audit", "--omit=dev", "--json"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    shell: process.platform === "win32",
  });
  return readAudit(asked.stdout);
}

/** Of `npm audit --json`, auditReportVersion 2. */
export function readAudit(text: string): Audit {
  let report: unknown;
  try {
    report = JSON.parse(text);
  } catch {
    return { answered: false, because: "npm audit printed no JSON" };
  }
  const { vulnerabilities, statusCode } = report as {
    readonly vulnerabilities?: Readonly<Record<string, { readonly via: readonly unknown[] }>>;
    readonly statusCode?: number;
  };
  if (vulnerabilities === undefined)
    return {
      answered: false,
      because: `the registry answers no audit${statusCode === undefined ? "" : ` (HTTP ${String(statusCode)})`}`,
    };
  const found = Object.values(vulnerabilities)
    .flatMap(({ via }) => via)
    // A text names the package through which another one is reached.
    .filter((each) => typeof each === "object" && each !== null)
    .map((each): Advisory => {
      const { url = "", name = "", severity = "", title = "", range = "" } = each as Record<string, string>;
      return { id: url.split("/").at(-1) ?? "", package: name, severity, title, range };
    });
  const advisories = [...new Map(found.map((each) => [`${each.id} ${each.package}`, each])).values()];
  return { answered: true, advisories: advisories.toSorted((a, b) => (a.id < b.id ? -1 : 1)) };
}

/**
 * The page of a release. Throws where an advisory is not assessed: nobody has looked at what it means here, so it
 * cannot be released.
 */
export function vulnerabilitiesPage(
  found: Audit,
  parts: readonly string[],
  known: Readonly<Record<string, Assessment>> = assessments,
): string {
  const head = ["# Known vulnerabilities", ""];
  if (!found.answered) {
    return [
      ...head,
      `Not known: ${found.because}. Ask one that does, with \`npm audit --omit=dev\`, about:`,
      "",
      ...parts.map((part) => `- ${part}`),
      "",
    ].join("\n");
  }
  const open = found.advisories.filter(({ id }) => known[id] === undefined);
  if (open.length > 0) {
    const lines = open.map(({ id, package: name, title }) => `  ${id} ${name}: ${title}`);
    throw new Error(
      `what these mean here is not written down; look, and add them to scripts/release/assessments.ts:\n${lines.join("\n")}`,
    );
  }
  if (found.advisories.length === 0) return [...head, "None in the packages that ship.", ""].join("\n");
  return [
    ...head,
    "| advisory | package | severity | here | why |",
    "| --- | --- | --- | --- | --- |",
    ...found.advisories.map(({ id, package: name, severity, range }) => {
      const { means = "", because = "" } = known[id] ?? {};
      return `| ${[id, `${name} ${range}`, severity, means, because].map(cell).join(" | ")} |`;
    }),
    "",
  ].join("\n");
}

function cell(text: string): string {
  return text.replaceAll(/[\r\n]+/g, " ").replaceAll("|", "\\|");
}
