import { userError } from "../../errors.ts";
import type { ImmutableChange } from "../../merge/immutable.ts";
import { objectName } from "../../model/object-name.ts";
import type { Wholes } from "../../plan/apply/intended.ts";
import { isLeftAlone, type Choices, type ApplyTarget } from "../../plan/apply/target.ts";

/**
 * The targets that can only be recreated, refused unless --recreate allows it. A DaemonSet of calico-node
 * never: all its pods would go at once, and old and new ones would fight over the nodes.
 */
export function toRecreate(
  targets: readonly ApplyTarget[],
  recreate: boolean,
  applied: Wholes,
  choices: Choices,
): readonly ApplyTarget[] {
  // A Secret that is left alone keeps its values: they are not in the bundle.
  const found = targets
    .filter((target) => !isLeftAlone(target, choices))
    .flatMap((target) => {
      const { immutable } = applied(target);
      return immutable === undefined ? [] : [{ target, immutable }];
    });
  const sets = found.filter(({ target }) => target.part === "node");
  const refused = sets.length > 0 ? sets : recreate ? [] : found;
  if (refused.length === 0) return found.map(({ target }) => target);
  const lines = refused.map(({ target, immutable }) => `${objectName(target.ref)}: ${change(immutable)}`);
  throw userError(
    `${lines.join("; ")}: the server never changes this field; ` +
      (sets.length > 0
        ? "a calico-node DaemonSet would have to be recreated, which stops it on every node at once: give a manifest with the live one's selector"
        : `--recreate deletes and creates what has it (saved in the bundle first${refused.some(({ target }) => target.part === "secret") ? ", but for a Secret's values, which undo cannot restore" : ""})`),
  );
}

function change({ field, live, wanted }: ImmutableChange): string {
  return `${field} is ${JSON.stringify(live)} and the file says ${JSON.stringify(wanted)}`;
}
