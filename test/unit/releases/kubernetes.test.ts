import { describe, expect, test } from "vitest";
import { catalogue } from "../../../src/releases/catalogue.ts";
import {
  isEmpty,
  isTested,
  limitsOf,
  rangeOf,
  rangeText,
  testedRange,
} from "../../../src/releases/kubernetes.ts";
import { limits } from "../../../src/releases/limits/kubernetes-limits.ts";
import { versionOf } from "../../../src/releases/version.ts";

const range = (release: string, datastore: "etcd" | "kubernetes" = "kubernetes"): string =>
  rangeText(rangeOf(versionOf(release), datastore));

describe("a release is not planned for a Kubernetes that cannot take its manifest", () => {
  test.each([
    ["v1.6.1", "etcd", "1.15 or older"],
    ["v2.4.1", "kubernetes", "1.15 or older"],
    ["v2.5.1", "etcd", "1.15 or older"],
    ["v2.5.1", "kubernetes", "1.7 – 1.15"],
    ["v3.7.5", "kubernetes", "1.7 – 1.15"],
    ["v3.8.0", "kubernetes", "1.9 – 1.21"],
    ["v3.8.0", "etcd", "1.9 or newer"],
    ["v3.14.2", "kubernetes", "1.9 – 1.21"],
    ["v3.15.5", "kubernetes", "1.16 or newer"],
    ["v3.15.5", "etcd", "1.9 or newer"],
    ["v3.17.6", "kubernetes", "1.16 – 1.24"],
    ["v3.18.6", "etcd", "1.9 – 1.24"],
    ["v3.19.0", "etcd", "1.16 – 1.24"],
    ["v3.22.5", "kubernetes", "1.16 – 1.24"],
    ["v3.23.0", "etcd", "1.21 or newer"],
    ["v3.28.3", "kubernetes", "1.21 or newer"],
    ["v3.28.4", "kubernetes", "1.25 or newer"],
    ["v3.28.5", "kubernetes", "1.21 or newer"],
    ["v3.32.1", "kubernetes", "1.21 or newer"],
  ] as const)("%s with %s: %s", (release, datastore, expected) => {
    expect(range(release, datastore)).toBe(expected);
  });

  test("no release is shut out of every Kubernetes by two limits at once", () => {
    const shutOut = [...catalogue.releases.keys()].filter((name) =>
      (["etcd", "kubernetes"] as const).some((datastore) => isEmpty(rangeOf(versionOf(name), datastore))),
    );
    expect(shutOut).toEqual([]);
  });

  test("every limit concerns a release, so none is dead", () => {
    const met = new Set(
      [...catalogue.releases.keys()].flatMap((name) => limitsOf(versionOf(name), "kubernetes")),
    );
    expect(limits.filter((limit) => !met.has(limit))).toEqual([]);
  });
});

describe("what was tested is what the documentation says", () => {
  test.each([
    ["v1.6.1", "etcd", undefined],
    ["v2.1.5", "etcd", { min: 5, max: 6 }],
    ["v2.6.12", "etcd", undefined],
    ["v2.6.12", "kubernetes", { min: 7 }],
    ["v3.5.8", "etcd", { min: 10, max: 12 }],
    ["v3.9.6", "kubernetes", { min: 13, max: 15 }],
    ["v3.24.6", "kubernetes", { min: 22, max: 25 }],
    ["v3.32.1", "kubernetes", { min: 34, max: 36 }],
    ["v3.33.0", "kubernetes", undefined],
  ] as const)("%s with %s", (release, datastore, expected) => {
    expect(testedRange(versionOf(release), datastore)).toEqual(expected);
  });

  test("every release from v3.0 on has a row", () => {
    const without = [...catalogue.releases.keys()].filter((name) => {
      const version = versionOf(name);
      return version.major >= 3 && testedRange(version, "kubernetes") === undefined;
    });
    expect(without).toEqual([]);
  });

  test("an open end and no row at all are unknown, not tested", () => {
    const is = (release: string, minor: number) => isTested(versionOf(release), "kubernetes", minor);
    expect([is("v3.29.7", 28), is("v3.29.7", 29), is("v3.29.7", 32), is("v3.29.7", 33)]).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect([is("v3.0.12", 6), is("v3.0.12", 7), is("v3.0.12", 15)]).toEqual([false, true, "unknown"]);
    expect(isTested(versionOf("v2.6.12"), "etcd", 9)).toBe("unknown");
  });
});
