import { describe, expect, test } from "vitest";
import { routesFrom } from "../../../src/plan/hops.ts";
import type { PlannedHop, Route, RouteStart } from "../../../src/plan/route/route.ts";
import { isListed } from "../../../src/releases/bad-releases.ts";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { intersect, isEmpty, rangeOf, rangeText } from "../../../src/releases/kubernetes.ts";
import { pathErrors } from "../../../src/releases/paths.ts";
import { compareVersions, versionOf } from "../../../src/releases/version.ts";

type Seen = Partial<Omit<RouteStart, "from">>;

function start(from: string, seen: Seen): RouteStart {
  return {
    from: versionOf(from),
    datastore: "kubernetes",
    kubernetes: "unknown",
    canal: "unknown",
    typha: "unknown",
    ebpf: "unknown",
    vxlan: "unknown",
    ...seen,
  };
}

function route(from: string, to: string, seen: Seen = {}): Route {
  return routesFrom(start(from, seen), catalogue)(versionOf(to));
}

/** `v3.4.0 → v3.14.2, Kubernetes 1.21, → v3.27.5 (P08) → v3.29.7` */
function told(found: Route): string {
  if (found.kind === "refusal")
    return `refused: ${found.id}${found.nearest === undefined ? "" : `, nearest ${found.nearest}`}`;
  return found.hops
    .map(({ to, reasons, upgradeKubernetes }) => {
      const ids = reasons.map(({ id }) => id).join(", ");
      const upgrade = upgradeKubernetes === undefined ? "" : `Kubernetes ${rangeText(upgradeKubernetes)}, `;
      return `${upgrade}→ ${to.text}${ids === "" ? "" : ` (${ids})`}`;
    })
    .join(" ");
}

describe("the routes that the documentation knows come out", () => {
  test.each([
    ["v1.6.1", "v2.5.1", { datastore: "etcd", kubernetes: 7 }, "→ v2.5.1"],
    ["v2.2.1", "v2.6.12", { kubernetes: 7 }, "→ v2.6.12"],
    ["v2.6.12", "v3.1.7", { datastore: "etcd", kubernetes: 9 }, "→ v3.1.7"],
    ["v2.6.2", "v3.5.8", { datastore: "etcd", kubernetes: 10 }, "→ v2.6.12 (P05) → v3.5.8"],
    ["v2.6.12", "v3.8.9", { kubernetes: 13 }, "→ v3.5.8 (P06) → v3.8.9"],
    [
      "v3.4.0",
      "v3.29.7",
      { kubernetes: 12 },
      "→ v3.14.2 (K02, K07) Kubernetes 1.21, → v3.23.5 (P08) → v3.29.7",
    ],
    [
      "v3.4.0",
      "v3.29.7",
      { kubernetes: "unknown" },
      "→ v3.14.2 (K02, K07) Kubernetes 1.21, → v3.27.5 (P08) → v3.29.7",
    ],
    [
      "v3.4.0",
      "v3.29.7",
      { datastore: "etcd", kubernetes: 15 },
      "→ v3.16.10 (P08) Kubernetes 1.21 or newer, → v3.29.7",
    ],
    ["v3.4.0", "v3.29.7", { kubernetes: 36 }, "→ v3.27.5 (P08) → v3.29.7"],
    [
      "v2.2.1",
      "v3.32.1",
      {},
      "→ v2.6.12 (P05) → v3.5.8 (P06) Kubernetes 1.9 – 1.15, → v3.14.2 (K02, K07) Kubernetes 1.21, → v3.27.5 (P08) → v3.32.1",
    ],
    ["v3.14.2", "v3.15.5", { kubernetes: 15 }, "Kubernetes 1.16 – 1.21, → v3.15.5"],
    ["v2.2.1", "v2.6.12", { kubernetes: 6 }, "Kubernetes 1.7, → v2.6.12"],
    ["v3.27.0", "v3.28.4", { kubernetes: 22 }, "Kubernetes 1.25 or newer, → v3.28.4"],
    ["v3.30.7", "v3.30.7", { kubernetes: 33 }, ""],
    ["v1.5.0", "v1.5.0", { datastore: "etcd" }, ""],
  ] satisfies readonly (readonly [string, string, Seen, string])[])(
    "%s to %s %j",
    (from, to, seen, expected) => {
      expect(told(route(from, to, seen))).toBe(expected);
    },
  );
});

describe("where there is no way, the rule is named, and the nearest release that there is a way to", () => {
  test.each([
    ["v1.5.0", "v2.6.12", { datastore: "etcd" }, "refused: P01"],
    ["v1.6.1", "v2.6.12", {}, "refused: P01"],
    ["v3.30.7", "v3.29.7", {}, "refused: P11"],
    ["v2.5.1", "v2.6.0", {}, "refused: R01, nearest v2.6.1"],
    ["v2.3.0", "v2.6.3", { datastore: "etcd" }, "refused: R02, nearest v2.6.6"],
    ["v2.6.3", "v2.6.4", {}, "refused: R03, nearest v2.6.5"],
    ["v2.6.4", "v3.0.0", { datastore: "etcd" }, "refused: R06, nearest v3.0.1"],
    ["v3.27.0", "v3.28.4", { kubernetes: 24 }, "refused: R15, nearest v3.28.5"],
    ["v3.29.7", "v3.31.7", { ebpf: true, vxlan: true }, "refused: R17, nearest v3.30.7"],
    ["v3.4.0", "v3.14.2", { kubernetes: 24 }, "refused: K03, nearest v3.15.1"],
    ["v2.2.1", "v2.6.12", { kubernetes: 24 }, "refused: K02"],
    ["v2.6.12", "v3.29.7", { kubernetes: 24 }, "refused: P06"],
    ["v2.2.1", "v2.6.12", { kubernetes: 9, oldGroupServed: false }, "refused: P03, nearest v2.4.1"],
  ] satisfies readonly (readonly [string, string, Seen, string])[])(
    "%s to %s %j: %s",
    (from, to, seen, expected) => {
      expect(told(route(from, to, seen))).toBe(expected);
    },
  );

  test("it says which Kubernetes limit a documented way runs into", () => {
    expect(route("v2.6.12", "v3.29.7", { kubernetes: 24 })).toMatchObject({
      because: expect.stringContaining("K02: v3.5.8: its manifest needs extensions/v1beta1") as string,
    });
  });
});

describe("what is known against a target is told although the way is planned", () => {
  test("a fault that only warns", () => {
    expect(route("v3.28.5", "v3.29.2", { kubernetes: 30 })).toMatchObject({
      kind: "route",
      notes: [{ id: "R16", severity: "warning", holds: true, instead: "v3.29.4 or newer" }],
    });
  });

  test("a fault of which it is not known whether it concerns this cluster", () => {
    expect(route("v3.29.7", "v3.31.7", { kubernetes: 33, ebpf: true })).toMatchObject({
      notes: [{ id: "R17", severity: "error", holds: "unknown" }],
    });
  });
});

/** What an upgrade would break on if it followed the route; empty when it is sound. */
function breaks(found: Route, { from, datastore, kubernetes }: RouteStart, to: string): readonly string[] {
  if (found.kind === "refusal") {
    const older = compareVersions(versionOf(to), from) < 0;
    const wrong = (found.id === "P11") !== older ? ["P11 is for downgrades, and for all of them"] : [];
    return found.id.length === 3 && found.because !== "" ? wrong : [...wrong, "a refusal without a rule"];
  }
  const said: string[] = [];
  const running = kubernetes === "unknown" ? rangeOf(from, datastore) : { min: kubernetes, max: kubernetes };
  let [at, range] = [from, running];
  for (const [index, hop] of found.hops.entries()) {
    said.push(...hopBreaks(hop, datastore, index === found.hops.length - 1));
    if (compareVersions(hop.from, at) !== 0) said.push(`${hop.from.text} does not follow ${at.text}`);
    const stays = intersect([range, hop.kubernetes]);
    if (hop.upgradeKubernetes === undefined) {
      if (isEmpty(stays)) said.push(`${hop.to.text}: another Kubernetes, and nobody upgrades it`);
    } else {
      if (!isEmpty(intersect([range, rangeOf(hop.to, datastore)])))
        said.push(`${hop.to.text}: Kubernetes is upgraded without need`);
      if (isEmpty(intersect([hop.upgradeKubernetes, rangeOf(hop.from, datastore)])))
        said.push(`${hop.from.text} cannot be on the new Kubernetes`);
      if ((hop.upgradeKubernetes.min ?? 0) <= (range.max ?? 99)) said.push("Kubernetes goes back");
    }
    [at, range] = [hop.to, hop.kubernetes];
  }
  if (at.text !== to) said.push(`it ends at ${at.text}`);
  return said;
}

function hopBreaks(
  { from, to, kubernetes, reasons }: PlannedHop,
  datastore: "etcd" | "kubernetes",
  last: boolean,
) {
  const said: string[] = [];
  for (const minor of [kubernetes.min, kubernetes.max]) {
    const hop = { from, to, datastore, oldGroupServed: true };
    const errors = pathErrors(minor === undefined ? hop : { ...hop, kubernetes: minor });
    said.push(...errors.map(({ id }) => `${from.text} → ${to.text} violates ${id}`));
    if (minor !== undefined && isEmpty(intersect([{ min: minor, max: minor }, rangeOf(to, datastore)])))
      said.push(`${to.text} cannot be on Kubernetes 1.${minor}`);
  }
  if (!last && isListed(to)) said.push(`it passes through ${to.text}, which has a fault`);
  if (!last && to.prerelease !== undefined) said.push(`it passes through ${to.text}`);
  if (last !== (reasons.length === 0)) said.push(`${to.text}: a stop without a reason`);
  return said;
}

const all = process.env["TEST_ALL"] !== undefined;
const names = [...catalogue.releases.keys()];

describe.each(["unknown", 7, 15, 24, 36] as const)(
  "every pair of releases, Kubernetes 1.%s",
  (kubernetes) => {
    test.each(["etcd", "kubernetes"] as const)(
      `with %s: a sound route or a refusal that names its rule${all ? "" : " (a sample)"}`,
      { timeout: 30_000 },
      (datastore) => {
        const wrong: string[] = [];
        let pairs = 0;
        for (const from of all ? names : names.filter((_, index) => index % 17 === 3)) {
          const begin = start(from, { datastore, kubernetes });
          const routeTo = routesFrom(begin, catalogue);
          for (const to of all ? names : names.filter((_, index) => index % 5 === 2)) {
            pairs += 1;
            const said = breaks(routeTo(versionOf(to)), begin, to);
            wrong.push(...said.map((what) => `${from} to ${to}: ${what}`));
          }
        }
        expect(wrong).toEqual([]);
        expect(pairs).toBe(all ? 254 * 254 : 15 * 51);
      },
    );
  },
);
