import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { plainYaml } from "../../../src/cluster/connection/plain-yaml.ts";
import { parseYaml } from "../../../src/manifest/yaml.ts";

/** As `kubectl config`, `kubeadm`, `kind`, `minikube` and the clouds' programs write them. */
const written = `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJZakNDQVFl+/Y=
    extensions:
    - extension:
        last-update: Mon, 16 Nov 2026 10:00:00 CET
        provider: minikube.sigs.k8s.io
      name: cluster_info
    server: https://127.0.0.1:6443
  name: arn:aws:eks:eu-west-1:123456789012:cluster/one
contexts:
- context:
    cluster: kind-kind
    user: kubernetes-admin@kubernetes
  name: "kind kind"
current-context: kubernetes-admin@kubernetes
kind: Config
preferences: {}
# who
users:
  - name: 'aws'
    user:
      exec:
        apiVersion: client.authentication.k8s.io/v1beta1
        args:
        - --region
        - eu-west-1
        - get-token
        command: aws
        env: null
        interactiveMode: IfAvailable
        provideClusterInfo: false
  - name: empty
    user:
`;

test("a kubeconfig as programs write it is read without the YAML library, and the same is read", () => {
  expect(plainYaml(written)).toEqual(parseYaml(written));
});

describe("what needs the YAML library is left to it", () => {
  test.each([
    ["a number", "name: 12"],
    ["a word that is true in YAML 1.1", "name: yes"],
    ["a key that is one", "on: x"],
    ["an anchor", "name: &a x"],
    ["a comment behind a value", "name: x # y"],
    ["text over several lines", "name: x\n  y"],
    ["a block of text", "name: |\n  x"],
    ["flow style", "name: {a: b}"],
    ["an escape", 'name: "a\\n"'],
    ["a key within a value", "name: a: b"],
    ["a repeated key", "name: a\nname: b"],
    ["two documents", "name: a\n---\nname: b"],
    ["Windows line ends", "name: a\r\nkind: b\r\n"],
    ["a tab", "name:\ta"],
    ["nothing", ""],
    ["a list that goes on further to the right", "a:\n- b\n - c"],
    ["a value with something below it", "a: b\n  c: d"],
    ["a prototype", "__proto__:\n  a: b"],
  ])("%s", (_what, text) => {
    expect(plainYaml(text)).toBeUndefined();
  });
});

const scalars = [
  "",
  "a",
  "A b",
  "yes",
  "null",
  "~",
  "true",
  "1",
  "0x1",
  "{}",
  "[]",
  "{a: b}",
  '"a b"',
  "'#'",
];
const odd = [
  "a:",
  "a: b",
  "a #b",
  "-a",
  "- a",
  "--b",
  "-1",
  "12:30",
  "2026-01-01",
  "=",
  "<<",
  "*a",
  "&a b",
  "!!str a",
];
const piece = fc.constantFrom(
  ...scalars,
  ...odd,
  "https://a:1/b",
  "a,b",
  "a@b",
  "x\ty",
  "é",
  "|",
  ">",
  "? a",
  '"',
  "'",
);
const line = fc
  .record({
    indent: fc.integer({ min: 0, max: 5 }),
    dash: fc.constantFrom("", "", "", "- ", "-", "- - "),
    key: fc.constantFrom("", "a:", "b:", "c:", "on:", "#", "a-b:", "1:"),
    space: fc.constantFrom("", " ", " ", " ", " ", "  "),
    value: piece,
    end: fc.constantFrom("", "", "", "", " ", "\r"),
  })
  .map(({ indent, dash, key, space, value, end }) => " ".repeat(indent) + dash + key + space + value + end);

/** A document with little wrong in it: lines of a kubeconfig, some moved, some others. */
const nearly = fc
  .array(
    fc.tuple(
      fc.constantFrom(...written.split("\n")),
      fc.constantFrom(0, 0, 0, 1, 2),
      fc.option(line, { freq: 9 }),
    ),
  )
  .map((lines) => lines.map(([own, more, other]) => other ?? " ".repeat(more) + own).join("\n"));

test("what is read without the library is what the library reads, over thousands of odd texts", () => {
  let read = 0;
  const texts = fc.oneof(
    nearly,
    fc.array(line, { maxLength: 6 }).map((lines) => lines.join("\n")),
    fc.tuple(fc.nat(40), line).map(([at, other]) => written.split("\n").toSpliced(at, 1, other).join("\n")),
    fc.tuple(fc.nat(40), line).map(([at, other]) => written.split("\n").toSpliced(at, 0, other).join("\n")),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const plain = plainYaml(text);
      if (plain === undefined) return;
      read += 1;
      expect(plain).toEqual(parseYaml(text));
    }),
    { numRuns: 5000 },
  );
  expect(read).toBeGreaterThan(100);
});
