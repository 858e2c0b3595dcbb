import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { commands, globalFlags } from "../../../src/cli.ts";
import { flagsOf } from "../../../src/commands/base.ts";
import type { Flag } from "../../../src/flags/flag.ts";
import { allPages } from "../../../src/render/explain/pages.ts";

const root = join(import.meta.dirname, "../../..");

const flags = new Map<string, readonly Flag[]>(
  await Promise.all(
    commands.map(async ({ name, load }) => [name, [...flagsOf(await load()), ...globalFlags]] as const),
  ),
);
const all = [...flags.values()].flat();
/** Whose flags are not ours: what follows them is theirs. */
const others = new Set(
  "kubectl calicoctl calico-upgrade crictl docker etcdctl helm journalctl systemctl".split(" "),
);

/** What stands for `${…}` in a literal; at the beginning it is somebody else's program. */
const placeholder = "X";

function isOther(word: string, at: number): boolean {
  return others.has(word) || word.startsWith("scripts/") || (word === placeholder && at === 0);
}

/**
 * What a text says that nobody can type: commands and flags of ours that there are not. A flag is held to the
 * command that is named before it in the same sentence, else to all of them.
 */
function wrongIn(text: string): readonly string[] {
  const wrong: string[] = [];
  for (const sentence of text.split(/[;|()\n]|[.:,]\s/)) {
    let owner: string | undefined;
    const words = sentence.split(/[\s`"'«»]+/).filter((word) => word !== "");
    words.forEach((word, at) => {
      const next = words[at + 1] ?? "";
      if (word === "kubectl" && next === "calico-upgrade") {
        const name = words[at + 2] ?? "";
        if (/^[a-z][a-z-]*$/.test(name) && !flags.has(name) && name !== "help" && name !== "options")
          wrong.push(`kubectl calico-upgrade ${name}`);
        owner = flags.has(name) ? name : undefined;
      } else if (isOther(word, at) && words[at - 1] !== "kubectl") {
        owner = "kubectl";
      } else if (flags.has(word) && !others.has(owner ?? "") && /^(-|[A-Z$])/.test(next)) {
        owner = word;
      } else {
        const [, name] = /^(--[a-z][a-z-]+[a-z]|-[a-z])(?=$|=|[^\w-])/.exec(word) ?? [];
        if (name === undefined || others.has(owner ?? "")) return;
        const known = owner === undefined ? all : (flags.get(owner) ?? []);
        const found = known.some((flag) => name === `--${flag.name}` || name === `-${flag.short ?? ""}`);
        // A single letter without a command may be anybody's.
        if (!found && (owner !== undefined || name.startsWith("--")))
          wrong.push(`${owner === undefined ? "" : `${owner} `}${name}`);
      }
    });
  }
  return wrong;
}

describe("nobody is told to type what does not exist", () => {
  test("in a page", () => {
    const wrong = allPages().flatMap(({ id, title, why, detected, fix }) =>
      [title, why, detected, fix].flatMap(wrongIn).map((each) => `${id}: ${each}`),
    );
    expect(wrong.join("\n")).toBe("");
  });

  test("in a fix, a hint, a message or a help text", () => {
    const src = join(root, "src");
    const files = readdirSync(src, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
      .map(({ parentPath, name }) => join(parentPath, name))
      // Its dashes are those of CSS.
      .filter((file) => !/\/(what-if|report)\/html\//.test(file));
    const wrong = files.flatMap((file) =>
      literalsOf(readFileSync(file, "utf8"))
        // A single word is an argument, not a text.
        .filter((text) => text.includes(" "))
        .flatMap(wrongIn)
        .map((each) => `${relative(src, file)}: ${each}`),
    );
    expect(wrong.join("\n")).toBe("");
  });

  test.each([
    "README.md",
    ...readdirSync(join(root, "docs"))
      // Facts about Calico name flags of its own programs.
      .filter((name) => name.endsWith(".md") && name !== "calico-facts.md")
      .map((name) => `docs/${name}`),
  ])("in %s", (path) => {
    expect([...new Set(wrongIn(readFileSync(join(root, path), "utf8")))]).toEqual([]);
  });

  test("and the test sees what it is for", () => {
    expect(wrongIn("kubectl calico-upgrade node --everywhere -f FILE: it holds the strategy")).toEqual([
      "node --everywhere",
    ]);
    expect(wrongIn("empty each node (node --empty), kubectl drain --force")).toEqual(["node --empty"]);
    expect(wrongIn("kubectl calico-upgrade upgrade")).toEqual(["kubectl calico-upgrade upgrade"]);
    expect(wrongIn("kubectl calico-upgrade apply -f FILE --skip-nodes; --no-such")).toEqual(["--no-such"]);
  });
});

/** Texts between quotes, with what is put in as a placeholder, and comments left out. */
function literalsOf(source: string): readonly string[] {
  const bare = source.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  return [...bare.matchAll(/"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g)].map(([, plain, template = ""]) =>
    (plain ?? template)
      .replaceAll("${program}", "kubectl calico-upgrade")
      .replaceAll(/\$\{[^}]*\}/g, placeholder),
  );
}
