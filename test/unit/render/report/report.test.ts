/** `report`: what a run did, from what it left on the nodes; anybody may have edited that. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { formatTime } from "../../../../src/model/time.ts";
import type { NodeRecord } from "../../../../src/model/node-record.ts";
import type { CollectedNode } from "../../../../src/model/run-records.ts";
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

  test("each node's row has its pull, cordon, gap and settling, in Markdown and on the page", async () => {
    const report = await reported(fleetAfter(16));
    const kinds = (name: string) =>
      report.nodes.find((node) => node.name === name)?.phases.map(({ kind }) => kind);
    expect(kinds("node-001")).toEqual(["pull", "before", "gap", "after"]);
    // It had the images.
    expect(kinds("node-004")).toEqual(["before", "gap", "after"]);
    const pages = reportPage(report);
    expect(pages.match(/<td class="pulled"><span/g)).toHaveLength(12);
    expect(reportMarkdown(report)).toContain(
      "| Node | Began | Images pulled | Cordoned before | Gap | Settled | Result |",
    );
  });

  test("where nothing was pulled there is no place for it", async () => {
    const { pulled: _none, ...record } = recordAt(0);
    const report = await reported(clusterAfter({ records: { "node-01": record } }));
    expect(reportPage(report)).not.toMatch(/class="pulled"|images pulled/);
    expect(reportMarkdown(report)).not.toContain("Images pulled");
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

  describe("where a folder of runs has records of the run", () => {
    const file = "/home/ops/.local/state/calico-upgrade/uid/20261130T230000Z-node-e31ea2/records.json";
    const keeping = (...nodes: readonly CollectedNode[]) => ({
      found: [
        { file, records: { run, collected: 0, command: { verb: "node", flags: { all: true } }, nodes } },
      ],
    });
    const later = recordAt(40, { run: "uid-kube-system-calico-node/3" });
    const overwritten = () =>
      clusterAfter({ records: { "node-01": recordAt(0), "node-02": later }, newest: 3 });

    test("an earlier run is reported from it for a node that was upgraded again, and says from where", async () => {
      const report = await reported(overwritten(), "2", keeping({ name: "node-02", record: recordAt(1) }));
      expect(schemaErrorsOf("run-report", report)).toEqual([]);
      expect(report.nodes.map(({ name, outcome, gap }) => [name, outcome, gap])).toEqual([
        ["node-01", "restarted", 2],
        ["node-02", "restarted", 2.7],
      ]);
      expect(report.collected).toEqual([{ file, nodes: 1 }]);
      for (const text of [reportMarkdown(report), reportPage(report)])
        expect(text.replaceAll("\\", "")).toContain(`of 1 node from ${file}`);
    });

    test("a run of which no node has a record any more is found by it, and named as another run", async () => {
      const facts = clusterAfter({ records: { "node-02": later }, newest: 3 });
      const kept = keeping({ name: "node-02", record: recordAt(1) });
      expect((await reported(facts, run, kept)).nodes).toMatchObject([
        { name: "node-02", outcome: "restarted" },
      ]);
      expect((await reported(facts, undefined, kept)).run).toMatchObject({ id: later.run, others: [run] });
    });

    test("a node that is gone has its row, with its zone", async () => {
      const facts = clusterAfter({ records: { "node-01": recordAt(0) } });
      const report = await reported(facts, "2", keeping({ name: "gone", zone: "b", record: recordAt(1) }));
      expect(report.nodes.at(-1)).toMatchObject({
        name: "gone",
        outcome: "restarted",
        zone: "b",
        why: "the cluster no longer has this node",
      });
      expect(report.counts.restarted).toBe(2);
    });

    test("where both have it the cluster is believed, and no file is named", async () => {
      const wrong = recordAt(0, { notReady: 99_000, by: "nobody@nowhere/1" });
      const facts = clusterAfter({ records: { "node-01": recordAt(0) } });
      const report = await reported(facts, "2", keeping({ name: "node-01", record: wrong }));
      expect(report.nodes[0]).toMatchObject({ gap: 2, by: "ops@bastion/3fa2c1" });
      expect(report.collected).toEqual([]);
    });

    test("a node that the run left unfinished is not reported as restarted", async () => {
      const facts = clusterAfter({ records: { "node-01": recordAt(0) }, failed: ["node-02"] });
      const report = await reported(facts, "2", keeping({ name: "node-02", record: recordAt(1) }));
      expect(report.nodes.find(({ name }) => name === "node-02")).toMatchObject({ outcome: "unfinished" });
    });

    test("a pull for which the record had no room comes from it; of another restart of the node it does not", async () => {
      const { pulled: _none, ...without } = recordAt(0);
      const facts = clusterAfter({ records: { "node-01": without } });
      const pulls = async (record: NodeRecord) =>
        (await reported(facts, "2", keeping({ name: "node-01", record }))).nodes[0]?.phases[0];
      const [began, took] = [recordAt(0).pulled?.began ?? 0, (recordAt(0).pulled?.took ?? 0) / 1000];
      const from = (began - recordAt(0).began) / 1000;
      expect(await pulls(recordAt(0))).toEqual({ kind: "pull", from, to: from + took });
      expect(await pulls(recordAt(8))).toMatchObject({ kind: "before" });
    });

    test("two files of a run: each node is as it ended last", async () => {
      const first = keeping({ name: "node-02", record: recordAt(1) }).found;
      const second = keeping({ name: "node-02", record: recordAt(9) }).found;
      for (const found of [
        [...first, ...second],
        [...second, ...first],
      ])
        expect((await reported(overwritten(), "2", { found })).nodes).toMatchObject([
          { name: "node-01" },
          { began: formatTime(recordAt(9).began) },
        ]);
    });

    test("a run that is nowhere: why files were left out stands in the error", async () => {
      const refused = ["left out: /x is not what a run has written"];
      await expect(reported(overwritten(), "7", { refused })).rejects.toThrow(
        /run "7"; there are .*; left out: \/x/,
      );
    });

    test("what somebody wrote into it commands nobody", async () => {
      const by = "</dd><script>alert(1)</script>|\n# x";
      const report = await reported(
        overwritten(),
        "2",
        keeping({ name: "node-02", record: recordAt(1, { by }) }),
      );
      expect(reportPage(report)).not.toContain("<script");
      expect(
        reportMarkdown(report)
          .split("\n")
          .filter((line) => line.startsWith("# ")),
      ).toHaveLength(1);
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
      /no node and no folder has a record of run "7"; there are/,
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

  test("the bars of pulls are as long as the pulls, to each other", async () => {
    await page().resize(1280, 900);
    await show(reportPage(await reported(fleetAfter(16))));
    const perSecond = await page().value<readonly number[]>(
      `[...document.querySelectorAll(".time td.pulled")].filter((cell) => cell.querySelector("i") !== null)
        .map((cell) => cell.querySelector("i").getBoundingClientRect().width / parseFloat(cell.textContent))`,
    );
    expect(perSecond).toHaveLength(12);
    for (const each of perSecond) expect(each).toBeCloseTo(perSecond[0] ?? 0, 1);
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
