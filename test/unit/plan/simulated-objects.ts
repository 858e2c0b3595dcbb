import { apiError } from "../../../src/errors.ts";
import type { Draft } from "../../../src/model/draft.ts";
import type { KubeObject, Ref } from "../../../src/model/kube.ts";
import { objectKey } from "../../../src/model/object-name.ts";
import type { Millis } from "../../../src/model/time.ts";
import type { Write } from "../../../src/model/write.ts";
import { run, type LiveWorld } from "../../../src/perform/run.ts";
import type { Saver } from "../../../src/perform/saver.ts";
import type { Ended } from "../../../src/plan/decision.ts";
import type { Procedure } from "../../../src/plan/procedure.ts";
import { SimulatedServer, type Fault } from "./simulated-server.ts";

const never = new AbortController().signal;

/** An API server that keeps objects and nothing else: creates, patches and deletes compare and swap. */
export abstract class SimulatedObjects extends SimulatedServer {
  /** Every write that reached the server, in order. */
  readonly log: string[] = [];
  /** What somebody else does right before a write is sent, by its number. */
  readonly meanwhile = new Map<number, () => void>();
  /** Object keys that were saved before they were deleted or changed. */
  readonly saved: Draft[] = [];
  readonly objects = new Map<string, KubeObject>();
  #version = 100;

  /** Makes or replaces an object, as somebody else. */
  put(object: KubeObject, group = groupOf(object)): void {
    this.#version += 1;
    const { kind, metadata } = object;
    const key = objectKey({ ...metadata, group, kind });
    const uid = this.objects.get(key)?.metadata.uid ?? `uid-${String(this.#version)}`;
    this.objects.set(key, {
      ...object,
      metadata: { uid, ...metadata, resourceVersion: String(this.#version) },
    });
  }

  find(ref: Pick<Ref, "group" | "kind" | "name" | "namespace">): KubeObject | undefined {
    return this.objects.get(objectKey(ref));
  }

  version(ref: Ref): string | undefined {
    return this.find(ref)?.metadata.resourceVersion;
  }

  override advance(time: Millis): void {
    this.now += time;
  }

  async changed(until: Millis): Promise<void> {
    this.advance(Number.isFinite(until) ? Math.max(1, until - this.now) : 1_000);
  }

  readonly saver: Saver = {
    save: async (drafts) => {
      this.saved.push(...drafts);
      return drafts.map((_draft, at) => this.saved.length - drafts.length + at);
    },
    done: () => {},
    dropped: () => {},
  };

  protected override apply(write: Write): KubeObject | undefined {
    this.meanwhile.get(this.writes)?.();
    const key = objectKey(write.ref);
    const before = this.objects.get(key);
    this.log.push(`${write.verb} ${key}`);
    if (write.verb === "create") {
      if (before !== undefined)
        throw apiError({ status: 409, reason: "AlreadyExists", message: `${key} already exists` });
      this.put(write.body, write.ref.group);
      return this.objects.get(key);
    }
    if (before === undefined)
      throw apiError({ status: 404, reason: "NotFound", message: `${key} not found` });
    const conflict = apiError({ status: 409, reason: "Conflict", message: `${key} was changed` });
    if (write.verb === "delete") {
      const { uid, resourceVersion } = before.metadata;
      if (uid !== write.uid || (write.resourceVersion ?? resourceVersion) !== resourceVersion) throw conflict;
      this.objects.delete(key);
      return undefined;
    }
    const after = write.patch === "json" ? replaced(before, write.body) : merged(before, write.body);
    if (after.metadata.resourceVersion !== before.metadata.resourceVersion) throw conflict;
    this.put(after, write.ref.group);
    return this.objects.get(key);
  }
}

function groupOf({ apiVersion }: KubeObject): string {
  return apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
}

/** RFC 7386. */
function merged(before: unknown, patch: unknown): KubeObject {
  if (!isRecord(patch)) return patch as KubeObject;
  const result: Record<string, unknown> = isRecord(before) ? { ...before } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result as KubeObject;
}

/** The `replace` of RFC 6902. */
function replaced(before: KubeObject, patch: unknown): KubeObject {
  const result = structuredClone(before) as unknown as Record<string, unknown>;
  for (const { path, value } of patch as readonly { readonly path: string; readonly value: unknown }[]) {
    const names = path
      .slice(1)
      .split("/")
      .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
    let at = result;
    for (const name of names.slice(0, -1)) at = at[name] as Record<string, unknown>;
    at[names.at(-1) ?? ""] = value;
  }
  return result as unknown as KubeObject;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One process on it: it works until it is done, stops, or is killed. `interruptAt`: the signal comes after that many writes. */
export async function oneProcess<World, Memory, Step extends { readonly kind: string }>(
  procedure: Procedure<World, Memory, Step>,
  cluster: SimulatedObjects & LiveWorld<World>,
  faults: ReadonlyMap<number, Fault>,
  interruptAt: number | undefined,
): Promise<Ended<Memory> | "killed"> {
  const first = new AbortController();
  cluster.killed = false;
  try {
    const result = await run(procedure, cluster, {
      dryRun: "none",
      now: () => cluster.now,
      send: (write) => {
        if (interruptAt === cluster.writes) first.abort();
        return cluster.send(write, faults.get(cluster.writes + 1));
      },
      interrupt: { first: first.signal, second: never },
      saver: cluster.saver,
      emit: () => {},
    });
    return cluster.killed ? "killed" : result;
  } catch (error) {
    if (cluster.killed) return "killed";
    throw error;
  }
}
