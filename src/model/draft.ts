import type { JsonObject, KubeObject, Ref } from "./kube.ts";

/** What a run did to one object. scaled: only its replicas, through the scale subresource. */
export const savedActions = ["created", "changed", "deleted", "scaled"] as const;
export type SavedAction = (typeof savedActions)[number];

/** What is about to be written to one object, as a bundle saves it. */
export interface Draft {
  readonly action: SavedAction;
  readonly ref: Ref;
  /** The object as it is. Of what is created: absent. */
  readonly before?: KubeObject;
  /** The object as it is meant to be. Of what is deleted: absent. */
  readonly after?: KubeObject;
  readonly data?: JsonObject;
}
