import { lstat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isUserError, userError } from "../errors.ts";
import { parseYaml } from "../manifest/yaml.ts";
import { groupOf, type KubeObject } from "../model/kube.ts";
import { isRecord } from "../model/record.ts";
import { checkIndex } from "./check.ts";
import { fileError } from "./files.ts";
import {
  indexFile,
  objectsFolder,
  recordsFile,
  type BundleIndex,
  type IndexEntry,
  type SavedState,
} from "./format.ts";
import type { BundleEntry } from "./inverse.ts";
import { clusterFolders, foldersIn } from "./listed.ts";
import { isNamedAsPart, partOf } from "./part.ts";
import { distrustOf, isOthers, readTrusted } from "./trust.ts";
import { sha256, hashOf } from "./write.ts";

/** A bundle as it was saved, every checksum looked at. */
export interface Bundle {
  readonly directory: string;
  readonly index: BundleIndex;
  /** In the order in which the run saved them. */
  readonly entries: readonly BundleEntry[];
}

/** Reads a bundle. Throws UserError where anything in it is not what was saved: it is refused whole. */
export async function readBundle(directory: string): Promise<Bundle> {
  const index = await readIndex(directory);
  const entries: BundleEntry[] = [];
  for (const entry of index.entries) {
    const [beforeObject, afterObject] = await Promise.all([
      readState(directory, entry, entry.before),
      readState(directory, entry, entry.after),
    ]);
    entries.push({
      ...entry,
      ...(beforeObject === undefined ? {} : { beforeObject }),
      ...(afterObject === undefined ? {} : { afterObject }),
    });
  }
  return { directory, index, entries };
}

/** What is in a directory of bundles. */
export interface BundleListing {
  readonly directory: string;
  readonly index?: BundleIndex;
  /** Why it cannot be used. */
  readonly why?: string;
}

/** The bundles of every cluster below `root`, oldest first; only their indexes are read. */
export async function listBundles(root: string): Promise<readonly BundleListing[]> {
  const { own, others } = await clusterFolders(root);
  return [...(await listIn(own)), ...others];
}

async function listIn(clusters: readonly string[]): Promise<readonly BundleListing[]> {
  const directories = (await Promise.all(clusters.map(foldersIn))).flat();
  const bundles = await Promise.all(
    directories.map(async (directory): Promise<BundleListing | undefined> => {
      if (await keepsOnlyRecords(directory)) return undefined;
      try {
        return { directory, index: await readIndex(directory) };
      } catch (error) {
        if (isUserError(error)) return { directory, why: error.message };
        throw error;
      }
    }),
  );
  return bundles
    .filter((each) => each !== undefined)
    .toSorted((a, b) => (basename(a.directory) < basename(b.directory) ? -1 : 1));
}

/** A run that changed nothing that goes back has no bundle: what it left on nodes is all that its folder holds. */
async function keepsOnlyRecords(directory: string): Promise<boolean> {
  const isThere = async (name: string): Promise<boolean> =>
    (await lstat(join(directory, name)).catch(() => undefined)) !== undefined;
  const [records, index, objects] = await Promise.all([recordsFile, indexFile, objectsFolder].map(isThere));
  return records === true && index === false && objects === false;
}

/** Runs that were steps of another one, before and after its own writes; the first one first. */
export interface Parts {
  readonly before: readonly Bundle[];
  readonly after: readonly Bundle[];
}

/** The parts of a run, which lie beside it. Throws UserError where one of them is not what was saved. */
export async function readParts({ directory, index }: Bundle): Promise<Parts> {
  if (partOf(index) !== undefined) return { before: [], after: [] };
  const beside = await listIn([dirname(directory)]);
  // What somebody else puts beside it is no part of it.
  const foreign = await Promise.all(beside.map((each) => isOthers(each.directory)));
  const listed = beside.filter((_each, at) => foreign[at] !== true);
  const damagedOne = listed.find(
    (each) => each.index === undefined && isNamedAsPart(basename(each.directory), index.run),
  );
  if (damagedOne?.why !== undefined)
    throw userError(
      `${damagedOne.why}; it is a part of the run ${index.run}, which goes back as a whole: move that directory away to leave the part out`,
    );
  const own = listed.flatMap((each) => {
    const part = each.index === undefined ? undefined : partOf(each.index);
    return part?.run === index.run ? [{ directory: each.directory, place: part.place ?? -Infinity }] : [];
  });
  const read = async (takes: (place: number) => boolean): Promise<readonly Bundle[]> =>
    await Promise.all(
      own
        .filter(({ place }) => takes(place))
        // Those without a place keep the order of their names, which begin with the time.
        .toSorted((a, b) => (a.place < b.place ? -1 : a.place > b.place ? 1 : 0))
        .map((part) => readBundle(part.directory)),
    );
  return { before: await read((place) => place < 0), after: await read((place) => place > 0) };
}

/** So many bytes an index, and a file of one object, have at most: 100,000 entries, and what etcd takes. */
const mostIndex = 128 * 1024 ** 2;
const mostObject = 16 * 1024 ** 2;

async function readIndex(directory: string): Promise<BundleIndex> {
  for (const folder of [directory, join(directory, objectsFolder)]) {
    const distrust = await distrustOf(folder);
    if (distrust !== undefined) throw damaged(directory, distrust);
  }
  const checked = checkIndex(await readOf(directory, indexFile, mostIndex), sha256);
  if (!checked.ok) throw damaged(directory, checked.why);
  return checked.index;
}

async function readState(
  directory: string,
  entry: IndexEntry,
  state: SavedState | undefined,
): Promise<KubeObject | undefined> {
  if (state?.file === undefined) return undefined;
  const text = await readOf(directory, state.file, mostObject);
  if (sha256(text) !== state.sha256)
    throw damaged(directory, `${state.file} is not what was saved (checksum)`);
  const object = objectIn(text);
  if (object === undefined || !isOf(entry, object) || hashOf(object) !== state.hash)
    throw damaged(directory, `${state.file} is not the ${entry.kind} "${entry.name}" that index.json names`);
  return object;
}

/** Undefined: not an object of the API. */
function objectIn(text: string): KubeObject | undefined {
  let object: unknown;
  try {
    object = parseYaml(text);
  } catch {
    return undefined;
  }
  if (!isRecord(object) || !isRecord(object["metadata"])) return undefined;
  const named = typeof object["apiVersion"] === "string" && typeof object["kind"] === "string";
  return named && typeof object["metadata"]["name"] === "string" ? (object as KubeObject) : undefined;
}

/** Servers before 1.16 serve the same object in two groups, and a file names one of them, the server the other. */
const alsoIn: Readonly<Record<string, readonly string[]>> = {
  DaemonSet: ["apps", "extensions"],
  Deployment: ["apps", "extensions"],
  ReplicaSet: ["apps", "extensions"],
  NetworkPolicy: ["networking.k8s.io", "extensions"],
  PodSecurityPolicy: ["policy", "extensions"],
};

function isSameGroup(kind: string, one: string, other: string): boolean {
  const both = Object.hasOwn(alsoIn, kind) ? alsoIn[kind] : undefined;
  return one === other || (both?.includes(one) === true && both.includes(other));
}

/** Whether it is the very object that the entry names; a file may leave the namespace to whoever applies it. */
function isOf({ group, kind, name, namespace }: IndexEntry, object: KubeObject): boolean {
  const own = object.metadata.namespace ?? namespace;
  return (
    object.kind === kind &&
    isSameGroup(kind, groupOf(object), group) &&
    object.metadata.name === name &&
    (namespace === undefined || own === namespace)
  );
}

async function readOf(directory: string, file: string, most: number): Promise<string> {
  try {
    return await readTrusted(join(directory, file), most);
  } catch (error) {
    if (isUserError(error)) throw damaged(directory, error.message);
    throw fileError(error, `cannot read ${join(directory, file)}`, "a bundle is used whole or not at all");
  }
}

function damaged(directory: string, why: string): Error {
  return userError(`the bundle ${directory} cannot be used: ${why}; nothing was done with it`);
}
