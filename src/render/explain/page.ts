/** What is known of one id. */
export interface Page {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly detected?: string;
  readonly fix?: string;
  /** Which releases it is about. */
  readonly releases?: string;
  readonly sources: readonly string[];
}
