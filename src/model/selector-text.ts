import type { LabelSelector, Requirement } from "./label-selector.ts";

/** One requirement: `!key`, `key`, `key=value`, `key==value`, `key!=value`, `key in (a,b)`, `key notin (a,b)`. */
const requirement = new RegExp(
  String.raw`^(?:(?<absent>![ ]?)(?<gone>[\w./-]+)|(?<key>[\w./-]+)(?: ?(?<equals>==?|!=) ?(?<value>[\w.-]*)| (?<set>in|notin) ?\((?<values>[\w., -]*)\))?)$`,
);

/**
 * A label selector as kubectl's -l takes it. Requirements are separated by commas, and all of them must hold.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
export function selectorOfText(
  text: string,
):
  | { readonly ok: true; readonly selector: LabelSelector }
  | { readonly ok: false; readonly message: string } {
  const selector: Requirement[] = [];
  for (const part of partsOf(text)) {
    const found = requirement.exec(part)?.groups;
    if (found === undefined)
      return { ok: false, message: `unable to parse requirement: ${JSON.stringify(part)}` };
    selector.push(requirementOf(found));
  }
  return { ok: true, selector };
}

function requirementOf(found: Readonly<Record<string, string | undefined>>): Requirement {
  const { gone, key = "", equals, value = "", set, values = "" } = found;
  if (gone !== undefined) return { key: gone, operator: "DoesNotExist", values: [] };
  if (equals !== undefined) return { key, operator: equals === "!=" ? "NotIn" : "In", values: [value] };
  if (set === undefined) return { key, operator: "Exists", values: [] };
  const list = values.split(",").map((each) => each.trim());
  return { key, operator: set === "in" ? "In" : "NotIn", values: list };
}

/** Commas between parentheses belong to a requirement; white space counts once. */
function partsOf(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const character of text.replaceAll(/\s+/g, " ")) {
    if (character === "," && depth === 0) {
      parts.push(part.trim());
      part = "";
      continue;
    }
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    part += character;
  }
  return [...parts, part.trim()];
}
