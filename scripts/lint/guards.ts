import { edgeGlobals, impureGlobals, layers, soles } from "./layers.ts";
import type { Layer } from "./layers.ts";

interface Override {
  files: string[];
  rules: Record<string, ["error", ...unknown[]]>;
}

/**
 * The lint guards of src, composed here and nowhere else: a later override of the linter replaces a
 * rule's earlier options as a whole, so each block says all that holds for its files.
 * A file with a right of its own gets a block after its folder's.
 */
export function guards(): Override[] {
  return layers.flatMap((layer) => {
    const exceptions = [...new Set(soles.flatMap((sole) => sole.where))].filter(
      (path) => path.startsWith(`${layer.name}/`) && !path.endsWith("/"),
    );
    const whole = layer.name.endsWith(".ts") ? layer.name : `${layer.name}/**`;
    return [block(layer, whole), ...exceptions.map((path) => block(layer, path))];
  });
}

function block(layer: Layer, path: string): Override {
  const own = soles.filter((sole) => sole.where.some((where) => path === where || path === `${where}**`));
  const allowed = (kind: "package" | "global" | "output"): string[] =>
    own.filter((sole) => sole.kind === kind).map((sole) => sole.what);
  const names = (layer.pure ? impureGlobals : edgeGlobals).filter(
    (name) => !allowed("global").includes(name),
  );
  return {
    files: [`src/${path}`],
    rules: {
      "guards/imports": [
        "error",
        {
          layer: layer.name,
          mayImport: [...layer.mayImport],
          packages: allowed("package"),
          // `node:process` is the same thing as the global.
          node: !layer.pure,
          process: allowed("global").includes("process"),
          ownFolders: layer.ownFolders === true,
        },
      ],
      "guards/commands": ["error"],
      "guards/output": ["error", { allowed: allowed("output") }],
      "no-restricted-globals": [
        "error",
        ...names.map((name) => ({
          name,
          message: `src/${path} may not use it: see scripts/lint/layers.ts.`,
        })),
      ],
    },
  };
}
