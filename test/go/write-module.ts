/**
 * Writes test/go/k8s-MINOR/go.mod for one Kubernetes release: `node test/go/write-module.ts 1.36.4`.
 * `node test/go/write-module.ts 1.36.4 kubelet` writes test/go/kubelet/go.mod: the kubelet needs modules that
 * no control plane does, and has its own so that theirs stays as it is built. `go mod tidy` there comes next.
 *
 * Kubernetes asks for its staging modules at v0.0.0, which is published nowhere, so they are replaced
 * by the published ones. Old releases pin every dependency by `replace`, and replaces count only in the
 * main module: they are taken over. Run it when a version is added or raised; the result is committed.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

type Replacement = { readonly from: string; readonly to: string };

/** What an old release pins and today's Go or today's internet can no longer use. */
const mended: ReadonlyMap<string, string> = new Map([
  // 1.0.1 reads the runtime's map layout, which has changed since.
  ["github.com/modern-go/reflect2", "github.com/modern-go/reflect2 v1.0.2"],
  // The vanity address is gone; the repository behind it is not.
  ["vbom.ml/util", "github.com/fvbommel/util v0.0.0-20160121211510-db5cfe13f5cc"],
]);

const [version, only] = process.argv.slice(2);
if (version === undefined || !/^1\.\d+\.\d+$/.test(version)) {
  throw new Error("usage: write-module.ts 1.MINOR.PATCH [COMMAND]");
}
const minor = version.split(".").slice(0, 2).join(".");
const staging = `v0.${version.split(".").slice(1).join(".")}`;
const module = only ?? `k8s-${minor}`;
const folder = join(import.meta.dirname, module);

const published = moduleFile(`k8s.io/kubernetes@v${version}`);
const replacements = replacesOf(published).map(({ from, to }): Replacement => {
  if (to.startsWith("./staging/")) return { from, to: `${from} ${staging}` };
  return { from, to: mended.get(from) ?? to };
});

const controlPlane = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"];
const commands = only === undefined ? controlPlane : [only];
if (only === undefined && minor === "1.36") commands.push("kubectl");

mkdirSync(folder, { recursive: true });
writeFileSync(
  join(folder, "go.mod"),
  [
    `module calico-upgrade.test/${module}`,
    "",
    "go 1.26.0",
    "",
    "tool (",
    ...commands.map((command) => `\tk8s.io/kubernetes/cmd/${command}`),
    ")",
    "",
    `require k8s.io/kubernetes v${version}`,
    "",
    "replace (",
    ...replacements.map(({ from, to }) => `\t${from} => ${to}`),
    ")",
    "",
  ].join("\n"),
);

function moduleFile(module: string): string {
  const answer: unknown = JSON.parse(
    execFileSync("go", ["mod", "download", "-json", module], { encoding: "utf8" }),
  );
  if (typeof answer !== "object" || answer === null || !("GoMod" in answer)) {
    throw new Error(`go mod download ${module} names no go.mod`);
  }
  return readFileSync(String(answer.GoMod), "utf8");
}

function replacesOf(text: string): Replacement[] {
  const found: Replacement[] = [];
  for (const line of text.split("\n")) {
    const [from, to] = line
      .replace(/^replace /, "")
      .trim()
      .split(" => ");
    if (from !== undefined && to !== undefined) found.push({ from, to });
  }
  return found;
}
