/** How images are pulled before the first node of a run is touched. */
export interface PrepullRequest {
  /** auto: where they are not known to be; always: also where they are. */
  readonly mode: "auto" | "always" | "never";
  /** On so many nodes at once. */
  readonly ahead: number;
}

export const usualPrepull: PrepullRequest = { mode: "auto", ahead: 10 };
