import type { Draft } from "../model/draft.ts";
import type { KubeObject } from "../model/kube.ts";

/** Where a run saves what it changes, before it changes it: a bundle. */
export interface Saver {
  /** When it resolves, the drafts are on the disk. Answers their ids. Throws UserError; then nothing may be written. */
  save(drafts: readonly Draft[]): Promise<readonly number[]>;
  /** The write of this entry is done; `object` is what the server made of it. */
  done(id: number, object?: KubeObject): void;
  /** The write of this entry was not done and never will be. */
  dropped(id: number): void;
}
