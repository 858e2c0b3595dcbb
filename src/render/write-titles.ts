import type { WriteKind } from "../plan/planned-writes.ts";

interface TitleWords {
  readonly title: string;
  readonly one: string;
  readonly many: string;
}

const policies = { one: "policy", many: "policies" };
const objects = { one: "object", many: "objects" };

const words: Readonly<Record<WriteKind, TitleWords>> = {
  record: { title: "record decisions", one: "decision", many: "decisions" },
  clean: { title: "remove annotations", ...objects },
  create: { title: "create default-deny policies", ...policies },
  delete: { title: "delete policies of open namespaces", ...policies },
  define: {
    title: "create CustomResourceDefinitions",
    one: "CustomResourceDefinition",
    many: "CustomResourceDefinitions",
  },
  copy: { title: "copy Calico's data", ...objects },
  remove: { title: "delete the old objects", ...objects },
};

/** Titles of writes that are counted together. */
export function kindTitle(kind: WriteKind): string {
  return words[kind].title;
}

/** `1,204 of 4,100 policies`. */
export function counted(kind: WriteKind | undefined, done: number, all: number): string {
  const { one, many } = kind === undefined ? objects : words[kind];
  return `${done === all ? "" : `${thousands(done)} of `}${thousands(all)} ${all === 1 ? one : many}`;
}

/** Titles of the look that follows the writes. */
export const comparisonTitles = {
  objects: "read back and compare both sides",
  policies: "check every namespace again",
} as const;

/** `4,100`. */
function thousands(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3}){1,7}$)/g, ",");
}
