/**
 * What rules and pages say that a command does, each held by a test of that command: "node pulls the images
 * before it restarts anything" was printed, and never true.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../../..");

/** The promise, as `COMMAND verb`, and the tests that hold it: file, part of a title. */
const kept: Readonly<Record<string, readonly [file: string, title: string]>> = {
  "apply keeps": ["e2e/apply.test.ts", "one command upgrades everything"],
  "controller scales": ["e2e/controller.test.ts", "the ReplicaSet goes to 0 by its scale subresource"],
  "migrate-data brings": ["e2e/migrate-data.test.ts", "what an old node changed since is brought over again"],
  "migrate-data compares": ["e2e/migrate-data.test.ts", "brings over every kind whole"],
  "migrate-data copies": ["e2e/migrate-data.test.ts", "brings over every kind whole"],
  "migrate-data shows": [
    "e2e/migrate-data.test.ts",
    "a new object of somebody else with other content stops, and its difference is shown",
  ],
  "migrate-policy creates": ["e2e/migrate-policy.test.ts", "a taken name is never overwritten"],
  "migrate-policy deletes": ["e2e/migrate-policy.test.ts", "everything saved"],
  "migrate-policy saves": ["e2e/migrate-policy.test.ts", "everything saved"],
  "migrate-policy shows": ["e2e/what-if.test.ts", "who is cut off and who is exposed"],
  "node asks": ["e2e/node-guards.test.ts", "a cordon that takes the node out of a load balancer"],
  "plan gives": ["e2e/plan.test.ts", "run one after the other, are the upgrade"],
  "plan says": ["e2e/plan.test.ts", "what is left to do is told"],
  "preflight prints": ["e2e/preflight.test.ts", "the roles that are printed are enough"],
  "preflight looks": ["e2e/preflight-objects.test.ts", "what a file would lose or bring"],
};

const verbs =
  "asks|pulls|prints|scales|saves|deletes|creates|compares|copies|brings|shows|says|gives|looks|holds|keeps|waits|restores|verifies";
const rest = `(?: -f(?: FILE)?)?(?: --what-if)?(?: --to=VERSION)? (${verbs})\\b(?! of\\b)`;
const ours = new RegExp(`\\b(migrate-policy|migrate-data|preflight|plan)${rest}`, "g");
/** Words of the trade as well: a command where a phrase begins with it, or the program's name is before it. */
const both = new RegExp(
  `(?:^|[;:,(.] ?|calico-upgrade )(node|controller|apply|undo|configmap|status)${rest}`,
  "g",
);

function promisesIn(text: string): readonly string[] {
  const plain = text.replaceAll("${program}", "calico-upgrade");
  return [...plain.matchAll(ours), ...plain.matchAll(both)].map(
    ([, command = "", verb = ""]) => `${command} ${verb}`,
  );
}

/** `fix: "migrate the data, which copies it", commands: ["kubectl calico-upgrade migrate-data"]`. */
const beside =
  /fix:\s*["`]([^"`]*)["`],?\s*commands:\s*\[\s*(?:sh)?["`](?:kubectl calico-upgrade|\$\{program\}) ([a-z-]+)/g;

function promisesBeside(text: string): readonly string[] {
  return [...text.matchAll(beside)].flatMap(([, fix = "", command = ""]) =>
    [...fix.matchAll(new RegExp(`\\b(?:which|and|or|it) (${verbs})\\b`, "g"))].map(
      ([, verb = ""]) => `${command} ${verb}`,
    ),
  );
}

test("no rule and no page promises what no test of the command holds", () => {
  const texts = ["src/preflight", "src/releases"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8"))
      .map((text) => text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "")),
  );
  const literals = texts.flatMap((text) => text.match(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g) ?? []);
  const made = new Set([
    ...literals.flatMap((text) => promisesIn(text.slice(1, -1))),
    ...texts.flatMap(promisesBeside),
  ]);
  expect([...made].filter((each) => !(each in kept)).toSorted()).toEqual([]);
  expect(Object.keys(kept).filter((each) => !made.has(each))).toEqual([]);
  expect(promisesIn("; node pulls the images before it restarts anything")).toEqual(["node pulls"]);
});

test.each(Object.entries(kept))("%s: the test that holds it is there", (_promise, [file, title]) => {
  expect(readFileSync(join(root, "test", file), "utf8")).toContain(title);
});
