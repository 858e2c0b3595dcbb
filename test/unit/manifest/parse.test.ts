import { describe, expect, test } from "vitest";
import { parseManifest, parseWithoutCrds } from "../../../src/manifest/parse.ts";

const head = "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\n";

function specOf(yaml: string): unknown {
  const indented = yaml
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
  const [only] = parseManifest(`${head}spec:\n${indented}\n`, "calico.yaml");
  return only?.object["spec"];
}

function names(text: string): string[] {
  return parseManifest(text, "calico.yaml").map(({ object }) => object.metadata.name);
}

function refusal(text: string): string {
  try {
    parseManifest(text, "calico.yaml");
  } catch (error) {
    expect(error).toMatchObject({ kind: "user" });
    const { message } = error as Error;
    expect(message).not.toContain("\n");
    return message;
  }
  throw new Error("it was accepted");
}

// Each answer is that of kubectl v1.32: kubectl annotate --local -f FILE a=b -o json.
describe("a value means what kubectl takes it for", () => {
  test.each([
    ["a: yes", { a: true }],
    ["a: Off", { a: false }],
    ["a: y", { a: true }],
    ["n: x", { false: "x" }],
    ["a: 017", { a: 15 }],
    ["a: 0o17", { a: 15 }],
    ["a: -0o17", { a: -15 }],
    ["a: 08", { a: 8 }],
    ["a: 0x1F", { a: 31 }],
    ["a: -0b11", { a: -3 }],
    ["a: 1_000", { a: 1000 }],
    ["a: 1e3", { a: 1000 }],
    ["a: 1e400", { a: "1e400" }],
    ["a: 12:30:45", { a: "12:30:45" }],
    ["a: 190:20:30", { a: "190:20:30" }],
    ["a: 2020-01-01", { a: "2020-01-01" }],
    ["a: 2020-01-01T00:00:00Z", { a: "2020-01-01T00:00:00Z" }],
    ["a: !!binary aGVsbG8=", { a: "hello" }],
    ["a: !foo bar", { a: "bar" }],
    ['a: "yes"', { a: "yes" }],
    ["a: ~", { a: null }],
    ["1.5: t\n3: x", { "1.5": "t", "3": "x" }],
    ["2020-01-01: a", { "2020-01-01": "a" }],
    ["a: 1\na: 2", { a: 2 }],
    ["x: &m {b: 1}\nz:\n  <<: *m\n  c: 2", { x: { b: 1 }, z: { b: 1, c: 2 } }],
    ["a: |\n  ---x\n  y", { a: "---x\ny\n" }],
  ])("%s", (yaml, spec) => {
    expect(specOf(yaml)).toEqual(spec);
  });
});

describe("a file is taken apart as kubectl does it", () => {
  const b = "apiVersion: v1\nkind: Foo\nmetadata: {name: b}\n";
  const json = (name: string) => JSON.stringify({ apiVersion: "v1", kind: "Foo", metadata: { name } });

  test.each([
    ["several documents", `${head}---\n${b}`, ["a", "b"]],
    [
      "empty documents and comments between them",
      `---\n# first\n---\n${head}---\n---\nnull\n---\n${b}---\n`,
      ["a", "b"],
    ],
    ["a comment behind the separator", `${head}--- # next\n${b}`, ["a", "b"]],
    ["Windows line ends", `${head}---\n${b}`.replaceAll("\n", "\r\n"), ["a", "b"]],
    ["a byte order mark", `\uFEFF${head}`, ["a"]],
    ["nothing is read behind the end of a document", `${head}...\n${b}`, ["a"]],
    ["JSON", json("a"), ["a"]],
    ["several JSON objects, one after the other", `${json("a")}\n${json("b{}")}  `, ["a", "b{}"]],
    [
      "a List",
      `apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Foo, metadata: {name: a}}\n- {apiVersion: v1, kind: Foo, metadata: {name: b}}`,
      ["a", "b"],
    ],
  ])("%s", (_what, text, expected) => {
    expect(names(text)).toEqual(expected);
  });

  test("the items of a typed list are of its kind", () => {
    const text = "apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: {name: a}";
    expect(parseManifest(text, "x")[0]?.object).toMatchObject({ apiVersion: "v1", kind: "ConfigMap" });
  });

  test("each object knows its document", () => {
    const sources = parseManifest(`${head}---\n${b}`, "x.yaml").map(({ source }) => source);
    expect(sources).toEqual([
      { name: "x.yaml", document: 1 },
      { name: "x.yaml", document: 2 },
    ]);
  });
});

describe("what is no manifest is refused in one line that says where", () => {
  test.each([
    [
      "tabs",
      `${head}---\na:\n\tb: c\n`,
      "error parsing calico.yaml: error converting YAML to JSON: yaml: line 6: ",
    ],
    ["not YAML", "a: b: c\n", "error parsing calico.yaml: error converting YAML to JSON: yaml: line 1: "],
    [
      "an unclosed list",
      "a: [1, 2\n",
      "error parsing calico.yaml: error converting YAML to JSON: yaml: line ",
    ],
    [
      "binary",
      "\u007FELF\u0002\u0001",
      "error parsing calico.yaml: error converting YAML to JSON: yaml: control characters are not allowed",
    ],
    [
      "an alias without its anchor",
      "a: *x\n",
      "error parsing calico.yaml: error converting YAML to JSON: yaml: ",
    ],
    [
      "content behind a separator",
      "--- {a: b}\n",
      "error parsing calico.yaml: invalid Yaml document separator in line 1: {a: b}",
    ],
    ["cut-off JSON", '{"apiVersion": "v1", "kind"', "error parsing calico.yaml: json: document 1: "],
    [
      "text",
      "Not found\n",
      'unable to decode "calico.yaml": document 1 (line 1): a string is not a Kubernetes object',
    ],
    [
      "a list of something",
      "- a\n",
      'unable to decode "calico.yaml": document 1 (line 1): a list is not a Kubernetes object',
    ],
    [
      "no kind",
      `${head}---\napiVersion: v1\n`,
      `unable to decode "calico.yaml": document 2 (line 5): Object 'Kind' is missing`,
    ],
    [
      "no apiVersion",
      "kind: Foo\n",
      `unable to decode "calico.yaml": document 1 (line 1): Object 'apiVersion' is missing`,
    ],
    [
      "an item without kind",
      "apiVersion: v1\nkind: List\nitems: [{}]",
      `unable to decode "calico.yaml": document 1 (line 1), item 1: Object 'Kind' is missing`,
    ],
    [
      "no name",
      "apiVersion: v1\nkind: Foo\nmetadata: {}\n",
      'unable to decode "calico.yaml": document 1 (line 1): Foo: resource name may not be empty',
    ],
    ["an empty file", "", "no objects in calico.yaml"],
    ["only comments", "# a\n---\n# b\n", "no objects in calico.yaml"],
    ["an empty List", "apiVersion: v1\nkind: List\nitems: []\n", "no objects in calico.yaml"],
  ])("%s", (_what, text, message) => {
    expect(refusal(text)).toContain(message);
  });

  test("a value of the file stands in no message: it may be a Secret's", () => {
    expect(refusal('{"kind": "Secret", "data": {"key": hunter2}}')).not.toContain("hunter2");
    expect(refusal("kind: Secret\ndata: {key: hunter2}\n")).not.toContain("hunter2");
  });
});

test("without CustomResourceDefinitions everything else is read, whatever it has in its texts", () => {
  const crd = "kind: CustomResourceDefinition\nmetadata:\n  name: a\n";
  const map = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: b\ndata:\n  text: |\n    ${crd.replaceAll("\n", "\n    ")}\n`;
  const text = `apiVersion: apiextensions.k8s.io/v1\n${crd}spec: [\n---\n${map}---\n{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "c"}}\n`;
  expect(parseWithoutCrds(text, "file").map(({ object }) => object.metadata.name)).toEqual(["b", "c"]);
  const inJson = JSON.stringify({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "a" },
  });
  expect(parseWithoutCrds(inJson, "file")).toEqual([]);
});
