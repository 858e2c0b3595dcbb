import type { Context, Node } from "./rule.ts";

/**
 * The rule behind "who may import what". The linter's own no-restricted-imports does not see
 * `await import()`, `import("x").T` and `import x = require()`, and lists what is forbidden where this
 * one lists what is allowed.
 */
interface Options {
  readonly layer: string;
  readonly mayImport: readonly string[];
  readonly packages: readonly string[];
  readonly node: boolean;
  readonly process: boolean;
  readonly ownFolders: boolean;
}

export const imports = {
  meta: { type: "problem", schema: [{ type: "object" }] },
  create(context: Context) {
    const options = context.options[0] as Options;
    const check = (node: Node | null | undefined): void => {
      if (node === null || node === undefined) return;
      const why =
        node.type === "Literal" && typeof node.value === "string"
          ? refuse(node.value, context.filename, options)
          : "an import's address must be a plain string";
      if (why !== undefined) context.report({ node, message: `${why} (scripts/lint/layers.ts)` });
    };
    return {
      ImportDeclaration: (node: { source: Node }) => check(node.source),
      ExportNamedDeclaration: (node: { source?: Node | null }) => check(node.source),
      ExportAllDeclaration: (node: { source: Node }) => check(node.source),
      ImportExpression: (node: { source: Node }) => check(node.source),
      TSImportType: (node: { source?: Node; argument?: Node }) => check(node.source ?? node.argument),
      TSExternalModuleReference: (node: { expression: Node }) => check(node.expression),
    };
  },
};

/** Why `specifier` may not be imported, or undefined. */
function refuse(specifier: string, filename: string, options: Options): string | undefined {
  if (specifier.startsWith("node:")) {
    if (!options.node) return `${options.layer} is pure: no ${specifier}`;
    if (specifier === "node:process" && !options.process) return "main.ts alone touches process";
    return undefined;
  }
  if (specifier.startsWith(".")) {
    const layer = layerOf(specifier, filename);
    if (layer === options.layer && options.ownFolders) return refuseFolder(specifier, filename, layer);
    if (layer === options.layer || options.mayImport.includes(layer)) return undefined;
    return `${options.layer} may not import ${layer}`;
  }
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  return options.packages.includes(name) ? undefined : `${name} has another importer`;
}

/** The folder of src, or the file at its top, that a relative specifier leads to; `../x` outside src. */
function layerOf(specifier: string, filename: string): string {
  const { inside, outside } = resolved(specifier, filename);
  return outside === 0 ? (inside[0] ?? "") : "../".repeat(outside) + inside.join("/");
}

/** Why a file in a folder of the layer may not import one from another folder of it; undefined: it may. */
function refuseFolder(specifier: string, filename: string, layer: string): string | undefined {
  const [, own, below] = resolved(".", filename).inside;
  const [, other, file] = resolved(specifier, filename).inside;
  // A file directly in the layer is nobody's own.
  if (own === undefined || file === undefined || own === other) return undefined;
  return `${layer}/${own}${below === undefined ? "" : `/${below}`} may not import ${layer}/${other ?? ""}`;
}

function resolved(
  specifier: string,
  filename: string,
): { readonly inside: readonly string[]; readonly outside: number } {
  const from = filename.replaceAll("\\", "/");
  const inside = from.slice(from.lastIndexOf("/src/") + "/src/".length).split("/");
  inside.pop();
  let outside = 0;
  for (const part of specifier.split("/")) {
    if (part === "..") {
      if (inside.pop() === undefined) outside += 1;
    } else if (part !== ".") inside.push(part);
  }
  return { inside, outside };
}
