/** Headings of the help text, in the order in which they are shown. */
export const flagGroups = ["Options", "Output", "Connection", "Other"] as const;

/**
 * One flag, as kubectl would declare it with pflag. The tables made of these feed the scanner, the
 * help text and clipanion: nothing about a flag is written twice.
 */
export interface Flag {
  /** Long name, without the dashes. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** boolean: a bare --x is true. optional: a bare --x means `implied` (pflag's NoOptDefVal). */
  readonly takes: "value" | "boolean" | "optional";
  /** For `optional`: what the bare flag means. */
  readonly implied?: string;
  /** May be given several times; every value counts. Otherwise the last one wins. */
  readonly repeat?: boolean;
  /** How the value is read, if not as text. Durations become milliseconds. */
  readonly read?: "int" | "duration";
  /** The only values that there are. */
  readonly oneOf?: readonly string[];
  /** Value when the flag is not given, as one would write it. */
  readonly default?: string;
  readonly help: string;
  readonly group: (typeof flagGroups)[number];
  /** Placeholder in the help text: FILE, DURATION. */
  readonly valueName?: string;
  /** Accepted, but not shown in the help text. */
  readonly hidden?: boolean;
}

/** What a command gets for a flag. A value flag without a default is undefined when not given. */
export type FlagValue<F extends Flag> = F extends { takes: "boolean" }
  ? boolean
  : F extends { repeat: true }
    ? readonly string[]
    :
        | (F extends { read: "int" | "duration" } ? number : string)
        | (F extends { default: string } ? never : undefined);

/** The values of a table of flags, under the table's keys. */
export type FlagValues<T extends Readonly<Record<string, Flag>>> = {
  readonly [K in keyof T]: FlagValue<T[K]>;
};
