import { program } from "../../model/program.ts";
import { categories } from "../../preflight/categories.ts";
import { textTable, wrapped, type Columns } from "../text-table.ts";
import type { ExplainPage } from "./page.ts";
import { allPages } from "./pages.ts";

/** All ids, by category; wide: with the releases that they are about. */
export function idsText(wide: boolean, columns: Columns): string {
  const groups = Object.entries(categories).flatMap(([letter, name]) => {
    const rows = allPages()
      .filter(({ id }) => id.startsWith(letter))
      .map(({ id, title, releases = "" }) => [id, title, ...(wide ? [releases] : [])]);
    return rows.length === 0 ? [] : [`${name}:\n${textTable(undefined, rows, columns)}`];
  });
  return [...groups, `The page of one: ${program} explain ID\n`].join("\n");
}

export function pageText(page: ExplainPage, columns: Columns): string {
  const parts = partsOf(page).map(([name, text]) => wrapped(`${name}:`.padEnd(12), text, columns));
  return [`${wrapped(`${page.id}  `, page.title, columns)}\n`, ...parts].join("");
}

/** docs/checks.md, made of the same pages. */
export function checksDocument(): string {
  const head =
    "# Checks\n\n" +
    "Every id that a command can name, as `kubectl calico-upgrade explain ID` prints it. This page is written by\n" +
    "`scripts/write-checks.ts`.\n";
  const groups = Object.entries(categories).flatMap(([letter, name]) => {
    const pages = allPages().filter(({ id }) => id.startsWith(letter));
    return pages.length === 0 ? [] : [`\n## ${name}\n${pages.map(section).join("")}`];
  });
  return head + groups.join("");
}

function section(page: ExplainPage): string {
  const lines = partsOf(page).map(([name, text]) => `- **${name}:** ${plain(text)}\n`);
  return `\n### ${page.id}\n\n${page.title}\n\n${lines.join("")}`;
}

/** Two underscores are bold to Markdown. */
function plain(text: string): string {
  return text.replaceAll("__", String.raw`\_\_`);
}

function partsOf({
  why,
  releases,
  detected,
  fix,
  sources,
}: ExplainPage): readonly (readonly [string, string])[] {
  return [
    ["Why", why],
    ...(releases === undefined ? [] : [["Releases", releases] as const]),
    ["Looks at", detected],
    ["What to do", fix],
    ...sources.map((source) => ["Source", source] as const),
  ];
}
