import type { RunPart, PartResult } from "../plan/sequence/procedure.ts";

/** Everyday names of the parts of a run; ids stay in JSON and in --until-step. */
const titles: Readonly<Record<string, string>> = {
  prepull: "pull images",
  migrate: "migrate policies and data",
  "migrate-policy": "migrate policies",
  "migrate-data": "migrate data",
  expand: "prepare",
  typha: "Typha",
  controller: "controller",
  configmap: "configuration",
  template: "template",
  nodes: "nodes",
  contract: "clean up",
};

export function partTitle({ id, title }: RunPart): string {
  return title ?? titles[id] ?? id;
}

/** What became of a part, on a line of its own; undefined where there is nothing to say yet. */
export function partLine({ id }: RunPart, { state, because }: PartResult): string | undefined {
  // What failed is reported as an error in the end. Where there is no migration and no image to pull: not worth a line.
  const seldom = id === "migrate" || id === "prepull";
  if (state === "failed" || because === "" || (seldom && state === "unchanged")) return undefined;
  return `${id}: ${because}`;
}
