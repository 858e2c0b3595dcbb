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
  const parts = partsOf(page).map(
    ({ name, text, commands = [] }) =>
      wrapped(`${name}:`.padEnd(12), text, columns) +
      commands.map((command) => `${" ".repeat(12)}${command}\n`).join(""),
  );
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
  const lines = partsOf(page).map(
    ({ name, text, commands = [] }) =>
      `- **${name}:** ${[plain(text), ...commands.map((command) => `\`${command}\``)].join(" ")}\n`,
  );
  return `\n### ${page.id}\n\n${page.title}\n\n${lines.join("")}`;
}

/** Two underscores are bold to Markdown. */
function plain(text: string): string {
  return text.replaceAll("__", String.raw`\_\_`);
}

interface PagePart {
  readonly name: string;
  readonly text: string;
  /** Below it, never wrapped. */
  readonly commands?: readonly string[];
}

function partsOf({ why, releases, detected, fix, commands = [], sources }: ExplainPage): readonly PagePart[] {
  return [
    { name: "Why", text: why },
    ...(releases === undefined ? [] : [{ name: "Releases", text: releases }]),
    { name: "Looks at", text: detected },
    { name: "What to do", text: fix, commands },
    ...sources.map((source) => ({ name: "Source", text: source })),
  ];
}
