import { edited, type TreeEdit } from "../manifest/edit.ts";
import { spliced } from "../manifest/splice.ts";
import { cniTree } from "../merge/cni-tree.ts";
import { sameJson } from "../merge/same-json.ts";
import type { PathStep } from "../merge/settings.ts";
import type { KubeObject } from "../model/kube.ts";
import { recordOf } from "../model/record.ts";
import { editAt, lifted } from "./place.ts";

const key = "cni_network_config";

/** A place within the JSON of a ConfigMap. */
export function isInCni(at: readonly PathStep[]): boolean {
  return at[1] === key && at.length > 2;
}

/** The one change of the ConfigMap that makes all these within its JSON; lines that need not change stay. */
export function cniEdit(
  changes: readonly { readonly at: readonly PathStep[]; readonly value: unknown }[],
  mine: KubeObject,
  target: KubeObject,
): TreeEdit | undefined {
  const [own, text] = [mine, target].map((object) => recordOf(object["data"])?.[key]);
  const tree = cniTree(text);
  if (typeof text !== "string" || tree === undefined) return undefined;
  const edits = lifted(
    changes.flatMap(({ at, value }) => {
      const edit = editAt(at.slice(2), value, cniTree(own), tree);
      return edit === undefined ? [] : [edit];
    }),
    tree,
  );
  const wanted = edited(tree, edits);
  const lines = spliced(text.trimEnd(), edits, { unquoted: placeholdersIn(own) });
  const end = text.slice(text.trimEnd().length);
  const value =
    lines !== undefined && sameJson(cniTree(lines), wanted)
      ? `${lines}${end}`
      : `${JSON.stringify(wanted, null, 2)}${end}`;
  return { op: "set", path: ["data", key], value };
}

/** `"mtu": __CNI_MTU__` is filled in as a number. */
function placeholdersIn(text: unknown): ReadonlySet<string> {
  return new Set(
    [...String(text).matchAll(/: *(__[A-Z0-9_]+__)/g)].flatMap(([, name]) =>
      name === undefined ? [] : [name],
    ),
  );
}
