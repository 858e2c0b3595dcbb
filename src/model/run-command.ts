/**
 * What the cluster keeps of the command that began a run, so that whoever comes later can continue it: never
 * text, and never flags of a connection (hazards H33, H34). It is rendered through the flag tables.
 */
export interface RunCommand {
  /** node, controller, configmap, apply, undo, migrate-policy, migrate-data. */
  readonly verb: string;
  readonly arguments?: readonly string[];
  /** By long name; what stands at its default is left out. */
  readonly flags?: Readonly<Record<string, string | boolean | readonly string[]>>;
  /** SHA-256 of the manifest's bytes, in hexadecimal, shortened to 16 digits. */
  readonly manifest?: string;
}

/** As it is read from an annotation, which anybody may have edited; undefined: it is none. */
export function parseRunCommand(value: unknown): RunCommand | undefined {
  if (!isObject(value) || typeof value["verb"] !== "string" || !/^[a-z]+(-[a-z]+)*$/.test(value["verb"]))
    return undefined;
  const words = value["arguments"];
  const given = value["flags"];
  const manifest = value["manifest"];
  const flags = isObject(given)
    ? Object.fromEntries(
        Object.entries(given).filter(
          (entry): entry is [string, string | boolean | readonly string[]] =>
            /^[a-z]+(-[a-z]+)*$/.test(entry[0]) &&
            (typeof entry[1] === "string" || typeof entry[1] === "boolean" || isTexts(entry[1])),
        ),
      )
    : undefined;
  return {
    verb: value["verb"],
    ...(isTexts(words) ? { arguments: words } : {}),
    ...(flags === undefined ? {} : { flags }),
    ...(typeof manifest === "string" ? { manifest } : {}),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}
