import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AppContext } from "../../context.ts";
import { userError } from "../../errors.ts";
import { contentsOf } from "../../manifest/contents.ts";
import type { ManifestObject } from "../../manifest/parse.ts";
import { formatYaml, parseYaml } from "../../manifest/yaml.ts";
import { dataOf, desiredBy } from "../../merge/config-map.ts";
import type { KubeObject } from "../../model/kube.ts";
import { readManifest } from "../read-manifest.ts";
import type { NewValues } from "./options.ts";
import type { Prepared } from "./prepare.ts";

/** The ConfigMap as it is to be, and the keys that go whoever set them. */
export interface Desired {
  readonly object: KubeObject;
  readonly unset: ReadonlySet<string>;
}

/** A file is read before the cluster is, so that a wrong one costs nothing. */
export async function readValues(
  values: NewValues,
  context: Pick<AppContext, "readFile">,
): Promise<readonly ManifestObject[]> {
  return values.from === "file" ? await readManifest(values.file, context.readFile, "configmap") : [];
}

export async function desiredFrom(
  values: NewValues,
  objects: readonly ManifestObject[],
  prepared: Prepared,
  context: AppContext,
): Promise<Desired> {
  const { live } = prepared;
  switch (values.from) {
    case "file":
      return { object: inFile(objects, values.file, prepared), unset: new Set() };
    case "flags": {
      const before = dataOf(live);
      const missing = [...values.unset].find((key) => !(key in before));
      if (missing !== undefined)
        throw userError(
          `ConfigMap ${live.metadata.namespace ?? ""}/${live.metadata.name} has no key "${missing}" to remove; it has ${Object.keys(before).join(", ")}`,
        );
      return { object: desiredBy(live, values.set, values.unset), unset: values.unset };
    }
    case "editor": {
      const before = dataOf(live);
      const after = await edited(before, context);
      const set = new Map(Object.entries(after).filter(([key, value]) => before[key] !== value));
      const unset = new Set(Object.keys(before).filter((key) => !(key in after)));
      return { object: desiredBy(live, set, unset), unset };
    }
  }
}

function inFile(objects: readonly ManifestObject[], file: string, { connection, ref }: Prepared): KubeObject {
  const maps = objects
    .map(({ object }) => object)
    .filter(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === ref.name)
    .map((object) => ({
      ...object,
      metadata: { ...object.metadata, namespace: object.metadata.namespace ?? connection.namespace },
    }));
  const here = `${ref.namespace ?? ""}/${ref.name}`;
  const matches = maps.filter(({ metadata }) => metadata.namespace === ref.namespace);
  const [match, second] = matches;
  if (second !== undefined)
    throw userError(
      `${file} has the ConfigMap ${here} ${String(matches.length)} times; leave one of them in it`,
    );
  if (match !== undefined) return match;
  const [other] = maps;
  if (other !== undefined)
    throw userError(
      `the ConfigMap in ${file} is ${other.metadata.namespace}/${ref.name} and the cluster's is ${here}; give a manifest of the same namespace`,
    );
  throw userError(
    `no ConfigMap ${ref.name} in ${file} (it has ${contentsOf(objects).text}); give the manifest that holds ${here}`,
  );
}

/** The data in an editor, as kubectl edit does it. Throws UserError when it comes back as something else. */
async function edited(
  data: Readonly<Record<string, string>>,
  { env, terminal }: AppContext,
): Promise<Readonly<Record<string, string>>> {
  if (!terminal.stderrTty) throw userError("--edit needs a terminal; give the values with --set or -f");
  const folder = await mkdtemp(join(tmpdir(), "calico-upgrade-edit-"));
  const file = join(folder, "configmap-data.yaml");
  try {
    const help =
      "# The values of Calico's ConfigMap. An empty file, or one that is left as it is, changes nothing.\n";
    await writeFile(file, `${help}${formatYaml(data)}`, { mode: 0o600 });
    await runEditor(
      env["KUBE_EDITOR"] ?? env["EDITOR"] ?? (env["OS"] === "Windows_NT" ? "notepad" : "vi"),
      file,
    );
    return readEdited(await readFile(file, "utf8"), data);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runEditor(editor: string, file: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // As kubectl: the variable may hold arguments, which a shell takes apart.
  const child = spawn(`${editor} "${file}"`, { shell: true, stdio: "inherit" });
  child.on("error", (error) =>
    reject(userError(`the editor "${editor}" cannot be started: ${error.message}`)),
  );
  child.on("close", (code) =>
    code === 0
      ? resolve()
      : reject(
          userError(
            `the editor "${editor}" ended with exit code ${String(code ?? "unknown")}; nothing was changed`,
          ),
        ),
  );
  await promise;
}

function readEdited(
  text: string,
  before: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch (error) {
    throw userError(
      `what was edited cannot be read: ${error instanceof Error ? error.message : String(error)}; nothing was changed`,
    );
  }
  if (value === null || value === undefined) return before;
  const entries = typeof value === "object" && !Array.isArray(value) ? Object.entries(value) : undefined;
  const wrong = entries?.find(([, each]) => typeof each !== "string");
  if (entries === undefined || wrong !== undefined)
    throw userError(
      `what was edited is not a list of texts${wrong === undefined ? "" : `: ${wrong[0]} is a ${typeof wrong[1]}; put it in quotes`}; nothing was changed`,
    );
  return Object.fromEntries(entries as [string, string][]);
}
