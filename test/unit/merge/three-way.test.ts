import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { threeWayPatch } from "../../../src/merge/three-way.ts";
import { isFields, serverMerge } from "./server-merge.ts";

type Fields = Readonly<Record<string, unknown>>;

function inTemplate(spec: Fields): Fields {
  return { spec: { template: { spec } } };
}

function patched(original: Fields | undefined, modified: Fields, live: Fields): Fields {
  return serverMerge(live, threeWayPatch(original, modified, live, "DaemonSet")) as Fields;
}

describe("kubectl's client-side apply", () => {
  test("an init container, a volume and a mount that the new manifest no longer has go away", () => {
    const old = inTemplate({
      initContainers: [
        { name: "flexvol-driver", image: "f" },
        { name: "install-cni", image: "c:1" },
      ],
      containers: [
        {
          name: "calico-node",
          volumeMounts: [
            { mountPath: "/a", name: "a" },
            { mountPath: "/b", name: "b" },
          ],
        },
      ],
      volumes: [
        { name: "a", hostPath: { path: "/a" } },
        { name: "b", hostPath: { path: "/b" } },
      ],
    });
    const next = inTemplate({
      initContainers: [{ name: "install-cni", image: "c:2" }],
      containers: [{ name: "calico-node", volumeMounts: [{ mountPath: "/a", name: "a" }] }],
      volumes: [{ name: "a", hostPath: { path: "/a" } }],
    });
    expect(patched(old, next, old)).toEqual(next);
  });

  test("a variable and a toleration that a person added: the variable stays, the atomic list is the file's", () => {
    const old = inTemplate({
      containers: [{ name: "n", env: [{ name: "A", value: "1" }] }],
      tolerations: [{ key: "x" }],
    });
    const live = inTemplate({
      containers: [
        {
          name: "n",
          env: [
            { name: "A", value: "1" },
            { name: "MINE", value: "yes" },
          ],
        },
      ],
      tolerations: [{ key: "x" }, { key: "mine" }],
    });
    expect(
      patched(
        old,
        inTemplate({
          containers: [{ name: "n", env: [{ name: "A", value: "2" }] }],
          tolerations: [{ key: "x" }],
        }),
        live,
      ),
    ).toEqual(
      inTemplate({
        containers: [
          {
            name: "n",
            env: [
              { name: "A", value: "2" },
              { name: "MINE", value: "yes" },
            ],
          },
        ],
        tolerations: [{ key: "x" }],
      }),
    );
  });

  test("a volume that becomes another kind of volume does not keep the old source", () => {
    const old = inTemplate({ volumes: [{ name: "v", hostPath: { path: "/v", type: "" } }] });
    const next = inTemplate({ volumes: [{ name: "v", emptyDir: {} }] });
    expect(patched(old, next, old)).toEqual(next);
    // Also when nothing is known of what was applied before: a union holds one source.
    expect(patched(undefined, next, old)).toEqual(next);
  });

  test("a variable that turns from a value into a reference does not keep the value", () => {
    const old = inTemplate({ containers: [{ name: "n", env: [{ name: "A", value: "1" }] }] });
    const next = inTemplate({
      containers: [
        { name: "n", env: [{ name: "A", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }] },
      ],
    });
    expect(patched(old, next, old)).toEqual(next);
  });

  test("containers stand in the file's order", () => {
    const old = inTemplate({ initContainers: [{ name: "a" }, { name: "b" }, { name: "mine" }] });
    const next = inTemplate({ initContainers: [{ name: "new" }, { name: "b" }, { name: "a" }] });
    const names = (object: Fields) =>
      (
        object as { spec: { template: { spec: { initContainers: { name: string }[] } } } }
      ).spec.template.spec.initContainers.map(({ name }) => name);
    expect(names(patched(undefined, next, old)).filter((name) => name !== "mine")).toEqual(["new", "b", "a"]);
  });

  test("what the server adds, leaves out or writes in its own way is no difference", () => {
    const file = inTemplate({
      containers: [
        {
          name: "n",
          resources: { requests: { cpu: "0.25", memory: "1024Mi" } },
          env: [
            { name: "NODENAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
            { name: "EMPTY", value: "" },
          ],
          volumeMounts: [{ mountPath: "/m", name: "m", readOnly: false }],
        },
      ],
      nodeSelector: {},
      tolerations: [],
    });
    const live = inTemplate({
      containers: [
        {
          name: "n",
          resources: { requests: { cpu: "250m", memory: "1Gi" } },
          env: [
            { name: "NODENAME", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "spec.nodeName" } } },
            { name: "EMPTY" },
          ],
          volumeMounts: [{ mountPath: "/m", name: "m" }],
          terminationMessagePath: "/dev/termination-log",
        },
      ],
      restartPolicy: "Always",
    });
    // As original too: what a server-side owner holds includes the defaults within atomic fields.
    expect(threeWayPatch(live, file, live, "DaemonSet")).not.toHaveProperty(
      "spec.template.spec.containers[0].env",
    );
    expect(threeWayPatch(file, file, live, "DaemonSet")).toEqual({});
  });

  test("a change that only looks like one the server ignores is made", () => {
    const live = inTemplate({
      containers: [
        {
          name: "n",
          resources: { requests: { cpu: "250m" } },
          volumeMounts: [{ mountPath: "/m", readOnly: true }],
        },
      ],
    });
    const file = inTemplate({
      containers: [
        {
          name: "n",
          resources: { requests: { cpu: "251m" } },
          volumeMounts: [{ mountPath: "/m", readOnly: false }],
        },
      ],
    });
    expect(patched(live, file, live)).toEqual(file);
    // Stored when set: a pointer in the API's types.
    const privileged = inTemplate({ containers: [{ name: "n", securityContext: { privileged: false } }] });
    const bare = inTemplate({ containers: [{ name: "n", securityContext: {} }] });
    expect(patched(bare, privileged, bare)).toEqual(privileged);
  });

  test("a variable that is set twice is compared place by place", () => {
    const file = inTemplate({
      containers: [
        {
          name: "n",
          env: [
            { name: "A", value: "1" },
            { name: "A", value: "2" },
          ],
        },
      ],
    });
    expect(threeWayPatch(file, file, file, "DaemonSet")).toEqual({});
  });
});

const word = fc.constantFrom("a", "b", "c", "d");
const leaf = fc.constantFrom("x", "y", "z");
const plain = fc.dictionary(word, leaf);

function keyed<T extends Fields>(key: string, rest: fc.Arbitrary<T>): fc.Arbitrary<readonly Fields[]> {
  return fc
    .uniqueArray(fc.tuple(word, rest), { selector: ([name]) => name, maxLength: 4 })
    .map((entries) => entries.map(([name, fields]): Fields => ({ [key]: name, ...fields })));
}

/** A small pod template with every way of merging: maps, lists by key, unions, atomic lists. */
const template = fc
  .record(
    {
      metadata: fc.record({ labels: plain, annotations: plain }),
      spec: fc.record(
        {
          containers: keyed(
            "name",
            fc.record(
              {
                image: leaf,
                args: fc.array(leaf, { minLength: 1, maxLength: 3 }),
                env: keyed("name", fc.record({ value: leaf }, { requiredKeys: [] })),
                volumeMounts: keyed("mountPath", fc.record({ subPath: leaf }, { requiredKeys: [] })),
                securityContext: plain,
              },
              { requiredKeys: ["image"] },
            ),
          ),
          volumes: keyed(
            "name",
            fc.oneof(
              fc.record({ hostPath: fc.record({ path: leaf }) }),
              fc.record({ secret: fc.record({ secretName: leaf }) }),
            ),
          ),
          tolerations: fc.array(fc.record({ key: leaf }), { minLength: 1, maxLength: 3 }),
          hostname: leaf,
        },
        { requiredKeys: ["containers"] },
      ),
    },
    { requiredKeys: ["spec"] },
  )
  .map((each): Fields => ({ spec: { template: each } }));

const listKeys: Readonly<Record<string, string>> = {
  containers: "name",
  env: "name",
  volumes: "name",
  volumeMounts: "mountPath",
};

/** What apply promises, said without patches: the file's fields, and of the live ones those it never named. */
function promised(original: unknown, modified: unknown, live: unknown, field = ""): unknown {
  const key = listKeys[field];
  if (key !== undefined && Array.isArray(modified) && Array.isArray(live)) {
    const named = (list: unknown, name: unknown) =>
      (Array.isArray(list) ? (list as Fields[]) : []).find((element) => element[key] === name);
    const kept = (live as Fields[]).filter(
      (element) => named(modified, element[key]) === undefined && named(original, element[key]) === undefined,
    );
    const own = (modified as Fields[]).map((element) =>
      field === "volumes"
        ? union(named(original, element[key]), element, named(live, element[key]))
        : promised(named(original, element[key]), element, named(live, element[key])),
    );
    return [...own, ...kept];
  }
  if (!isFields(modified) || !isFields(live)) return modified;
  const before = isFields(original) ? original : {};
  const fromLive = Object.entries(live).filter(([name]) => !(name in modified) && !(name in before));
  const fromFile = Object.entries(modified).map(
    ([name, value]) => [name, promised(before[name], value, live[name], name)] as const,
  );
  return Object.fromEntries([...fromLive, ...fromFile]);
}

function union(original: unknown, modified: Fields, live: unknown): unknown {
  const whole = promised(original, modified, live);
  return Object.fromEntries(Object.entries(whole as Fields).filter(([name]) => name in modified));
}

/** Lists by key as sets, because their order is asked for apart; without empty ones, which no server stores. */
function unordered(value: unknown, field = ""): unknown {
  const key = listKeys[field];
  if (Array.isArray(value)) {
    const entries = value.map((entry) => unordered(entry));
    if (key === undefined) return entries;
    return entries.toSorted((a, b) =>
      ((a as Fields)[key] as string).localeCompare((b as Fields)[key] as string),
    );
  }
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, inner]) => [name, unordered(inner, name)] as const)
      .filter(([, inner]) => typeof inner !== "object" || inner === null || Object.keys(inner).length > 0),
  );
}

describe("for any three objects", () => {
  test("the server makes of the patch what apply promises", () => {
    fc.assert(
      fc.property(fc.option(template, { nil: undefined }), template, template, (original, modified, live) => {
        expect(unordered(patched(original, modified, live))).toEqual(
          unordered(promised(original, modified, live)),
        );
      }),
      { numRuns: 500 },
    );
  });

  test("applying the same file again has nothing to do", () => {
    fc.assert(
      fc.property(fc.option(template, { nil: undefined }), template, template, (original, modified, live) => {
        const after = patched(original, modified, live);
        expect(threeWayPatch(modified, modified, after, "DaemonSet")).toEqual({});
      }),
      { numRuns: 500 },
    );
  });

  test("the file's own elements stand in the file's order", () => {
    fc.assert(
      fc.property(template, template, (modified, live) => {
        const names = (object: Fields) =>
          (
            object as { spec: { template: { spec: { containers: { name: string }[] } } } }
          ).spec.template.spec.containers.map(({ name }) => name);
        const wanted = names(modified);
        expect(names(patched(undefined, modified, live)).filter((name) => wanted.includes(name))).toEqual(
          wanted,
        );
      }),
      { numRuns: 300 },
    );
  });
});
