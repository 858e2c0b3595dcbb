import type { ClusterFacts } from "./cluster-facts.ts";
import { isTooDense } from "./dense-json.ts";
import { lackingIn } from "./facts-fields.ts";
import type { Reading } from "./reading.ts";
import { formatTime } from "./time.ts";
import { recordOf } from "./record.ts";
import { misfit, misfitObject } from "./shape.ts";
import { hasObeyed } from "./visible.ts";

/** Counted up whenever a reader of the format before would misread the new one. */
export const factsFormat = 1;
const kind = "ClusterFacts";

/**
 * Facts as a file, to be looked at by somebody else: what was read, and when. They never hold Secrets,
 * because no reading does. bigint, which addresses are kept as, is written as `{"$bigint": "…"}`.
 */
export function factsText(facts: ClusterFacts, program: string): string {
  const document = {
    apiVersion: "calico-upgrade/v1alpha1",
    kind,
    format: factsFormat,
    taken: formatTime(facts.now),
    program,
    facts: { ...facts, networkPolicies: withoutBigints(facts.networkPolicies) },
  };
  return `${JSON.stringify(document)}\n`;
}

/** The facts of such a file, or what is wrong with it. A reading that the file does not have was not asked for. */
export function parseFacts(
  text: string,
  names: readonly (keyof ClusterFacts)[],
): { readonly ok: true; readonly facts: ClusterFacts } | { readonly ok: false; readonly why: string } {
  const wrong = (why: string) => ({ ok: false as const, why });
  if (isTooDense(text)) return wrong("has more lists and objects than facts of its size can have");
  let document: Readonly<Record<string, unknown>> | undefined;
  try {
    document = recordOf(JSON.parse(text));
  } catch {
    return wrong("is not JSON: it was not written by --save-facts, or was cut off");
  }
  if (document?.["kind"] !== kind) return wrong("holds no facts: it was not written by --save-facts");
  const { format } = document;
  if (typeof format !== "number") return wrong("does not say its format");
  if (format > factsFormat) {
    return wrong(
      `has facts of format ${String(format)}, and this program knows formats up to ${String(factsFormat)}: take a newer version of it`,
    );
  }
  const facts = recordOf(document["facts"]);
  if (facts === undefined || typeof facts["now"] !== "number" || typeof facts["serverVersion"] !== "string")
    return wrong("holds no facts that can be read");
  const readings = names.map((name) => {
    const reading = facts[name] ?? notKept;
    if (name === "networkPolicies") return [name, withBigints(reading)] as const;
    return [name, name === "dependants" ? withResources(reading) : reading] as const;
  });
  const broken = readings.find(([, reading]) => !isReading(reading));
  if (broken !== undefined) return wrong(`has a damaged reading "${broken[0]}"`);
  const refused = readings
    .map(([name, reading]) => refusedIn(name, reading))
    .find((why) => why !== undefined);
  if (refused !== undefined) return wrong(`has a damaged reading: ${refused}`);
  const { now, serverVersion } = facts;
  // Each reading was written from the type that it is read as; the format number says so.
  return {
    ok: true,
    facts: { now, serverVersion, ...Object.fromEntries(readings) } as unknown as ClusterFacts,
  };
}

const notKept: Reading<never> = { known: false, why: "not asked", message: "it is not in the facts file" };

/** Readings that are one value, or none, and no list. */
const single = new Set(["installation", "served", "dependants"]);
/** Kinds whose names may be almost anything: the server asks only that they are one piece of a path. */
const freelyNamed = new Set(["clusterRoles", "clusterRoleBindings", "roles", "roleBindings"]);

/** What in a reading no API server would have said. */
function refusedIn(name: string, reading: unknown): string | undefined {
  const { known: isKnown, value } = reading as { readonly known: boolean; readonly value?: unknown };
  if (!isKnown) return undefined;
  if (name === "installed") return refusedObject(value);
  if (single.has(name)) return misfit({ [name]: value }, "", { nulls: false }) ?? lackingIn(name, value);
  if (!Array.isArray(value)) return `${name} is no list`;
  for (const [index, each] of value.entries()) {
    const place = `${name}[${String(index)}]`;
    const facts = recordOf(each);
    if (facts === undefined) return `${place} is no object`;
    const why = misfit(facts, place, { nulls: false }) ?? misnamed(facts, place, freelyNamed.has(name));
    if (why !== undefined) return why;
  }
  return lackingIn(name, value);
}

/** Whole objects, as they were in the cluster. */
function refusedObject(value: unknown): string | undefined {
  const objects = recordOf(value)?.["objects"];
  if (!Array.isArray(objects)) return "installed has no objects";
  for (const [index, each] of objects.entries()) {
    const place = `installed.objects[${String(index)}]`;
    const metadata = recordOf(recordOf(each)?.["metadata"]);
    if (metadata === undefined || typeof metadata["name"] !== "string") return `${place} has no name`;
    const why = misfitObject(each as object);
    if (why !== undefined) return `${place}: ${why}`;
    const wrong = misnamed(metadata, place, true);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function misnamed(
  facts: Readonly<Record<string, unknown>>,
  place: string,
  freely: boolean,
): string | undefined {
  const { name, namespace } = facts;
  const isName = freely ? isPiece : isPlainName;
  if (typeof name === "string" && !isName(name)) return `${place}.name is a name that no API server accepts`;
  return typeof namespace === "string" && namespace !== "" && !isPlainName(namespace)
    ? `${place}.namespace is a name that no API server accepts`
    : undefined;
}

/** A DNS name, as almost every kind has it. */
function isPlainName(name: string): boolean {
  return name.length <= 253 && /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name);
}

function isPiece(name: string): boolean {
  return name !== "." && name !== ".." && !/[/%]/.test(name) && !hasObeyed(name);
}

function isReading(value: unknown): boolean {
  const reading = recordOf(value);
  if (reading?.["known"] === true) return true;
  return (
    reading?.["known"] === false &&
    typeof reading["message"] === "string" &&
    ["forbidden", "not served", "failed", "not asked"].includes(String(reading["why"]))
  );
}

/** Only policies hold addresses as numbers; looking through everything would take longer than reading it. */
function withoutBigints(reading: unknown): unknown {
  return JSON.parse(
    JSON.stringify(reading, (_key, value: unknown) =>
      typeof value === "bigint" ? { $bigint: value.toString() } : value,
    ),
  );
}

/** Earlier files call the field `looked`. */
function withResources(reading: unknown): unknown {
  const value = recordOf(recordOf(reading)?.["value"]);
  if (value === undefined || value["looked"] === undefined) return reading;
  const { ["looked"]: resources, ...others } = value;
  return { known: true, value: { resources, ...others } };
}

function withBigints(reading: unknown): unknown {
  return JSON.parse(JSON.stringify(reading), (_key, value: unknown) => {
    const digits = recordOf(value)?.["$bigint"];
    return typeof digits === "string" && /^\d+$/.test(digits) ? BigInt(digits) : value;
  });
}
