/** `migrate-policy --what-if -o html`: the text of the page, and the page in a headless Chromium. */
import { beforeEach, describe, expect, test } from "vitest";
import { enforcementOf } from "../../../src/policy/enforcement.ts";
import type { BoundarySide } from "../../../src/policy/crossing.ts";
import { whatIf } from "../../../src/policy/what-if.ts";
import { policyWhatIf } from "../../../src/render/what-if/build.ts";
import { whatIfPage } from "../../../src/render/what-if/html/page.ts";
import { inBrowser } from "../../browser/pages.ts";
import { clusterOf, defaultDeny, type RawCluster, type RawPolicy } from "../policy/raw-cluster.ts";

const web: RawPolicy = {
  namespace: "shop",
  name: "web",
  spec: {
    podSelector: { matchLabels: { app: "web" } },
    ingress: [{ from: [{ podSelector: { matchLabels: { app: "db" } } }], ports: [{ port: 80 }] }],
  },
};

/** A shop of the old days: closed, open, unclear and untouched namespaces. */
const shop: RawCluster = {
  namespaces: [
    { name: "bank", annotation: defaultDeny },
    { name: "odd", annotation: "{broken" },
    { name: "shop", labels: { team: "shop" } },
    { name: "still" },
  ],
  pods: [
    { namespace: "bank", name: "vault-1", labels: { app: "vault" }, ip: "10.0.0.1" },
    { namespace: "bank", name: "teller-1", labels: { app: "teller" }, ip: "10.0.0.7" },
    { namespace: "odd", name: "odd-1", labels: { app: "odd" }, ip: "10.0.0.2" },
    { namespace: "shop", name: "web-1", labels: { app: "web" }, ip: "10.0.0.3" },
    { namespace: "shop", name: "web-2", labels: { app: "web" }, ip: "10.0.0.4" },
    { namespace: "shop", name: "db-1", labels: { app: "db" }, ip: "10.0.0.5" },
    { namespace: "still", name: "still-1", labels: {}, ip: "10.0.0.6" },
  ],
  policies: [
    web,
    {
      namespace: "bank",
      name: "vault",
      spec: {
        podSelector: { matchLabels: { app: "vault" } },
        ingress: [
          { from: [{ namespaceSelector: { matchLabels: { team: "shop" } } }], ports: [{ port: 443 }] },
        ],
      },
    },
  ],
};

/** Twenty teams, some of them closed, with names as long as they get. */
function company(namespaces: number, apps: number): RawCluster {
  const names = Array.from({ length: namespaces }, (_, at) =>
    at % 7 === 3 ? `team-${String(at)}-with-a-rather-long-name-production-europe` : `team-${String(at)}`,
  );
  return {
    namespaces: names.map((name, at) => ({
      name,
      labels: { group: String(at % 4) },
      ...(at % 3 === 0 ? { annotation: defaultDeny } : at % 11 === 5 ? { annotation: "{}}" } : {}),
    })),
    pods: names.flatMap((namespace, at) =>
      Array.from({ length: apps }, (_, app) => ({
        namespace,
        name: `app-${String(app)}`,
        labels: { app: `app-${String(app)}`, tier: app % 2 === 0 ? "front" : "back" },
        ip: `10.${String(at >> 8)}.${String(at & 255)}.${String(app + 1)}`,
      })),
    ),
    policies: names.flatMap((namespace, at) =>
      Array.from({ length: at % 4 === 2 ? 0 : Math.min(apps, 3) }, (_, number) => ({
        namespace,
        name: `policy-${String(number)}`,
        spec: {
          podSelector: { matchLabels: { app: `app-${String(number)}` } },
          ingress: [
            {
              from: [
                { namespaceSelector: { matchLabels: { group: String((at + number) % 4) } } },
                { podSelector: { matchLabels: { tier: "back" } } },
              ],
              ports: [{ port: 8000 + number }],
            },
          ],
          ...(number === 2
            ? {
                policyTypes: ["Ingress", "Egress"],
                egress: [{ to: [{ ipBlock: { cidr: "192.168.0.0/16" } }] }],
              }
            : {}),
        },
      })),
    ),
  };
}

function pageOf(
  raw: RawCluster,
  { target = "v2.4.0", side = "before", only }: { target?: string; side?: BoundarySide; only?: string } = {},
): string {
  const asked = only === undefined ? {} : { only };
  const result = whatIf({
    ...clusterOf(raw),
    driver: "etcd",
    semantics: { kind: "v1", ...enforcementOf(target, "etcd") },
    decisions: { keep: new Set(), treatAs: new Map(), ...asked },
    side,
  });
  const setting = {
    kubernetes: "v1.7.16",
    calico: "v2.2.1",
    driver: "etcd",
    target,
    side,
    ...asked,
  } as const;
  return whatIfPage(policyWhatIf(result, setting), result, only);
}

describe("the page's text", () => {
  test("needs nothing from elsewhere", () => {
    const page = pageOf(shop);
    expect(page).toContain(`default-src 'none'`);
    expect(page.match(/\b(src|href|url|@import|action)\s*[=(]/g)).toBeNull();
  });

  test("a name that looks like markup stays a name", () => {
    const evil = `</script><img src=x onerror="alert(1)">&'`;
    const { pods, policies, namespaces } = shop;
    const page = pageOf({
      namespaces: [...namespaces, { name: evil, annotation: defaultDeny }],
      pods: [...pods, { namespace: evil, name: evil, labels: { [evil]: evil }, ip: "10.0.0.9" }],
      policies: [...policies, { ...web, namespace: evil, name: evil }],
    });
    expect(page).not.toContain("<img");
    expect(page.match(/<\/script>/g)).toHaveLength(2);
    expect(page).toContain("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;&#39;");
  });

  test("past the boundary it says that there is nothing to compare", () => {
    const page = pageOf(shop, { side: "past" });
    expect(page).toContain("there is nothing to compare");
    expect(page).not.toContain("<script");
  });

  test("a large cluster makes a page that a browser can show, and it says what it left out", () => {
    const page = pageOf(company(400, 12), { target: "v3.29.0" });
    expect(page.length).toBeLessThan(2_500_000);
    expect(page).toMatch(/\d+ more namespaces with pods are left out/);
    expect(page).toMatch(/\d+ more are left out; -o json has more/);
  });

  test("one huge namespace does not hide the others, and its classes that are left out are counted", () => {
    const pods = Array.from({ length: 500 }, (_, at) => ({
      namespace: "shop",
      name: `worker-${String(at)}`,
      labels: { worker: String(at) },
      ip: "10.0.1.1",
    }));
    const policies = pods.map(({ labels }, at): RawPolicy => ({
      ...web,
      name: `worker-${String(at)}`,
      spec: { podSelector: { matchLabels: labels } },
    }));
    const page = pageOf({
      ...shop,
      pods: [...shop.pods, ...pods],
      policies: [...shop.policies, ...policies],
    });
    expect(page).toContain("shop (442)");
    expect(page).toContain('"name":"still"');
  });
});

inBrowser("the page of -o html", ({ page, show, look }) => {
  beforeEach(() => {
    (page().errors as string[]).length = 0;
  });

  const wide = async (): Promise<void> => await page().resize(1280, 900);
  const phone = async (): Promise<void> => await page().resize(390, 844, { touch: true });
  const cell = (from: string, to: string): string =>
    `[...document.querySelectorAll("td.cell")].find((each) => each.getAttribute("aria-label").startsWith(${JSON.stringify(`from ${from} to ${to}:`)}))`;
  const label = async (from: string, to: string): Promise<string> =>
    await page().value(`${cell(from, to)}.getAttribute("aria-label")`);
  const why = async (): Promise<string> => await page().value(`document.getElementById("why").innerText`);

  test("shows which namespaces are cut off, exposed and unclear, each with a sign of its own", async () => {
    await wide();
    await show(pageOf(shop));
    expect(await label("still", "shop")).toContain("closes");
    expect(await label("still", "bank")).toContain("opens");
    expect(await label("still", "odd")).toContain("not known");
    expect(await label("shop", "still")).toContain("stays open");
    const signs = await page().value(
      `["shop", "bank", "odd"].map((to) => [...document.querySelectorAll("td.cell")].find((each) => each.getAttribute("aria-label").startsWith("from still to " + to + ":")).textContent)`,
    );
    expect(signs).toEqual(["−", "+", "?"]);
    expect([page().requests, page().errors]).toEqual([[], []]);
    await look("desktop");
  });

  test("says why on hover", async () => {
    const { x, y } = await page().value<{ x: number; y: number }>(
      `(({ x, y }) => ({ x: x + 5, y: y + 5 }))(${cell("still", "bank")}.getBoundingClientRect())`,
    );
    await page().hover(x, y);
    expect(await why()).toMatch(/still → bank[^]*closed/);
    expect(await why()).toContain("the DefaultDeny annotation has no effect any more");
  });

  test("is used by keyboard: a cell opens to its classes and says their ports and policies", async () => {
    await show(pageOf(shop));
    await page().value(`document.querySelector("#matrix [tabindex='0']").focus()`);
    for (const key of ["Home", "PageUp", "ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight"])
      await page().press(key);
    expect(await page().value(`document.activeElement.getAttribute("aria-label")`)).toMatch(
      /^from shop to shop:/,
    );
    await page().press("Enter");
    expect(await label("shop app=db", "shop app=web")).toContain("closes");
    expect(await label("shop app=web", "shop app=db")).toContain("stays open");
    expect(await page().value(`document.activeElement.getAttribute("aria-label")`)).toMatch(
      /^from shop to shop:/,
    );
    for (const key of ["ArrowDown", "ArrowDown", "ArrowRight"]) await page().press(key);
    expect(await page().value(`document.activeElement.getAttribute("aria-label")`)).toBe(
      "from shop app=db to shop app=web: closes",
    );
    expect(await why()).toContain("shop/web");
    await look("desktop-open");
    await page().press("Escape");
    expect(
      await page().value(
        `document.querySelectorAll("#matrix tbody tr").length > 0 && !${cell("shop app=db", "shop app=web")}`,
      ),
    ).toBe(true);
  });

  test("after the plan nothing closes and nothing opens", async () => {
    await page().value(`document.querySelector("input[value=migrated]").click()`);
    expect(await label("still", "shop")).toContain("stays open");
    expect(await label("still", "bank")).toContain("stays closed");
    await page().value(`document.getElementById("only").click()`);
    expect(
      await page().value(
        `[...document.querySelectorAll("#matrix tbody th")].map((each) => each.innerText.trim().replace(/^[+–]\\s*/, ""))`,
      ),
    ).toEqual(expect.arrayContaining(["odd"]) as string[]);
    expect(await page().value(`document.querySelectorAll("#matrix td.lost, #matrix td.gained").length`)).toBe(
      0,
    );
  });

  test("is readable on a phone: nothing but the matrix scrolls sideways, and a touch says why", async () => {
    await phone();
    await show(pageOf(company(20, 4), { target: "v3.29.0" }));
    expect(await page().value("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true);
    const small = `[...document.querySelectorAll("td.cell, .head, label")].filter((each) => each.getBoundingClientRect().height < 32).length`;
    expect(await page().value(small)).toBe(0);
    await page().value(`document.getElementById("reach").scrollIntoView()`);
    const { x, y } = await page().value<{ x: number; y: number }>(
      `(({ x, y }) => ({ x: x + 9, y: y + 9 }))(document.querySelector("td.lost").getBoundingClientRect())`,
    );
    await page().click(x, y);
    expect(await why()).toContain("Because");
    expect(await page().value(`document.querySelectorAll("#matrix tbody tr:not(.space)").length`)).toBe(0);
    await look("phone");
    await page().click(x, y);
    expect(
      await page().value(`document.querySelectorAll("#matrix tbody tr:not(.space)").length`),
    ).toBeGreaterThan(0);
    await look("phone-open");
    await page().value(`document.querySelectorAll("h2")[1].scrollIntoView()`);
    await look("phone-list");
    expect([page().requests, page().errors]).toEqual([[], []]);
  });

  test("stays readable in the dark, and with many namespaces", async () => {
    await page().resize(1280, 900, { dark: true });
    await show(pageOf(company(20, 4), { target: "v3.29.0" }));
    await page().value(`document.getElementById("reach").scrollIntoView()`);
    await look("desktop-dark");
    const background = await page().value<string>(`getComputedStyle(document.body).backgroundColor`);
    expect(background).toBe("rgb(20, 24, 29)");
    await page().resize(1280, 900);
    await look("desktop-many");
    expect(page().errors).toEqual([]);
  });

  test("a name that looks like a program does not run", async () => {
    const evil = `<img src=x onerror="window.ran = true">`;
    await wide();
    await show(
      pageOf({
        ...shop,
        namespaces: [...shop.namespaces, { name: evil }],
        pods: [...shop.pods, { namespace: evil, name: evil, labels: { app: evil }, ip: "10.0.0.9" }],
        policies: [...shop.policies, { ...web, namespace: evil, name: evil, spec: { podSelector: {} } }],
      }),
    );
    await page().value(`${cell("still", evil)}.click()`);
    expect(await why()).toContain(evil);
    expect(await page().value("window.ran ?? document.images.length")).toBe(0);
  });
});
