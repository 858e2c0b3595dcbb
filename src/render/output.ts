import type { JsonObject } from "../model/kube.ts";

/** The formats of -o. */
export const outputFormats = ["table", "wide", "json", "yaml", "name"] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** One result in all its forms; only the one that is asked for is made. */
export interface Printable {
  /** The table, with more columns when wide. */
  readonly table: (wide: boolean) => string;
  /** The result object, `apiVersion` and `kind` first. */
  readonly object: () => JsonObject;
  /** `node/node-01`: one line each. */
  readonly names: () => readonly string[];
}

/** What -o FORMAT asks for, or kubectl's sentence about a format that there is not. */
export function readOutput(
  value: string,
  allowed: readonly OutputFormat[] = outputFormats,
): { readonly ok: true; readonly format: OutputFormat } | { readonly ok: false; readonly message: string } {
  const format = allowed.find((each) => each === value);
  if (format !== undefined) return { ok: true, format };
  return {
    ok: false,
    message: `unable to match a printer suitable for the output format "${value}", allowed formats are: ${[...allowed].sort().join(",")}`,
  };
}

/** The text of a result, with its last newline; "" when there is nothing to print. */
export async function printed(format: OutputFormat, result: Printable): Promise<string> {
  switch (format) {
    case "table":
    case "wide":
      return withNewline(result.table(format === "wide"));
    case "json":
      return `${JSON.stringify(result.object(), undefined, 4)}\n`;
    case "yaml": {
      const { formatYaml } = await import("../manifest/yaml.ts");
      return formatYaml(result.object());
    }
    case "name":
      return withNewline(result.names().join("\n"));
  }
}

function withNewline(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}
