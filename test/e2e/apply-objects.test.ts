/**
 * kubectl is the oracle for every object of a manifest: what `kubectl apply` of the next minor's file makes of
 * the last one's objects, we make too, and kubectl has nothing left to do. The clusters have no nodes.
 *
 * A few pairs; `scripts/test --all` goes through every one there is and holds test/golden/apply-objects-*.md
 * against what it saw (`scripts/test e2e test/e2e/apply-objects.test.ts --all -u` writes them).
 */
import { existsSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Connection } from "../../src/cluster/port.ts";
import type { KubeObject } from "../../src/model/kube.ts";
import { lastAppliedAnnotation } from "../../src/model/names.ts";
import { startCluster, type Cluster } from "../cluster/cluster.ts";
import type { Savepoint } from "../cluster/savepoint.ts";
import { kubeVersions } from "../cluster/binaries/recipes.ts";
import { poll } from "../cluster/wait.ts";
import { connectTo } from "./connect-to.ts";
import { essence, traceOf, undated, withoutLastApplied } from "./support/essence.ts";
import { filePairs, manifests, type FilePair } from "./support/manifest-pairs.ts";
import { id, objectOracle, type Live, type ObjectOracle } from "./support/object-oracle.ts";
import { pairsTable, tableFile, type PairRow } from "./support/pairs-table.ts";

const all = process.env["TEST_ALL"] !== undefined;

/** All pairs with --all; else a few, the same ones each time. */
function sample(pairs: readonly FilePair[], count: number): readonly FilePair[] {
  if (all || pairs.length <= count) return pairs;
  const step = (pairs.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, index) => pairs[Math.round(index * step)]).filter(
    (pair) => pair !== undefined,
  );
}

const eras = kubeVersions.map((kubeVersion) => ({
  kubeVersion,
  pairs: sample(
    filePairs().filter(({ server }) => server === kubeVersion),
    5,
  ),
}));

describe.skipIf(!existsSync(manifests)).each(eras)(
  "Kubernetes $kubeVersion",
  { timeout: 900_000 },
  ({ kubeVersion, pairs }) => {
    let cluster: Cluster;
    let connection: Connection;
    let oracle: ObjectOracle;
    let empty: Savepoint;
    const rows = new Map<string, PairRow>();

    beforeAll(async () => {
      cluster = await startCluster({ kubeVersion, nodes: 0 });
      connection = await connectTo(cluster);
      oracle = await objectOracle(cluster, connection);
      empty = await cluster.savepoints.save();
    });
    afterAll(async () => {
      connection?.close();
      await cluster?.stop();
    });
    const note = (pair: FilePair, more: Partial<PairRow>): void => {
      const before = rows.get(pair.name) ?? { name: pair.name, objects: pair.next.length };
      rows.set(pair.name, { ...before, ...more });
    };

    test.each(pairs)("$name: client-side, each object is left as kubectl leaves it", async (pair) => {
      const { usable, live, kubectlApply, ourApply, writesLeft } = oracle;
      const { save, restore } = cluster.savepoints;
      const [old, next] = [usable(pair.old), usable(pair.next)];
      await restore(empty);
      await kubectlApply(old);
      const begun = await save();
      await kubectlApply(next);
      const wanted = await live(next);
      const ended = await save();
      await restore(begun);
      await ourApply(next);
      const ours = await live(next);
      const large: string[] = [];
      for (const [index, object] of next.entries()) {
        // What outgrew kubectl's annotation goes server-side: kubectl refused it.
        if (isAnnotated(wanted[index])) expect(essence(ours[index])).toEqual(essence(wanted[index]));
        else {
          expect(ours[index], id(object)).toBeDefined();
          large.push(id(object));
        }
      }
      const after = await kubectlApply(next);
      const never = after.filter((line) => !line.endsWith(" unchanged")).map(objectOf);
      // Ours finds nothing to do either. Fields that a server of another age does not know stay a difference
      // to kubectl as well; that writing them changes nothing, only the server's dry run tells.
      const left = (await writesLeft(next)).map((write) => write.id);
      if (kubeVersion === "1.36") expect(left).toEqual([]);
      else expect(never).toEqual(expect.arrayContaining(left));
      if (never.length > 0) {
        // Defaults that a file spells out are no change that ends: kubectl says the same after itself.
        await restore(ended);
        expect(await kubectlApply(next)).toEqual(after);
      }
      note(pair, { compared: next.length, large, never, client: true });
    });

    // Server-side apply is there from Kubernetes 1.22 on.
    describe.runIf(kubeVersion !== "1.15")("server-side owner", () => {
      test.each(pairs)("$name: each object is left as kubectl leaves it, and nothing to do", async (pair) => {
        const { usable, live, kubectlApply, ourApply, writesLeft } = oracle;
        const { save, restore } = cluster.savepoints;
        const [old, next] = [usable(pair.old), usable(pair.next)];
        await restore(empty);
        await kubectlApply(old, "--server-side");
        const begun = await save();
        await kubectlApply(next, "--server-side");
        const wanted = await live(next);
        const ended = await save();
        await restore(begun);
        await ourApply(next);
        const ours = await live(next);
        const told = (objects: readonly Live[]) => objects.map(essence).map(withoutLastApplied);
        expect(told(ours)).toEqual(told(wanted));
        expect(await writesLeft(next)).toEqual([]);
        await kubectlApply(next, "--server-side");
        const after = await live(next);
        const dated = writtenAgain(next, ours, after);
        if (kubeVersion === "1.36") expect(dated).toEqual([]);
        else {
          // Kubernetes 1.24 gives some objects with null or empty values a new time with every apply: nothing
          // but the time, and those are the same after kubectl itself.
          expect(after.map(traceOf).map(undated)).toEqual(ours.map(traceOf).map(undated));
          await restore(ended);
          const restored = await live(next);
          // Times are whole seconds: within the one that it was written in, another apply gives no new one.
          await poll(async () => Date.now() >= lastWritten(restored) + 1000, { what: "the next second" });
          await kubectlApply(next, "--server-side");
          const byItself = writtenAgain(next, restored, await live(next));
          expect(byItself).toEqual(expect.arrayContaining([...dated]));
        }
        note(pair, { server: true });
      });
    });

    test.runIf(all)("the table of every pair is as it was committed", async () => {
      const table = pairsTable(kubeVersion, pairs.map(rowOf));
      await expect(table).toMatchFileSnapshot(tableFile(kubeVersion));
    });

    /** `customresourcedefinition.apiextensions.k8s.io/x unchanged` as `id` says it. */
    const objectOf = (line: string): string => line.replace(/ .*/, "").replace(/^([^./]+)[^/]*/, "$1");
    const writtenAgain = (next: readonly KubeObject[], before: readonly Live[], after: readonly Live[]) =>
      next.filter((_, index) => !isDeepStrictEqual(traceOf(before[index]), traceOf(after[index]))).map(id);
    const lastWritten = (objects: readonly Live[]): number =>
      Math.max(
        ...objects.flatMap((object) =>
          (object?.metadata.managedFields ?? []).map(({ time }) =>
            Date.parse(time ?? "1970-01-01T00:00:00Z"),
          ),
        ),
      );
    const rowOf = ({ name, next }: FilePair): PairRow => rows.get(name) ?? { name, objects: next.length };
    const isAnnotated = (object: Live): boolean =>
      object?.metadata.annotations?.[lastAppliedAnnotation] !== undefined;
  },
);
