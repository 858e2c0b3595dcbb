import { array, constant, constantFrom, nat, oneof, tuple, type Arbitrary } from "fast-check";

/** Paths, templates and columns as users write them, and as they mistype them. */

function oneOf(...lists: readonly (readonly string[])[]): Arbitrary<string> {
  return constantFrom(...lists.flat());
}

/** What the paths lead into: every type, keys that need escapes, characters of one to four bytes. */
export const printedObject = {
  apiVersion: "calico-upgrade/v1alpha1",
  kind: "UpgradeStatus",
  metadata: { name: "x", annotations: { a: "b" } },
  nodes: [
    { name: "node-01", n: 1, f: 1.5, t: true, z: null, m: { only: ["x", 2, null] }, tags: ["a", "b", "c"] },
    { name: "node-02", n: 2, f: 2.25, t: false, m: {}, tags: [] },
    { name: "knoten-ü", n: -3, f: 1e-7, m: { only: [] }, tags: ["z"] },
  ],
  list: [1, 2, 3, 10, 9007199254740991],
  mixed: [1, "1", 1.5, true, null, [1, [2]], { a: 1 }, ""],
  matrix: [[1, 2], [3], []],
  text: 'a<b> & "c" \\ d',
  wide: "漢字 😀 é",
  lines: "one\ntwo\tthree\rfour\u001B[31m\fend",
  numbers: [1234567.5, 0.00001, 123456.75, 1e300, -0.5],
  empty: {},
  none: null,
  "k.with.dots": "dotted",
  "a key": "spaced",
  ключ: { 漢: "字" },
  "0": { "10": "ten", "9": "nine" },
  "\uFFFD😀": 1,
  deep: { deep: { deep: { name: "below", list: [{ name: "z" }] } } },
};

const name = oneOf(
  ["name", "name", "n", "f", "t", "z", "m", "only", "tags", "nodes", "nodes", "list", "mixed", "matrix"],
  ["text", "wide", "lines", "numbers", "empty", "none", "metadata", "annotations", "deep", "a", "missing"],
  [String.raw`k\.with\.dots`, String.raw`a\ key`, "ключ", "漢", "0", "10", "", "*", "range", "end", "a-b"],
);

const index = oneof(
  constantFrom("0", "1", "-1", "2", "*", "", ":", "1:", ":1", "0:2", "::2", "-2:", "0:5", "2:1", "::0"),
  oneOf(["7", "-9", "1:1", ":-1", "::-1", "a", "-", "1:2:3:4", " 1", "99999999999999999999", "0:0:x"]),
);

const quotedName = name.map((each) => `'${each}'`);

const literal = oneOf(
  ['"node-01"', "'node-02'", '"x"', '"1"', '""', '"a', "1", "2", "-3", "1.5", "1.0", "true", "false"],
  ["null", "word", '"\\u00e9"', '"("', '")"', "@.n", "@.name", "@", "$", "10", '"a)b"', "@.missing"],
);

const operator = oneOf(["==", "==", "==", "!=", "<", ">", "<=", ">=", "=", "=~", "===", " == ", "!"]);

const filterPath: Arbitrary<string> = array(
  oneof(
    name.map((each) => `.${each}`),
    index.map((each) => `[${each}]`),
  ),
  { maxLength: 2 },
).map((steps) => `@${steps.join("")}`);

const filter = oneof(
  tuple(filterPath, operator, literal).map((parts) => parts.join("")),
  tuple(filterPath, operator, filterPath).map((parts) => parts.join(" ")),
  filterPath,
);

const step = oneof(
  { weight: 10, arbitrary: name.map((each) => `.${each}`) },
  { weight: 3, arbitrary: index.map((each) => `[${each}]`) },
  { weight: 2, arbitrary: constant("[*]") },
  { weight: 1, arbitrary: quotedName.map((each) => `[${each}]`) },
  {
    weight: 1,
    arbitrary: array(
      oneof(
        index,
        quotedName,
        filter.map((each) => `?(${each})`),
      ),
      { minLength: 2, maxLength: 3 },
    ).map((parts) => `[${parts.join(", ")}]`),
  },
  { weight: 3, arbitrary: filter.map((each) => `[?(${each})]`) },
  { weight: 1, arbitrary: name.map((each) => `..${each}`) },
  { weight: 1, arbitrary: constantFrom("..", ".*", "@", "$", " ", ".", "..*", '"t"', "1") },
);

/** Where a path meets something. */
const start = oneOf(
  ["", "$", "@", ".", ".nodes[*]", ".nodes[*]", ".nodes[0]", ".nodes", ".nodes[*].m.only", ".list", ".mixed"],
  [".matrix[*]", ".deep.deep", ".nodes[?(@.t==true)]", ".nodes[?(@.n>0)].tags", ".numbers", ".deep..list[*]"],
  [".mixed[?(@==1)]", ".list[?(@>2)]", ".nodes[?(@.tags[1])]", ".nodes[?(@.name!='node-01')]", ".numbers[*]"],
);

const path = tuple(start, array(step, { maxLength: 3 })).map(([start, steps]) => start + steps.join(""));

const text = oneOf(
  ['"\\n"', '"\\t"', "'a'", '"\\x41\\u00e9\\U0001F600"', '"\\101"', '"\\q"', '"it\'s"', "'\\''", '"a\\"b"'],
  ["1", "-2", "+3", "1.5", "1.", "1.2.3", "+", "100000000", "1234567.5", "true", "false", "word", "range"],
);

const plain = constantFrom(" ", "text", "\n", "}", "漢", '"', "=", "]");

const action = oneof(
  { weight: 6, arbitrary: path.map((each) => `{${each}}`) },
  { weight: 2, arbitrary: text.map((each) => `{${each}}`) },
  { weight: 1, arbitrary: plain },
  {
    weight: 2,
    arbitrary: tuple(
      path,
      path,
      constantFrom("{end}", "{end}", "{end}", "", "{ end }{end}", "{end}{.kind}"),
    ).map(([over, inner, end]) => `{range ${over}}{${inner}}${end}`),
  },
  {
    weight: 1,
    arbitrary: tuple(path, path).map(
      ([over, inner]) => `{range .nodes[*]}{.name}{range @${over}}<{${inner}}>{end}{"\\n"}{end}`,
    ),
  },
);

/** Templates of -o jsonpath. */
export const template = array(action, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(""));

/** Templates with one character too many or too few. */
export const brokenTemplate = tuple(
  template,
  nat(),
  constantFrom("{", "}", "[", "]", "(", ")", "?", ".", "'", '"', "\\", "#", "*", ",", "é", "\u0007", ""),
).map(([whole, at, character]) => {
  const characters = Array.from(whole);
  characters.splice(at % (characters.length + 1), character === "" ? 1 : 0, character);
  return characters.join("");
});

/** Specifications of -o custom-columns. */
export const columns = array(
  tuple(
    constantFrom("NAME", "A", "A LONG HEADER", "", "漢字", "a:b"),
    oneof(
      { weight: 5, arbitrary: path },
      { weight: 1, arbitrary: path.map((each) => `{${each}}`) },
      {
        weight: 1,
        arbitrary: constantFrom("", "{.a", "}", ".name range", ".lines", ".wide", ".mixed"),
      },
    ),
  ).map(([header, path]) => `${header}:${path}`),
  { minLength: 1, maxLength: 4 },
).map((parts) => parts.join(","));
