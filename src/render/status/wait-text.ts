import type { WaitedFor, WaitFailure } from "../../facts/wait.ts";
import type { Millis } from "../../model/time.ts";
import { noteText } from "./note-text.ts";

/** Why waiting has come to an end without the upgrade's. */
export function waitFailureText(why: WaitFailure, now: Millis): string {
  switch (why.kind) {
    case "no-calico":
      return "there is no calico-node DaemonSet to wait for";
    case "blind":
      return `cannot tell when the upgrade is done: ${why.unread.what} cannot be read`;
    case "failing": {
      const note = why.note === undefined ? "" : noteText(why.note, now);
      return `calico-node does not run on node ${why.node}: ${note}`;
    }
  }
}

export function waitedForText(waited: WaitedFor): string {
  switch (waited.kind) {
    case "nodes":
      return `waiting for the upgrade: ${String(waited.finished)} of ${String(waited.all)} nodes run the newest revision, Ready`;
    case "template":
      return "waiting for the controller to see the newest template";
    case "pods":
      return "waiting for calico-node pods";
  }
}
