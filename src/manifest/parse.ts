import { userError } from "../errors.ts";
import type { KubeObject } from "../model/kube.ts";
import { splitDocuments, type Chunk } from "./split.ts";
import { readYaml } from "./yaml.ts";

/** One object of a manifest. What is beside `object` is known without reading it whole. */
export interface ManifestObject {
  /** The file it came from, as the user named it. */
  readonly source: string;
  /** Which document of the file, from 1. */
  readonly document: number;
  /** Line at which that document begins, from 1. */
  readonly line: number;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Undefined: cluster-scoped, or left to the context. */
  readonly namespace: string | undefined;
  /** Read when first asked for: the CRDs are nine tenths of a manifest and seldom looked into. */
  readonly object: KubeObject;
}

/**
 * The objects of a manifest as kubectl reads them: several documents, empty ones left out, lists taken
 * apart, YAML or JSON. Throws UserError with file, document and line for what is no manifest.
 */
export function parseManifest(text: string, source: string): readonly ManifestObject[] {
  if (text.includes("\0") || text.includes("\uFFFD")) throw userError(`error parsing ${source}: not a text`);
  const chunks = splitDocuments(text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n"));
  if ("message" in chunks) {
    throw userError(`error parsing ${source}: line ${chunks.line}: ${chunks.message}`);
  }
  return chunks.flatMap((chunk, index) => documentObjects(chunk, { source, document: index + 1 }));
}

interface Origin {
  readonly source: string;
  readonly document: number;
}

function documentObjects(chunk: Chunk, origin: Origin): readonly ManifestObject[] {
  const crd = crdHead(chunk.text);
  if (crd !== undefined) return [lazily(chunk, origin, crd)];
  const value = readDocument(chunk, origin);
  if (value === null || value === undefined) return [];
  if (typeof value !== "object" || Array.isArray(value)) {
    throw refusal(origin, chunk.line, "not an object: apiVersion and kind are not set");
  }
  return flatten(value as Readonly<Record<string, unknown>>).map((each) => checked(each, chunk, origin));
}

function readDocument(chunk: Chunk, origin: Origin): unknown {
  const reading = readYaml(chunk.text);
  if (reading.ok) return reading.value;
  const line = chunk.line + chunk.text.slice(0, reading.offset).split("\n").length - 1;
  throw refusal(origin, line, reading.message);
}

function refusal({ source, document }: Origin, line: number, what: string): Error {
  return userError(`error parsing ${source}: document ${document}, line ${line}: ${what}`);
}

/** kind: List, and typed lists whose items leave their kind to the list. */
function flatten(value: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] {
  const { kind, items, apiVersion } = value;
  if (typeof kind !== "string" || !kind.endsWith("List") || !Array.isArray(items)) return [value];
  return (items as readonly Readonly<Record<string, unknown>>[]).flatMap((item) =>
    flatten(kind === "List" ? item : { apiVersion, kind: kind.slice(0, -"List".length), ...item }),
  );
}

function checked(value: Readonly<Record<string, unknown>>, { line }: Chunk, origin: Origin): ManifestObject {
  const { apiVersion, kind } = value;
  const metadata = (value["metadata"] ?? {}) as { readonly name?: unknown; readonly namespace?: unknown };
  if (typeof apiVersion !== "string" || apiVersion === "")
    throw refusal(origin, line, "apiVersion is not set");
  if (typeof kind !== "string" || kind === "") throw refusal(origin, line, "kind is not set");
  const { name, namespace } = metadata;
  if (typeof name !== "string" || name === "") throw refusal(origin, line, `${kind} without a metadata.name`);
  return {
    ...origin,
    line,
    apiVersion,
    kind,
    name,
    namespace: typeof namespace === "string" && namespace !== "" ? namespace : undefined,
    object: value as unknown as KubeObject,
  };
}

interface Head {
  readonly apiVersion: string;
  readonly name: string;
}

/** Group and name of a document that is plainly written as a CustomResourceDefinition; else undefined. */
function crdHead(text: string): Head | undefined {
  if (!/^kind: CustomResourceDefinition\s*$/m.test(text)) return undefined;
  const apiVersion = /^apiVersion: (apiextensions\.k8s\.io\/v[a-z0-9]+)\s*$/m.exec(text)?.[1];
  const metadata = /^metadata:[ \t]*\n((?:[ \t]+.*\n|\n)+)/m.exec(text)?.[1];
  const name = metadata === undefined ? undefined : /^ {2}name: ([a-z0-9.-]+)\s*$/m.exec(metadata)?.[1];
  return apiVersion === undefined || name === undefined ? undefined : { apiVersion, name };
}

function lazily(chunk: Chunk, origin: Origin, { apiVersion, name }: Head): ManifestObject {
  let read: KubeObject | undefined;
  return {
    ...origin,
    line: chunk.line,
    apiVersion,
    kind: "CustomResourceDefinition",
    name,
    namespace: undefined,
    get object() {
      read ??= readDocument(chunk, origin) as KubeObject;
      return read;
    },
  };
}
