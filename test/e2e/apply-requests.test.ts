/**
 * How many requests a whole `apply` on three nodes sends: what several parts look at is asked once, and after a
 * question only what it rests on (hazard H32). With upstream's own file, and with the builder's.
 */
import { existsSync } from "node:fs";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import { startCluster, type Cluster } from "../cluster/cluster.ts";
import type { Savepoint } from "../cluster/savepoint.ts";
import { nodes } from "./support/calico-cluster.ts";
import { manifests } from "./support/manifest-pairs.ts";
import { runPlugin } from "./support/plugin.ts";
import { requestsSent, tally } from "./support/requests-sent.ts";
import { hasTerminal, onTerminal } from "./support/terminal.ts";

/** Four of them are Events: one about each node, one about the DaemonSet. */
const most = 150;
/** After an answer, what the question rests on is looked at again: discovery, rights, and each kind of the file. */
const mostAsked = 164;
const here = existsSync(manifests);
if (!here) console.warn(`LEFT OUT: requests of upstream's own files, because ${manifests} is not there`);

interface Case {
  readonly what: string;
  readonly upstream: boolean;
  /** How kubectl installed the old release. */
  readonly flags: readonly string[];
  /** Somebody at a terminal answers. */
  readonly asks: boolean;
}

const installs: readonly Omit<Case, "asks">[] = [
  { what: "the hosted manifest", upstream: false, flags: [] },
  { what: "upstream's kdd.yaml, applied client-side", upstream: true, flags: [] },
  { what: "upstream's kdd.yaml, applied server-side", upstream: true, flags: ["--server-side"] },
];
const cases = installs.flatMap((each): readonly Case[] => [
  { ...each, asks: false },
  { ...each, what: `asked, ${each.what}`, asks: true },
]);

describe("v3.29 → v3.30 on three nodes", { timeout: 300_000 }, () => {
  let cluster: Cluster;
  let empty: Savepoint;
  let folder: string;

  beforeAll(async () => {
    cluster = await startCluster({ audit: "Metadata" });
    empty = await cluster.savepoints.save();
    folder = await mkdtemp(join(tmpdir(), "apply-requests-"));
    const [old, next] = ["v3.29.7", "v3.30.7"].map((version) => toYaml(hostedCalico({ version })));
    await writeFile(join(folder, "old.yaml"), old ?? "");
    await writeFile(join(folder, "next.yaml"), next ?? "");
  });
  afterAll(() => cluster?.stop());

  test.each(cases.filter(({ upstream, asks }) => (here || !upstream) && (hasTerminal || !asks)))(
    "$what: an API server answers no more requests than that takes",
    async ({ upstream, flags, asks }) => {
      await cluster.resetCalico();
      await cluster.savepoints.restore(empty);
      const [old, next] = upstream
        ? ["v3.29", "v3.30"].map((minor) => join(manifests, minor, "kdd.yaml"))
        : ["old", "next"].map((name) => join(folder, `${name}.yaml`));
      const installed = await cluster.kubectl(["apply", "--validate=false", ...flags, "-f", old ?? ""]);
      expect(installed).toMatchObject({ code: 0 });
      await workloadsReady(cluster);

      await imagesAreThere(cluster, next ?? "");
      const mark = await cluster.audit.mark();
      const run = ["apply", "-f", next ?? "", "--settle=0s", "--bundle-dir", join(folder, "bundles")];
      if (asks) {
        const terminal = onTerminal(cluster, `kubectl calico-upgrade ${run.join(" ")}`);
        await terminal.shows(/\[y\/N\]/);
        terminal.types("y\n");
        expect(await terminal.ended, terminal.screen().join("\n")).toBe(0);
      } else {
        const { code, stderr } = await runPlugin(cluster, [...run, "-y"]);
        expect([code, stderr]).toEqual([0, expect.stringContaining("contract: ")]);
      }
      const sent = await requestsSent(cluster, mark);
      // The run is whole: each of its nodes has got a new pod.
      expect(sent.filter((each) => each.startsWith("delete ") && each.includes("/pods/"))).toHaveLength(3);
      expect(sent.length, tally(sent)).toBeLessThanOrEqual(asks ? mostAsked : most);
    },
  );
});

/** As after --until-step prepull the evening before: each pull is a pod more, which is made and deleted. */
async function imagesAreThere(cluster: Cluster, file: string): Promise<void> {
  const text = await readFile(file, "utf8");
  const images = [...text.matchAll(/^\s*(?:- )?image: "?([^\s"]+)/gm)].map(([, image]) => image ?? "");
  for (const node of nodes) await cluster.setNodeImages(node, images);
}
