/**
 * Names, images and whatever else a cluster holds stand in lines that people paste into a root shell: none of them
 * becomes a command there, and no page of a runbook lets one out of its block.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { leavesByKind } from "../build/leaves.ts";
import { clusterOf, installs, readingCommands, run, withAt } from "./era-clusters.ts";

const hostile = `$(forged)\`forged\`;forged|forged&forged>\${HOME}/forged' "; forged; '\nforged\n\`\`\`\nforged #`;
const programs =
  "kubectl docker podman nerdctl ctr crictl systemctl journalctl calicoctl calico-upgrade sed grep chown chmod mv cp rm mkdir curl cat".split(
    " ",
  );

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pasted-"));
  mkdirSync(join(folder, "bin"));
  for (const name of [...programs, "forged"]) {
    const stub = join(folder, "bin", name);
    // A builtin alone: no program but these is found.
    writeFileSync(
      stub,
      name === "forged" ? `#!/bin/sh\n: > ${join(folder, "FORGED")}\n` : "#!/bin/sh\nexit 0\n",
    );
    chmodSync(stub, 0o755);
  }
  symlinkSync("/bin/sh", join(folder, "bin", "sh"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a shell says of these lines, and whether anything was called that is not one of our programs. */
function pasted(lines: string): { readonly wrong: string; readonly forged: boolean } {
  const env = { PATH: join(folder, "bin"), HOME: folder };
  const { stderr } = spawnSync("/bin/sh", ["-n"], { input: lines, env, encoding: "utf8" });
  spawnSync("/bin/sh", [], { input: lines, env, cwd: folder, encoding: "utf8" });
  const forged = existsSync(join(folder, "FORGED")) || existsSync(join(folder, "forged"));
  rmSync(join(folder, "FORGED"), { force: true });
  rmSync(join(folder, "forged"), { force: true });
  return { wrong: stderr, forged };
}

/** The lines of a page's blocks; a block that a value left has other lines around it. */
function blocksOf(page: string): string {
  const blocks: string[] = [];
  let fence: string | undefined;
  for (const line of page.split("\n")) {
    const mark = /^(`{3,})(sh)?$/.exec(line)?.[1];
    if (fence === undefined && mark !== undefined) fence = mark;
    else if (mark === fence) fence = undefined;
    else if (fence !== undefined) blocks.push(line);
  }
  return blocks.join("\n");
}

/** From the name of a program on: what somebody copies out of a sentence. */
function commandsIn(text: string): readonly string[] {
  return [...text.matchAll(/(?<=^|[\s(:`])(?:kubectl|docker|crictl|calicoctl) .*$/gm)].map(([line]) => line);
}

/** Else each command meets every twelfth place. */
const isAll = process.env["TEST_ALL"] !== undefined;

describe.each(Object.entries(installs))("%s", (_name, install) => {
  const cluster = clusterOf(install);
  const places = leavesByKind(cluster.objects);
  const some = (first: number) => places.filter((_, at) => isAll || (at + first) % 12 === 0);
  const pages = [`plan --to=${install.to} --print-commands`, `runbook --to=${install.to} -o markdown`];

  test.each(pages)(
    "what %s prints is pasted whole, and calls nothing else",
    { timeout: 60_000 },
    async (command) => {
      const isPage = command.startsWith("runbook");
      for (const place of places.filter((_, at) => isAll || (at + pages.indexOf(command)) % 2 === 0)) {
        const { stdout } = await run(
          cluster,
          withAt(cluster, [place], (text) => text + hostile),
          command,
        );
        if (!stdout.includes("forged")) continue;
        expect({ place, ...pasted(isPage ? blocksOf(stdout) : stdout) }).toEqual({
          place,
          wrong: "",
          forged: false,
        });
        if (isPage) expect({ place, left: leftBlocks(stdout) }).toEqual({ place, left: [] });
      }
    },
  );

  test.each(readingCommands(install))(
    "no hint of %s becomes another command",
    { timeout: 60_000 },
    async (command) => {
      for (const place of some(readingCommands(install).indexOf(command))) {
        const { stdout, stderr } = await run(
          cluster,
          withAt(cluster, [place], (text) => text + hostile),
          command,
        );
        for (const line of commandsIn(`${stdout}\n${stderr}`).filter((each) => each.includes("forged")))
          expect({ place, line, forged: pasted(line).forged }).toEqual({ place, line, forged: false });
      }
    },
  );
});

/** Lines outside the blocks in which a value is not a piece of a heading, an item or a step, or has marks of its own. */
function leftBlocks(page: string): readonly string[] {
  const inside = new Set(blocksOf(page).split("\n"));
  return page
    .split("\n")
    .filter((line) => line.includes("forged") && !inside.has(line))
    .filter(
      (line) => !/^(#{1,3} |- |\*\*\d+\.\*\* )/.test(line) || /[`<>[\]]/.test(line.replaceAll(/\\./g, "")),
    );
}
