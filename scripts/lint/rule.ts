/** What of the linter a rule of our own sees. */
export interface Node {
  readonly type: string;
  readonly value?: unknown;
}

export interface Context {
  readonly filename: string;
  readonly options: readonly unknown[];
  report(finding: { node: Node; message: string }): void;
}
