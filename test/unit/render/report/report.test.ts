/** `report`: what a run did, from what it left on the nodes; anybody may have edited that. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { reportPage } from "../../../../src/render/report/html/page.ts";
import { reportMarkdown } from "../../../../src/render/report/markdown.ts";
import { inBrowser } from "../../../browser/pages.ts";
import { clusterAfter, fleetAfter, recordAt, reported, run } from "../../build/a-run.ts";
import { schemaErrorsOf } from "../schema.ts";

const golden = (name: string): string => join(import.meta.dirname, "../../../golden", name);

describe("a run over 16 nodes: one failed, one over budget, one cordoned by its user, three not restarted", () => {
  test("as JSON, held to its schema", async () => {
    const report = await reported(fleetAfter(16));
    expect(schemaErrorsOf("run-report", report)).toEqual([]);
    await expect(`${JSON.stringify(report, undefined, 2)}\n`).toMatchFileSnapshot(golden("report.json.txt"));
  });

  test("as Markdown", async () => {
    await expect(reportMarkdown(await reported(fleetAfter(16)))).toMatchFileSnapshot(golden("report.md.txt"));
  });

  test("as a page", async () => {
    await expect(reportPage(await reported(fleetAfter(16)))).toMatchFileSnapshot(golden("report.html.txt"));
  });

  test("no secret of the template is in any of them, and that it changed is", async () => {
    const report = await reported(fleetAfter(16));
    for (const text of [JSON.stringify(report), reportMarkdown(report), reportPage(report)]) {
      expect(text).not.toMatch(/hunter[23]/);
      expect(text).toContain("masked");
    }
  });
});

describe("what the cluster knows decides, and nothing is guessed", () => {
  const outcomes = async (...args: Parameters<typeof reported>) =>
    Object.fromEntries(
      (await reported(...args)).nodes.map(({ name, outcome, why }) => [name, [outcome, why]]),
    );

  test("a node that failed is named with the reason that its kubelet gives", async () => {
    const facts = clusterAfter({ records: { "node-01": recordAt(0) }, failed: ["node-02"] });
    expect((await reported(facts)).run).toMatchObject({ id: run, state: "unfinished" });
    expect(await outcomes(facts)).toMatchObject({
      "node-01": ["restarted", undefined],
      "node-02": ["unfinished", expect.stringContaining("ImagePullBackOff")],
    });
  });

  test("a record that cannot be read is unknown, and neither restarted nor not begun", async () => {
    const facts = clusterAfter({ records: { "node-01": recordAt(0), "node-02": '{"run":1}' } });
    expect(await outcomes(facts)).toMatchObject({
      "node-02": ["unknown", expect.stringContaining("cannot be read")],
    });
  });

  test("an earlier run is reported as far as later ones have left it", async () => {
    const later = recordAt(40, { run: "uid-kube-system-calico-node/3" });
    const facts = clusterAfter({ records: { "node-01": recordAt(0), "node-02": later }, newest: 3 });
    expect((await reported(facts)).run).toMatchObject({ id: later.run, others: [run] });
    expect(await outcomes(facts, "2")).toMatchObject({
      "node-01": ["restarted", undefined],
      "node-02": ["unknown", expect.stringContaining("a later run replaced its record")],
    });
  });

  test("with revisions that cannot be read a node is unknown, and the configuration is not shown", async () => {
    const forbidden = { known: false, why: "forbidden", message: "no list of controllerrevisions" } as const;
    const facts = clusterAfter({
      records: { "node-01": recordAt(0) },
      outdated: ["node-02"],
      readings: { revisions: forbidden },
    });
    const report = await reported(facts);
    expect(report.nodes.map(({ outcome }) => outcome)).toEqual(["restarted", "unknown"]);
    expect(report.configuration).toEqual({});
    expect(reportPage(report)).toContain("no list of controllerrevisions");
  });

  test.each([
    [clusterAfter({ records: {}, current: ["node-01"] }), undefined, /no run has left a record/],
    [
      clusterAfter({ records: { "node-01": recordAt(0) } }),
      "7",
      /no node has a record of run "7"; the cluster knows/,
    ],
    [
      clusterAfter({ records: {}, readings: { nodes: { known: false, why: "forbidden", message: "nope" } } }),
      undefined,
      /cannot read what runs left on nodes: nope/,
    ],
  ])("without a run there is no empty report: %#", async (facts, asked, words) => {
    await expect(reported(facts, asked)).rejects.toThrow(words);
  });
});

describe("what somebody wrote into an annotation or a name commands nobody", () => {
  const evil = `</style><script>alert(1)</script><img src=x onerror="alert(1)">&'|\n# x`;
  const hostile = () =>
    reported(
      clusterAfter({
        records: {
          "node-01": recordAt(0, { by: evil.slice(0, 60), command: { verb: "node" } }),
          "node-02": evil,
        },
        failed: [evil],
      }),
    );

  test("the page has no element, attribute or address of theirs", async () => {
    const page = reportPage(await hostile());
    expect(page).not.toMatch(/<script|<img|onerror="|<\/style>[^]*<\/style>/);
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(page).toContain("default-src 'none'");
    const asked = page.replaceAll("src=x", "").match(/\b(src|href|url|@import|action)\s*[=(]/g);
    expect(asked).toBeNull();
  });

  test("Markdown keeps each value in its cell", async () => {
    const text = reportMarkdown(await hostile());
    expect(text).not.toContain("<script");
    expect(text.split("\n").filter((line) => line.startsWith("# "))).toHaveLength(1);
    const rows = text.split("\n").filter((line) => line.startsWith("| ") && line.includes("script"));
    for (const row of rows) expect(row).not.toMatch(/(?<!\\)\|(?! )[^\n]/);
  });
});

test("400 nodes make a page of less than half a megabyte, in less than a second", async () => {
  const report = await reported(fleetAfter(400));
  const page = reportPage(report);
  expect(Buffer.byteLength(page)).toBeLessThan(500_000);
  expect(page.match(/<tr/g)?.length).toBeGreaterThan(400);
  expect(report.run.ended).toBeUndefined();
});

inBrowser("the page of report -o html", ({ page, show, look }) => {
  test("400 nodes are open in less than a second, ask the network for nothing, and have a row each", async () => {
    await page().resize(1280, 900);
    await show(reportPage(await reported(fleetAfter(400))));
    const time = `performance.getEntriesByType("navigation")[0].loadEventEnd - performance.getEntriesByType("navigation")[0].startTime`;
    expect(await page().value<number>(time)).toBeLessThan(1_000);
    expect(await page().value(`document.querySelectorAll(".time tbody tr").length`)).toBe(401);
    expect([page().requests, page().errors]).toEqual([[], []]);
    await look("report-400");
  });

  test("the bar of a gap ends left of the budget exactly where the gap is within it", async () => {
    await show(reportPage(await reported(fleetAfter(16))));
    const ends = await page().value<readonly boolean[]>(
      `(() => { const limit = parseFloat(document.querySelector(".time").style.getPropertyValue("--limit"));
        return [...document.querySelectorAll(".time tbody tr")].flatMap((row) => {
          const bar = row.querySelector("i.gap");
          return bar === null ? [] : [parseFloat(bar.style.left) + parseFloat(bar.style.width) > limit === row.classList.contains("bad")];
        }); })()`,
    );
    expect(ends).toHaveLength(16);
    expect(ends).not.toContain(false);
  });

  test.each([
    ["light", 1280, 1000, false],
    ["dark", 1280, 1000, true],
    ["phone", 390, 844, false],
  ] as const)(
    "%s: text differs from its ground, and nothing but the timeline scrolls sideways",
    async (name, width, height, dark) => {
      await page().resize(width, height, { dark });
      await show(reportPage(await reported(fleetAfter(16))));
      const colors = await page().value<readonly string[]>(
        `["color", "backgroundColor"].map((each) => getComputedStyle(document.body)[each])`,
      );
      const light = (color: string | undefined): number => Number(/\d+/.exec(color ?? "")?.[0]);
      expect(light(colors[0]) > light(colors[1])).toBe(dark);
      expect(await page().value("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true);
      await look(`report-${name}`);
      await page().value("window.scrollTo(0, document.body.scrollHeight)");
      await look(`report-${name}-end`);
    },
  );
});
