import { describe, expect, test } from "vitest";
import { parseManifest } from "../../../src/manifest/parse.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { lastAppliedAnnotation } from "../../../src/model/names.ts";
import { preferBy, preferenceOf, type Preference } from "../../../src/rebase/prefer.ts";
import { rebase, type Rebased } from "../../../src/rebase/rebase.ts";
import { rebasedTexts } from "../../../src/rebase/text.ts";
import { conflictMark, rebaseLines } from "../../../src/render/rebase/lines.ts";

const manifest = (image: string, env: string, more = ""): string => `# Source: upstream
kind: DaemonSet
apiVersion: apps/v1
metadata:
  name: calico-node
  namespace: kube-system
spec:
  template:
    spec:
      # Tolerate everything.
      tolerations:
        - effect: NoSchedule
          operator: Exists
      containers:
        - name: calico-node
          image: ${image}
          env:
${env}${more}`;

const variable = (name: string, value: string): string =>
  `            # About ${name}.\n            - name: ${name}\n              value: "${value}"\n`;

const base = manifest("docker.io/calico/node:v3.29.7", variable("A", "1") + variable("B", "1"));
const target = manifest("docker.io/calico/node:v3.30.7", variable("A", "1") + variable("B", "2"));

const objects = (text: string): readonly KubeObject[] =>
  parseManifest(text, "file").map(({ object }) => object);

function run(
  from: {
    /** "none": nobody has it. */
    readonly base?: string;
    readonly mine: string;
    readonly target?: string;
    /** What kubectl applied last. */
    readonly applied?: string;
  },
  ...prefer: readonly string[]
): { readonly text: string; readonly rebased: Rebased } {
  const text = from.target ?? target;
  const preferences = prefer.map(preferenceOf).filter((each): each is Preference => each !== undefined);
  const rebased = rebase({
    base: from.base === "none" ? undefined : objects(from.base ?? base),
    mine: objects(from.mine).map(from.applied === undefined ? (each) => each : setSince(from.applied)),
    target: parseManifest(text, "file"),
    from: "file",
    prefer: preferBy(preferences),
  });
  return { rebased, text: rebasedTexts([{ name: "file", text }], rebased, conflictMark) };
}

const setSince =
  (applied: string) =>
  (live: KubeObject): KubeObject => {
    const annotations = { [lastAppliedAnnotation]: JSON.stringify(objects(applied)[0]) };
    return { ...live, metadata: { ...live.metadata, annotations } };
  };

/** Lines that one has and the other has not. */
function changed(text: string, from = target): readonly string[] {
  const lines = (of: string): readonly string[] => of.split("\n");
  return [
    ...lines(from)
      .filter((line) => !lines(text).includes(line))
      .map((line) => `-${line.trim()}`),
    ...lines(text)
      .filter((line) => !lines(from).includes(line))
      .map((line) => `+${line.trim()}`),
  ];
}

describe("a setting of yours", () => {
  test("changes its own line, and quoting and comments stay", () => {
    const { text } = run({ mine: base.replace('"1"', '"own"') });
    expect(changed(text)).toEqual(['-value: "1"', '+value: "own"']);
  });

  test("that upstream has no place for yet comes behind what it stands behind in yours", () => {
    const mine = base.replace("            # About B.", `${variable("OWN", "x")}            # About B.`);
    const { text } = run({ mine });
    expect(text).toContain(
      'value: "1"\n            - name: OWN\n              value: x\n            # About B.',
    );
  });

  test("that takes something of upstream's away is carried over as well", () => {
    const { text } = run({ mine: base.replace(/ +- name: A\n.*\n/, "") });
    expect(changed(text)).toEqual(["-- name: A", '-value: "1"']);
  });

  test("keeps a mirror, and gets the tag of the new release", () => {
    const mine = base.replace("docker.io/calico/node", "registry.example/mirror/calico-node");
    expect(changed(run({ mine }).text)).toEqual([
      "-image: docker.io/calico/node:v3.30.7",
      "+image: registry.example/mirror/calico-node:v3.30.7",
    ]);
  });

  test("that pinned a digest is told: the one of the new release is not known", () => {
    const mine = base.replace("docker.io/calico/node:v3.29.7", "registry.example/calico/node@sha256:abc");
    const { text, rebased } = run({ mine });
    expect(text).toContain("image: registry.example/calico/node:v3.30.7");
    expect(rebased.notes).toEqual([expect.stringContaining("digest")]);
  });

  test("an image that only the new release has comes from the mirror of the others", () => {
    const more = "        - name: new\n          image: docker.io/calico/ctl:v3.30.7\n";
    const mine = base.replace("docker.io/calico/", "registry.example/m/");
    expect(run({ mine, target: target + more }).text).toContain("image: registry.example/m/ctl:v3.30.7");
  });
});

describe("a conflict", () => {
  const mine = base.replace(variable("B", "1"), variable("B", "own"));

  test("is marked at its place, and the value is upstream's", () => {
    const { text, rebased } = run({ mine });
    expect(rebased.conflicts).toMatchObject([
      { base: { value: "1" }, mine: { value: "own" }, target: { value: "2" } },
    ]);
    expect(changed(text)).toEqual([expect.stringMatching(/^\+# CONFLICT .*env\[name="B"\].*"own".*"1"$/)]);
    expect(run({ mine, target: text }).text).toBe(text);
  });

  test.each(["mine", "mine:DaemonSet/calico-node", "mine:spec.template", "mine:DaemonSet/calico-node:spec"])(
    "is decided by --prefer=%s",
    (prefer) => {
      const { text, rebased } = run({ mine }, prefer);
      expect([changed(text), rebased.conflicts.map(({ decided }) => decided)]).toEqual([
        ['-value: "2"', '+value: "own"'],
        ["mine"],
      ]);
    },
  );

  test("is not decided for another object or field, and the more exact path wins", () => {
    expect(
      run({ mine }, "mine:Deployment/calico-node", "mine:spec.temp").rebased.conflicts[0],
    ).not.toHaveProperty("decided");
    expect(run({ mine }, "mine:spec", "upstream").rebased.conflicts[0]?.decided).toBe("mine");
  });

  test("of a variable that the new release no longer has says so", () => {
    const { rebased } = run({ mine, target: target.replace(variable("B", "2"), "") });
    expect(rebased.conflicts).toMatchObject([{ because: "the new manifest no longer has it" }]);
  });

  test("of an object that the new release no longer has is told field by field", () => {
    const old = `---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: old, namespace: kube-system}\nspec: {replicas: 1}\n`;
    const { rebased } = run({ base: base + old, mine: base + old.replace("replicas: 1", "replicas: 3") });
    expect(rebased.conflicts).toMatchObject([
      { object: "Deployment kube-system/old", field: "spec.replicas" },
    ]);
  });

  test("shows no secret", () => {
    const secret = (value: string): string => variable("DB_PASSWORD", value);
    const old = base + secret("a");
    const lines = rebaseLines(
      run({ base: old, mine: base + secret("hunter2"), target: target + secret("c") }).rebased,
      "base",
    );
    expect(lines.join("\n")).toContain("DB_PASSWORD");
    expect(lines.join("\n")).not.toContain("hunter2");
  });
});

describe("a file", () => {
  const mine = base.replace('"1"', '"own"');

  test("with line ends of Windows keeps them", () => {
    const windows = target.replaceAll("\n", "\r\n");
    const { text } = run({ mine, target: windows });
    expect(text).toBe(run({ mine }).text.replaceAll("\n", "\r\n"));
  });

  test("with a byte order mark, a List, JSON or anchors is rebased as well", () => {
    const value = (text: string): unknown => JSON.stringify(objects(text)).includes('"own"');
    const json = JSON.stringify(objects(target)[0], null, 2);
    const list = `apiVersion: v1\nkind: List\nitems:\n- ${target.split("\n").slice(1).join("\n  ").trimEnd()}\n`;
    const anchored = target.replace('value: "1"', 'value: &one "1"');
    for (const text of [`\uFEFF${target}`, json, list, anchored]) {
      const made = run({ mine, target: text }).text;
      expect([text, value(made)]).toEqual([text, true]);
    }
    expect(JSON.parse(run({ mine, target: json }).text)).toEqual(objects(run({ mine }).text)[0]);
  });

  test("a Secret passes through, whatever is in yours, and an object of your own comes at the end", () => {
    const secret = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {}\n";
    const own = "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: own\ndata:\n  a: b\n";
    const { text, rebased } = run({
      mine: mine + secret.replace("{}", "{a: Yg==}") + own,
      target: target + secret,
    });
    expect(text).toContain(secret);
    expect(rebased.notes).toEqual([expect.stringMatching(/^Secret s stays/)]);
    expect(text.endsWith("kind: ConfigMap\nmetadata:\n  name: own\ndata:\n  a: b\n")).toBe(true);
  });
});

describe("where nobody has the manifest that yours was made from", () => {
  const image = "docker.io/calico/node:v3.29.7";
  const mine = manifest(image, variable("A", "9") + variable("B", "1") + variable("C", "1"));

  test("each difference is listed for a decision, and nothing is carried over or left out without a word", () => {
    const { rebased, text } = run({ base: "none", mine });
    expect(rebased.carried).toEqual([]);
    expect(rebased.conflicts.map(({ field }) => /name="(.)"]$/.exec(field)?.[1])).toEqual(["A", "B", "C"]);
    expect(text.match(/CONFLICT/g)).toHaveLength(3);
    expect(rebaseLines(rebased, "nothing").join("\n")).toContain("upstream before: not known");
  });

  test("what was set since the last kubectl apply is yours", () => {
    const applied = manifest(image, variable("A", "1") + variable("B", "1"));
    const { rebased } = run({ base: "none", mine, applied });
    expect(rebased.carried.map(({ field }) => /name="(.)"]$/.exec(field)?.[1])).toEqual(["A", "C"]);
    expect(rebased.conflicts).toMatchObject([{ isBaseUnknown: true, mine: { name: "B", value: "1" } }]);
  });

  test("--prefer decides, and what only the new manifest sets is no question", () => {
    const own = manifest(image, variable("A", "9"));
    expect(run({ base: "none", mine: own }, "mine").text).toContain('value: "9"');
    expect(run({ base: "none", mine: own }, "upstream").text).toBe(target);
    expect(run({ base: "none", mine: manifest(image, variable("A", "1")) }).text).toBe(target);
  });

  test("a mirror is kept, and upstream's own registries are none", () => {
    const from = (registry: string): string =>
      manifest(`${registry}/calico/node:v3.29.7`, variable("A", "1"));
    expect(run({ base: "none", mine: from("mirror.example") }).text).toContain(
      "mirror.example/calico/node:v3.30.7",
    );
    expect(run({ base: "none", mine: from("quay.io") }).text).toBe(target);
  });

  test("an object that the new manifest has not is named", () => {
    const other = "\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: own\n  namespace: kube-system\n";
    const { rebased } = run({ base: "none", mine: mine + other });
    expect(rebased.notes).toContainEqual(expect.stringContaining("Service kube-system/own"));
  });
});
