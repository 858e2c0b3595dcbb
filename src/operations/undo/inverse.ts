import type { BundleIndex } from "../../bundle/format.ts";
import type { BundleEntry } from "../../bundle/inverse.ts";
import type { Connection, Discovery } from "../../cluster/port.ts";
import type { Draft } from "../../model/draft.ts";
import type { Ref } from "../../model/kube.ts";
import type { Write } from "../../model/write.ts";
import type { ServerClock } from "../../perform/server-clock.ts";
import type { PlacedEntry } from "./placed.ts";
import type { UndoTarget } from "./staged-entries.ts";

/** What taking back one entry comes to, as things stand now. */
export type Inverse = { readonly entry: BundleEntry & { readonly ref?: Ref } } & (
  | {
      readonly kind: "write";
      readonly saved: { readonly write: Write; readonly draft: Draft };
      /** kubectl's word for it. */
      readonly verb: "created" | "deleted" | "configured" | "annotated";
    }
  /** It is as it was, or what stands there is not what the run made. */
  | { readonly kind: "nothing"; readonly because: string }
  | {
      readonly kind: "refused";
      readonly because: string;
      /** Values of --force that override; none where nothing does. */
      readonly force: readonly string[];
    }
);

/** What an inverter looks at. */
export interface UndoWorld {
  readonly connection: Connection;
  readonly discovery: Discovery;
  readonly clock: ServerClock;
  readonly index: BundleIndex;
  /** Values of --force. */
  readonly forced: ReadonlySet<string>;
  /** Objects that go back before this bundle does: what is there by then is judged, not what is there now. */
  readonly gone: readonly UndoTarget[];
}

/** Takes back the entries of some kinds. Its writes may go side by side. */
export interface Inverter {
  readonly takes: (entry: BundleEntry) => boolean;
  /** Reads the cluster and decides; writes nothing. Asked again whenever somebody else was quicker. */
  readonly prepare: (entries: readonly PlacedEntry[], world: UndoWorld) => Promise<readonly Inverse[]>;
}

/** `NetworkPolicy/shop/web`, `Namespace/shop`: how --force names an object. */
export function forceName({
  kind,
  namespace,
  name,
}: Pick<BundleEntry, "kind" | "namespace" | "name">): string {
  return [kind, namespace, name].filter((part) => part !== undefined).join("/");
}
