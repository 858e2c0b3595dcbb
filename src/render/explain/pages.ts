import type { RulePage } from "../../model/rule-page.ts";
import { sentence } from "../../model/sentence.ts";
import type { StepHazardId } from "../../plan/upgrade/hazard-words.ts";
import { byCategory } from "../../preflight/categories.ts";
import { clusterRules } from "../../preflight/cluster-rules.ts";
import { nodeRules } from "../../preflight/node-rules.ts";
import type { RuleId } from "../../preflight/rules/ids.ts";
import { guardPages } from "../../preflight/rules/pages.ts";
import type { ExplainPage } from "./page.ts";

/** The page of an id; every one that a finding or a step of a plan can name has one, or this does not compile. */
export function pageOf(id: RuleId | StepHazardId): ExplainPage {
  return allById()[id];
}

/** All pages, by category and number. */
export function allPages(): readonly ExplainPage[] {
  return Object.values(allById()).toSorted(byCategory);
}

/** The page of an id, however it is written; undefined: there is none. */
export function findPage(id: string): ExplainPage | undefined {
  return allPages().find((page) => page.id === id.toUpperCase());
}

type PagesById = { readonly [Id in RuleId]: ExplainPage };

let made: PagesById | undefined;

function allById(): PagesById {
  made ??= makePages();
  return made;
}

/** Ids are made of the same files (scripts/write-checks.ts), and no rule compiles without a page. */
function makePages(): PagesById {
  const pages = [
    ...clusterRules.map(({ id, page }) => pageText(id, page())),
    ...[...nodeRules, ...guardPages].map(({ id, page }) => pageText(id, page)),
  ];
  return Object.fromEntries(pages.map((page) => [page.id, page])) as PagesById;
}

function pageText(id: RuleId, page: RulePage): ExplainPage {
  const { title, why, detected, fix, commands, sources, releases, override } = page;
  const past =
    override === undefined
      ? ""
      : override === false
        ? " There is no way past it."
        : ` To override: ${override}.`;
  return {
    id,
    title: sentence(title),
    why: withStop(sentence(why)),
    detected,
    fix: withStop(fix) + past,
    ...(commands === undefined ? {} : { commands }),
    sources,
    ...(releases === undefined ? {} : { releases }),
  };
}

function withStop(text: string): string {
  return text.endsWith(".") ? text : `${text}.`;
}
