import { isTooDense } from "../model/dense-json.ts";
import { userError } from "../errors.ts";
import type { KubeObject } from "../model/kube.ts";
import type { EditPath } from "./edit.ts";
import { splitDocuments, splitJson } from "./documents.ts";
import { parseYaml } from "./yaml.ts";
import { isRecord } from "../model/record.ts";
import { misfitObject } from "../model/shape.ts";

/** An object of a file, and where it stands there. */
export interface ManifestObject {
  readonly object: KubeObject;
  readonly source: {
    /** As the user named the file. */
    readonly name: string;
    /** Counted from 1. */
    readonly document: number;
    /** Where in its document; absent: it is the whole of it. */
    readonly at?: EditPath;
  };
}

/** Something that should be an object, and the words that lead to it. */
interface ParsedDocument {
  readonly value: unknown;
  readonly document: number;
  readonly where: string;
}

/**
 * The objects of a YAML or JSON file, in order, lists taken apart, empty documents left out. Reads what
 * kubectl reads; throws UserError in kubectl's words, one line, for anything else and for a file with
 * nothing in it. Values never stand in a message: a file may hold Secrets.
 */
export function parseManifest(text: string, sourceName: string): readonly ManifestObject[] {
  const objects = parseObjects(text, sourceName);
  if (objects.length === 0) throw userError(`no objects in ${sourceName}`);
  return objects;
}

/** As `parseManifest`, for one file of several: it may have nothing in it. */
export function parseObjects(text: string, sourceName: string): readonly ManifestObject[] {
  const found = isJson(text) ? jsonDocuments(text, sourceName) : yamlDocuments(text, sourceName);
  return found.flatMap((each) => objectsOf(each, sourceName));
}

/** As `parseObjects`, without CustomResourceDefinitions: they are most of a manifest, and reading them most of the time. */
export function parseWithoutCrds(text: string, sourceName: string): readonly ManifestObject[] {
  const found = isJson(text) ? jsonDocuments(text, sourceName) : yamlDocuments(text, sourceName, isCrd);
  return found
    .flatMap((each) => objectsOf(each, sourceName))
    .filter(({ object }) => object.kind !== "CustomResourceDefinition");
}

/** A key at the beginning of a line is one of the document itself. */
function isCrd(text: string): boolean {
  const kinds = text.match(/^["']?kind["']?\s*:.*$/gm) ?? [];
  return kinds.length === 1 && kinds[0] === "kind: CustomResourceDefinition";
}

/** kubectl's own test: the first character that is not white space. */
function isJson(text: string): boolean {
  return /^\uFEFF?\s*\{/.test(text);
}

function jsonDocuments(text: string, name: string): readonly ParsedDocument[] {
  if (isTooDense(text))
    throw userError(
      `error parsing ${name}: json: it has more lists and objects than a manifest of its size can have`,
    );
  return splitJson(text).map((document, index) => {
    const where = `document ${String(index + 1)}`;
    try {
      const value: unknown = JSON.parse(document);
      return { value, document: index + 1, where };
    } catch (error) {
      throw userError(`error parsing ${name}: json: ${where}: ${withoutContent(error)}`);
    }
  });
}

/** V8 quotes what it read; only the reason is wanted. */
function withoutContent(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /unexpected end|unterminated/i.test(message) ? "unexpected end of file" : "not valid JSON";
}

function yamlDocuments(
  text: string,
  name: string,
  isLeftOut: (text: string) => boolean = () => false,
): readonly ParsedDocument[] {
  const found: ParsedDocument[] = [];
  try {
    for (const document of splitDocuments(text.replace(/^\uFEFF/, ""))) {
      if (isLeftOut(document.text)) continue;
      const { number, line } = document;
      const where = `document ${String(number)} (line ${String(line)})`;
      found.push({ value: parseOne(document.text, line), document: number, where });
    }
  } catch (error) {
    throw userError(`error parsing ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return found;
}

function parseOne(text: string, line: number): unknown {
  try {
    return parseYaml(text, line);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`error converting YAML to JSON: ${message}`, { cause: error });
  }
}

/** kubectl's own Lists are one level deep. */
const mostLists = 20;

function objectsOf(
  { value, document, where }: ParsedDocument,
  name: string,
  at: EditPath = [],
): readonly ManifestObject[] {
  if (value === null || value === undefined) return [];
  const refuse = (what: string): Error => userError(`unable to decode "${name}": ${where}: ${what}`);
  if (typeof value !== "object" || Array.isArray(value)) {
    throw refuse(`${Array.isArray(value) ? "a list" : `a ${typeof value}`} is not a Kubernetes object`);
  }
  if (at.length > 2 * mostLists) throw refuse(`Lists within Lists, more than ${String(mostLists)} deep`);
  const { apiVersion, kind, metadata, items } = value as Readonly<Record<string, unknown>>;
  if (typeof kind !== "string" || kind === "") throw refuse("Object 'Kind' is missing");
  if (typeof apiVersion !== "string" || apiVersion === "") throw refuse("Object 'apiVersion' is missing");
  if (kind.endsWith("List") && (Array.isArray(items) || (kind === "List" && items === undefined))) {
    const own = kind.slice(0, -"List".length);
    return ((items as readonly unknown[] | undefined) ?? []).flatMap((item, index) =>
      objectsOf(
        {
          // The items of a typed list may leave out what the list says for all of them.
          value: own === "" || !isRecord(item) ? item : { apiVersion, kind: own, ...item },
          document,
          where: `${where}, item ${String(index + 1)}`,
        },
        name,
        [...at, "items", index],
      ),
    );
  }
  if (!isRecord(metadata)) throw refuse(`${kind}: metadata is missing`);
  if (typeof metadata["name"] !== "string" || metadata["name"] === "") {
    throw refuse(`${kind}: resource name may not be empty`);
  }
  const wrong = misfitObject(value);
  if (wrong !== undefined) throw refuse(`${kind} ${metadata["name"]}: ${wrong}`);
  return [{ object: value as KubeObject, source: { name, document, ...(at.length === 0 ? {} : { at }) } }];
}
