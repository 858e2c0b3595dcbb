import type { StepHazardId } from "../../plan/upgrade/hazard-words.ts";
import { words, type WordId } from "../../preflight/words.ts";
import type { Words } from "../../preflight/words/shape.ts";
import { badReleases } from "../../releases/bad-releases.ts";
import { limits } from "../../releases/kubernetes.ts";
import { pathWords } from "../../releases/path-words.ts";
import type { PathRuleId } from "../../releases/paths.ts";
import { sources, type ReleaseFactId } from "../../releases/sources.ts";
import { badReleasePage, limitPage } from "./data-pages.ts";
import type { Page } from "./page.ts";

/** Every id that a command can name. */
export type PageId = ReleaseFactId | WordId | StepHazardId;

export const categories = {
  P: "The way between two releases",
  R: "Releases with known faults",
  B: "What changes between releases",
  N: "What network policies mean",
  D: "Calico's data",
  K: "Kubernetes versions",
  O: "Who owns the install",
  S: "Whether the cluster is healthy",
  M: "What a manifest would change",
  H: "Hazards while a cluster is changed",
} as const;

type Known = { readonly [Id in PageId]: Page };

/** The page of an id. */
export function pageOf(id: PageId): Page {
  return allById()[id];
}

/** All pages, by category and number. */
export function allPages(): readonly Page[] {
  return Object.values(allById()).toSorted((a, b) => order(a.id) - order(b.id));
}

/** The page of an id, however it is written; undefined: there is none. */
export function findPage(id: string): Page | undefined {
  return allPages().find((page) => page.id === id.toUpperCase());
}

let made: Known | undefined;

function allById(): Known {
  made ??= makePages();
  return made;
}

/** A missing page does not compile. */
function makePages(): Known {
  return {
    ...pathPages(),
    ...faultPages(),
    ...kubernetesPages(),
    ...wordPages(),
  };
}

/** By category, then by number. */
function order(id: string): number {
  return Object.keys(categories).indexOf(id.charAt(0)) * 100 + Number(id.slice(1));
}

type PagesOf<Id extends PageId> = { readonly [K in Id]: Page };

function pathPages(): PagesOf<PathRuleId> {
  return pages(Object.keys(pathWords) as PathRuleId[], (id) => ({
    id,
    ...pathWords[id],
    sources: sources[id],
  }));
}

type FaultId = (typeof badReleases)[number]["id"];

function faultPages(): PagesOf<FaultId> {
  return byId(badReleases.map(badReleasePage)) as PagesOf<FaultId>;
}

type LimitId = Exclude<(typeof limits)[number]["id"], PathRuleId>;

function kubernetesPages(): PagesOf<LimitId | "K01"> {
  const tested: Page = {
    id: "K01",
    title: "The Kubernetes version is one that the release was tested with",
    why: "The documentation of each Calico minor names the Kubernetes versions it was tested with; others may work.",
    detected: "the version of the API server",
    fix: "Choose a release that names this version (version --releases), or try it on another cluster first.",
    sources: sources.K01,
  };
  const own = limits.filter(({ id }) => id !== "P04").map(limitPage);
  return byId([tested, ...own]) as PagesOf<LimitId | "K01">;
}

function wordPages(): PagesOf<WordId> {
  const table: Readonly<Record<WordId, Words>> = words;
  return pages(Object.keys(words) as WordId[], (id) => {
    const { title, why, detected, fix, sources: from, releases, override } = table[id];
    const past =
      override === undefined
        ? ""
        : override === false
          ? " There is no way past it."
          : ` To go on in spite of it: ${override}.`;
    return {
      id,
      title: sentence(title),
      why: withStop(sentence(why)),
      detected,
      fix: withStop(fix) + past,
      sources: from,
      ...(releases === undefined ? {} : { releases }),
    };
  });
}

function pages<Id extends PageId>(ids: readonly Id[], make: (id: Id) => Page): PagesOf<Id> {
  return byId(ids.map(make)) as PagesOf<Id>;
}

function byId(list: readonly Page[]): Readonly<Record<string, Page>> {
  return Object.fromEntries(list.map((page) => [page.id, page]));
}

function withStop(text: string): string {
  return text.endsWith(".") ? text : `${text}.`;
}

function sentence(text: string): string {
  if (text.startsWith("calico-node")) return text;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
