/**
 * The server's own schema says what it may send. Whatever is in a field, objects of the kinds that the program reads by
 * their fields are taken: a word that means something else elsewhere must not refuse a whole cluster.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isReadByField, misfitObject } from "../../src/model/shape.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { testCluster } from "./test-cluster.ts";

type Schema = {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly "x-kubernetes-group-version-kind"?: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }[];
};
type Schemas = Readonly<Record<string, Schema>>;

describe.each(["1.36", "1.24", "1.15"] as const)("Kubernetes %s", (kubeVersion) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion });
  });
  afterAll(async () => {
    await cluster?.stop();
  });

  test("no field that its objects may have makes them unreadable", async () => {
    const { stdout } = await cluster.kubectl(["get", "--raw", "/openapi/v2"]);
    const { definitions } = JSON.parse(stdout) as { readonly definitions: Schemas };
    const refused = new Set<string>();
    const kinds = new Set<string>();
    for (const [name, schema] of Object.entries(definitions)) {
      for (const { group, version, kind } of schema["x-kubernetes-group-version-kind"] ?? []) {
        const apiVersion = group === "" ? version : `${group}/${version}`;
        // What comes with a request or around objects is no object.
        if (schema.properties?.["metadata"] === undefined || kind.endsWith("List")) continue;
        if (!isReadByField({ apiVersion })) continue;
        kinds.add(kind);
        for (const object of valuesOf({ $ref: `#/definitions/${name}` }, definitions)) {
          const wrong = misfitObject({ ...(object as object), apiVersion, kind });
          if (wrong !== undefined) refused.add(`${kind} (${apiVersion}): ${wrong}`);
        }
      }
    }
    expect([...refused]).toEqual([]);
    expect([...kinds]).toEqual(
      expect.arrayContaining(["Pod", "Node", "DaemonSet", "Deployment", "ClusterRole"]),
    );
  });
});

/** Values of the schema that fill every field at least once; one that holds itself is filled once. */
function* valuesOf(schema: Schema, all: Schemas, within: readonly string[] = []): Generator {
  if (schema.$ref !== undefined) {
    if (within.includes(schema.$ref)) return;
    yield* valuesOf(resolved(schema, all), all, [...within, schema.$ref]);
    return;
  }
  const { properties, items, additionalProperties } = schema;
  if (properties !== undefined) {
    const fields = Object.entries(properties);
    const simple = Object.fromEntries(
      fields.map(([key, each]) => [key, simpleValue(each, all)]).filter(([, value]) => value !== undefined),
    );
    yield simple;
    for (const [key, each] of fields) {
      if (key in simple) continue;
      for (const value of valuesOf(each, all, within)) yield { ...simple, [key]: value };
    }
  } else if (items !== undefined) {
    for (const value of valuesOf(items, all, within)) yield [value];
  } else if (additionalProperties !== undefined) {
    for (const value of valuesOf(additionalProperties, all, within)) yield { key: value };
  } else {
    yield simpleValue(schema, all) ?? {};
  }
}

function resolved(schema: Schema, all: Schemas): Schema {
  const name = schema.$ref?.slice("#/definitions/".length);
  return name === undefined ? schema : (all[name] ?? {});
}

const simpleValues: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["string", "text"],
  ["integer", 1],
  ["number", 1],
  ["boolean", true],
]);

function simpleValue(schema: Schema, all: Schemas): unknown {
  return simpleValues.get(resolved(schema, all).type ?? "");
}
