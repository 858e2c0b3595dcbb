/** Text for people before it has met a terminal: what is wrapped, and to how many columns, is decided where it is printed. */
export type TextBlock =
  /** A table whose cells are text. */
  | { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }
  /** A line, which goes on below its beginning, `hanging` places further in than its label. */
  | { readonly label: string; readonly text: string; readonly hanging?: number };
