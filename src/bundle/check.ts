import type { Hash } from "../model/hash.ts";
import { savedActions } from "../model/draft.ts";
import { fingerprint } from "../model/fingerprint.ts";
import { format, objectsFolder, type BundleIndex, type IndexEntry, type SavedState } from "./format.ts";
import type { ManagedFieldsEntry } from "../model/kube.ts";
import { isRecord } from "../model/record.ts";
import { isWord } from "./words.ts";

/** Over everything in the index but the checksum itself, whatever the order of fields. */
export function indexChecksum(
  { checksum: _own, ...rest }: Omit<BundleIndex, "checksum"> & { readonly checksum?: string },
  hash: Hash,
): string {
  return `sha256:${hash(fingerprint(rest))}`;
}

/** A bundle that is whole, or in words what is wrong with it. */
export type IndexCheck =
  | { readonly ok: true; readonly index: BundleIndex }
  | { readonly ok: false; readonly why: string };

/** Reads the text of index.json. Anything that is not exactly what was written is refused whole. */
export function checkIndex(text: string, hash: Hash): IndexCheck {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return refused("index.json is not JSON");
  }
  if (!isRecord(raw) || raw["kind"] !== "Bundle") return refused("index.json is not of a bundle");
  if (typeof raw["format"] !== "number") return refused("index.json says no format");
  if (raw["format"] > format)
    return refused(`it was written by a newer version of this program (format ${String(raw["format"])})`);
  if (!isIndex(raw)) return refused("index.json lacks what it must hold");
  if (raw.checksum !== indexChecksum(raw, hash))
    return refused("index.json is not what was saved (checksum)");
  const ids = new Set(raw.entries.map(({ id }) => id));
  if (ids.size !== raw.entries.length) return refused("index.json holds an entry twice");
  return { ok: true, index: raw };
}

function refused(why: string): IndexCheck {
  return { ok: false, why };
}

function isIndex(
  raw: Readonly<Record<string, unknown>>,
): raw is Readonly<Record<string, unknown>> & BundleIndex {
  const { cluster, entries } = raw;
  return (
    isWord("run", raw["run"]) &&
    isWord("command", raw["command"]) &&
    isWord("run", raw["tool"]) &&
    isWord("time", raw["started"]) &&
    (raw["ended"] === undefined || isWord("time", raw["ended"])) &&
    (raw["data"] === undefined || isRecord(raw["data"])) &&
    typeof raw["checksum"] === "string" &&
    isRecord(cluster) &&
    isWord("text", cluster["uid"]) &&
    isWord("text", cluster["server"]) &&
    isWord("kubernetes", cluster["kubernetes"]) &&
    Array.isArray(entries) &&
    entries.every(isEntry)
  );
}

function isEntry(raw: unknown): raw is IndexEntry {
  return (
    isRecord(raw) &&
    Number.isSafeInteger(raw["id"]) &&
    typeof raw["done"] === "boolean" &&
    savedActions.some((action) => action === raw["action"]) &&
    entryWords.every((word) => isWord(word, raw[word])) &&
    (raw["namespace"] === undefined || isWord("namespace", raw["namespace"])) &&
    (raw["data"] === undefined || isRecord(raw["data"])) &&
    [raw["before"], raw["after"], raw["written"]].every((state) => state === undefined || isState(state))
  );
}

const entryWords = ["group", "version", "resource", "kind", "name"] as const;

/** As an API server writes them. */
export function isManager(raw: unknown): raw is ManagedFieldsEntry {
  return (
    isRecord(raw) &&
    isWord("manager", raw["manager"]) &&
    (raw["operation"] === "Apply" || raw["operation"] === "Update") &&
    isWord("text", raw["apiVersion"]) &&
    (raw["time"] === undefined || isWord("time", raw["time"])) &&
    (raw["subresource"] === undefined || isWord("resource", raw["subresource"])) &&
    isRecord(raw["fieldsV1"])
  );
}

function isState(raw: unknown): raw is SavedState {
  if (!isRecord(raw) || typeof raw["hash"] !== "string") return false;
  if (![raw["uid"], raw["resourceVersion"]].every((text) => text === undefined || isWord("text", text)))
    return false;
  const { file, sha256, managers } = raw;
  if (managers !== undefined && !(Array.isArray(managers) && managers.every(isManager))) return false;
  // A name with a way out of the directory is nobody's.
  return (
    (file === undefined && sha256 === undefined) ||
    (typeof file === "string" &&
      typeof sha256 === "string" &&
      new RegExp(`^${objectsFolder}/[A-Za-z0-9_-][A-Za-z0-9._-]*\\.yaml$`).test(file))
  );
}
