import { follow, type Followed } from "../cluster/follow.ts";
import type { Connection } from "../cluster/port.ts";
import { readObject } from "../cluster/read-object.ts";
import { explain } from "../errors.ts";
import type { EndpointFacts } from "../model/endpoint.ts";
import type { KubeObject, Ref } from "../model/kube.ts";
import { namespaceFacts, type NamespaceFacts } from "../model/namespace.ts";
import { networkPolicyFacts, type NetworkPolicyFacts } from "../model/network-policy.ts";
import type { Millis } from "../model/time.ts";
import type { PolicyWorld } from "../plan/policy-migration/world.ts";
import { keyOf } from "../model/namespaced-name.ts";
import { changeSignal, woken } from "./change-signal.ts";
import type { LiveWorld } from "./run.ts";

export interface PolicyWorldOptions {
  /** Where this server has NetworkPolicies. */
  readonly policies: Omit<Ref, "name">;
  /** As they were read: their labels change all the time, and a migration is proven on them before and after it. */
  readonly pods: readonly EndpointFacts[];
  /** The DaemonSet with the lease of the run that this is a part of: read, and not followed. */
  readonly leaseOn?: Ref | undefined;
  readonly now: () => Millis;
  readonly signal: AbortSignal;
}

const namespaces = { group: "", version: "v1", resource: "namespaces", kind: "Namespace" };

interface WatchedObject<T> {
  readonly raw: KubeObject;
  readonly facts: T;
}

/** Namespaces and policies, listed now and followed. Throws what the server answers to the first lists. */
export async function livePolicyWorld(
  connection: Connection,
  { policies, pods, leaseOn, now, signal }: PolicyWorldOptions,
): Promise<LiveWorld<PolicyWorld>> {
  const changes = changeSignal();
  let lost: string | undefined;
  let seenChanges = -1;
  let shown: PolicyWorld | undefined;
  let daemonSet = leaseOn === undefined ? undefined : await readObject(connection, leaseOn);

  function keep<T>(
    served: Omit<Ref, "name">,
    read: (raw: KubeObject) => T,
  ): { readonly seen: Map<string, WatchedObject<T>>; readonly followed: Followed<WatchedObject<T>> } {
    const seen = new Map<string, WatchedObject<T>>();
    const followed = follow<WatchedObject<T>>(connection, served, {
      signal,
      pick: (raw) => ({ raw, facts: read(raw) }),
      onChange({ key, value }) {
        const own = key.includes("/") ? key : `/${key}`;
        if (value === undefined) seen.delete(own);
        else seen.set(own, value);
        changes.notify();
      },
    });
    followed.ended.catch((error: unknown) => {
      lost = `changes of ${served.resource} are not seen any more: ${explain(error).replace(/^error: /, "")}`;
      changes.notify();
    });
    return { seen, followed };
  }

  const spaces = keep<NamespaceFacts>(namespaces, namespaceFacts);
  const own = keep<NetworkPolicyFacts>(policies, networkPolicyFacts);
  await Promise.all([spaces.followed.ready, own.followed.ready]);

  async function read(ref: Ref): Promise<void> {
    if (ref.kind === leaseOn?.kind) {
      daemonSet = await readObject(connection, ref);
      changes.notify();
      return;
    }
    const isNamespace = ref.kind === "Namespace";
    const found = await readObject(connection, ref);
    if (found !== undefined) (isNamespace ? spaces : own).followed.replace(found);
    else (isNamespace ? spaces : own).seen.delete(keyOf(ref));
    changes.notify();
  }

  return {
    snapshot() {
      if (shown !== undefined && seenChanges === changes.count() && lost === shown.lost) return shown;
      seenChanges = changes.count();
      shown = {
        namespaces: inOrder(spaces.seen),
        policies: inOrder(own.seen),
        pods,
        raw: new Map([...spaces.seen, ...own.seen].map(([key, { raw }]) => [key, raw])),
        ...(daemonSet === undefined ? {} : { daemonSet }),
        ...(lost === undefined ? {} : { lost }),
      };
      return shown;
    },

    async changed(until, stop) {
      await woken(changes.since(seenChanges), Math.max(20, until - now()), stop);
    },

    absorb(write, answer) {
      const { ref } = write;
      if (ref.kind === leaseOn?.kind) {
        daemonSet = answer ?? daemonSet;
        changes.notify();
        return;
      }
      const kind = ref.kind === "Namespace" ? spaces : own;
      const there = answer?.kind === ref.kind ? answer : undefined;
      // An object that finalizers hold is answered whole; what is gone at once is answered as itself, too.
      if (write.verb === "delete" && (there?.metadata.finalizers ?? []).length === 0) {
        kind.seen.delete(keyOf(ref));
      } else if (there !== undefined) {
        kind.followed.replace(there);
      }
      changes.notify();
    },

    /** A namespace that began to go refuses what is new in it: that is seen on the namespace. */
    async refresh({ ref }) {
      await read(ref);
      if (ref.namespace !== undefined && ref.kind === policies.kind)
        await read({ ...namespaces, name: ref.namespace });
    },

    fetchEvents: () => Promise.resolve(),

    version: (ref) =>
      (ref.kind === "Namespace" ? spaces : own).seen.get(keyOf(ref))?.raw.metadata.resourceVersion,
  };
}

/** As a list answers them. */
function inOrder<T>(seen: ReadonlyMap<string, WatchedObject<T>>): readonly T[] {
  return [...seen]
    .toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
    .map(([, { facts }]) => facts);
}
