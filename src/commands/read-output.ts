import { goQuote } from "../render/go/quote.ts";
import type { PrintResult } from "../render/jsonpath/print.ts";
import { outputFormats, type Output, type OutputFormat } from "../render/output.ts";

/** The values of the output flags. */
export interface OutputFlags {
  readonly output: string;
  /** --template: what otherwise stands behind `-o FORMAT=`. */
  readonly template: string;
  readonly allowMissingTemplateKeys: boolean;
  readonly noHeaders: boolean;
}

/** What the output flags ask for, or kubectl's sentence about what is wrong with them. */
export async function readOutput(
  flags: OutputFlags,
  readFile: (path: string) => Promise<string>,
): Promise<PrintResult<Output>> {
  const format = chosenFormat(flags);
  if (!format.ok) return format;
  const { name, value } = format.value;
  if (name.startsWith("jsonpath")) {
    if (value === "") return wrong("template format specified but no template given");
    const { jsonPathPrinter } = await import("../render/jsonpath/print.ts");
    const text = name === "jsonpath-file" ? await read(value, "--template", readFile) : known(value);
    if (!text.ok) return text;
    const printer = jsonPathPrinter(text.value, {
      asJson: name === "jsonpath-as-json",
      allowMissingKeys: flags.allowMissingTemplateKeys,
    });
    if (!printer.ok) return printer;
    return known({ format: name, template: (result) => printer.value(result.object()) });
  }
  if (name.startsWith("custom-columns")) {
    if (value === "") return wrong("custom-columns format specified but no custom columns given");
    const { columnsFromFile, columnsFromSpec } = await import("../render/custom-columns.ts");
    const fromFile = name === "custom-columns-file";
    const text = fromFile ? await read(value, "template", readFile) : known(value);
    if (!text.ok) return text;
    const printer = (fromFile ? columnsFromFile : columnsFromSpec)(text.value, flags.noHeaders);
    if (!printer.ok) return printer;
    return known({ format: name, template: (result) => printer.value(result.rows()) });
  }
  return known({ format: name });
}

/** `custom-columns=A:.a` is a format and its template; so are `custom-columns` and --template. */
function chosenFormat({
  output,
  template,
}: OutputFlags): PrintResult<{ readonly name: OutputFormat; readonly value: string }> {
  // A template without a format is a Go template in kubectl.
  const asked = template !== "" && (output === "" || output === "table") ? "go-template" : output;
  const equals = template === "" && /^(jsonpath|custom-columns)/.test(asked) ? asked.indexOf("=") : -1;
  const written = equals < 0 ? asked : asked.slice(0, equals);
  const name = outputFormats.find((each) => each === inLowerCase(written));
  if (name === undefined) {
    return wrong(
      `unable to match a printer suitable for the output format ${goQuote(asked)}, ` +
        `allowed formats are: ${outputFormats.toSorted().join(",")}`,
    );
  }
  return known({ name, value: equals < 0 ? template : asked.slice(equals + 1) });
}

/** kubectl takes `-o JSON`, but no `-o WIDE`. */
function inLowerCase(written: string): string {
  if (written === "") return "table";
  const lower = written.toLowerCase();
  return lower === "json" || lower === "yaml" || lower === "name" ? lower : written;
}

async function read(
  path: string,
  what: string,
  readFile: (path: string) => Promise<string>,
): Promise<PrintResult<string>> {
  try {
    // Standard input is for manifests.
    return known(await readFile(path === "-" ? "./-" : path));
  } catch (error) {
    return wrong(`error reading ${what} ${path}, open ${path}: ${systemMessage(error)}`);
  }
}

/** `ENOENT: no such file or directory, open 'x'` in Go's form. */
function systemMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^E[A-Z]+: /, "").replace(/, .*$/s, "");
}

function known<T>(value: T): PrintResult<T> {
  return { ok: true, value };
}

function wrong(message: string): PrintResult<never> {
  return { ok: false, message };
}
