import type { Context, Node } from "./rule.ts";

interface Member extends Node {
  readonly object: Node & { readonly name?: string; readonly property?: { readonly name?: string } };
  readonly property: { readonly name?: string };
}

/**
 * What stands on standard output or error goes through the printer's `line` and `text`, which escape what commands a
 * terminal. `stderr.raw` under another name is found where it gets that name.
 */
export const output = {
  meta: { type: "problem", schema: [{ type: "object" }] },
  create(context: Context) {
    const { allowed } = context.options[0] as { readonly allowed: readonly string[] };
    const refused = (name: string | undefined): boolean =>
      ["write", "exact", "raw"].includes(name ?? "") && !allowed.includes(`stdout.${name ?? ""}`);
    return {
      MemberExpression(node: Member) {
        const stream = node.object.name ?? node.object.property?.name ?? "";
        if (!["stdout", "stderr"].includes(stream) || !refused(node.property.name)) return;
        const message = `stdout.${node.property.name ?? ""} has another caller; print with line or text (scripts/lint/layers.ts)`;
        context.report({ node, message });
      },
    };
  },
};
