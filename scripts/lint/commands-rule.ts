import type { Context, Node } from "./rule.ts";

interface Template extends Node {
  readonly quasis: readonly { readonly value: { readonly cooked: string | null } }[];
  readonly expressions: readonly (Node & {
    readonly name?: string;
    readonly tag?: { readonly name?: string };
  })[];
}

/** Whose command lines are pasted into a shell. */
const commands =
  /(?:^|[\s(|`'"])(?:kubectl|docker|ctr|crictl|podman|systemctl|journalctl|calicoctl|curl|chmod|cp) [^;:,)(#\n]*$/;
const ours = /^ [^;:,)(#\n]*$/;

/**
 * A value within a command that is printed stands there through `sh` of src/model/shell.ts, which quotes it: a name from
 * a cluster or a file must not become words, redirections or commands of the user's shell.
 */
export const printedCommands = {
  meta: { type: "problem", schema: [] },
  create(context: Context) {
    const quoted = new Set<Node>();
    return {
      TaggedTemplateExpression({ tag, quasi }: { tag: { readonly name?: string }; quasi: Node }) {
        if (tag.name === "sh") quoted.add(quasi);
      },
      TemplateLiteral(node: Template) {
        if (quoted.has(node)) return;
        let open = false;
        node.expressions.forEach((value, at) => {
          const text = node.quasis[at]?.value.cooked ?? "";
          open =
            at > 0 && open ? ours.test(` ${text.trimStart()}`) || commands.test(text) : commands.test(text);
          if (value.name === "program") {
            // What follows it is a command of this program.
            open = ours.test(node.quasis[at + 1]?.value.cooked ?? "");
            return;
          }
          if (open && value.tag?.name !== "sh")
            context.report({
              node: value,
              message: "a value in a command that is printed: write it with sh`…` (src/model/shell.ts)",
            });
        });
      },
    };
  },
};
