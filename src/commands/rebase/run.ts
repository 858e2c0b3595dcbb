import { basename } from "node:path";
import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { userError } from "../../errors.ts";
import type { ConnectionValues } from "../../flags/connection.ts";
import { factsSource } from "../../operations/facts/source.ts";
import { planFileOf } from "../../operations/plan/file.ts";
import { parseWithoutCrds } from "../../manifest/parse.ts";
import {
  rebaseOperation,
  type NamedManifest,
  type RebaseBase,
  type RebaseResult,
} from "../../operations/rebase/operation.ts";
import { overlayOf } from "../../rebase/kustomize.ts";
import { preferBy } from "../../rebase/prefer.ts";
import { rebasedTexts, withHeader } from "../../rebase/text.ts";
import { conflictMark, rebaseLines } from "../../render/rebase/lines.ts";
import { daemonSetArgument, seeHelp } from "../arguments.ts";
import { objectsIn, readFiles } from "../read-files.ts";
import type { FileText } from "../read-manifest.ts";
import { preferences, rebaseOutput } from "./options.ts";
import { writeOverlay } from "./write-overlay.ts";

/** The values of the flags, as the command class has them. */
export interface RebaseValues {
  readonly connection: ConnectionValues;
  readonly filename: readonly string[];
  readonly recursive: boolean;
  readonly base: string | undefined;
  readonly mine: string | undefined;
  readonly prefer: readonly string[];
  readonly header: boolean;
  readonly force: boolean;
  /** namespace/name */
  readonly daemonSet: string | undefined;
  readonly facts: string | undefined;
  readonly output: string;
  readonly rest: readonly string[];
}

/** Exit code 0, or 1 where a conflict is not decided. */
export async function runRebase(
  values: RebaseValues,
  context: AppContext,
  connect: () => Promise<Connection>,
): Promise<number> {
  const help = seeHelp("rebase");
  const { filename, recursive, mine, facts } = values;
  const { readFile } = context;
  if (values.rest.length > 0) throw userError(`unexpected arguments: [${values.rest.join(" ")}]`, help);
  const output = rebaseOutput(values.output);
  const prefer = preferBy(preferences(values.prefer));
  const daemonSet = daemonSetArgument(values.daemonSet, "rebase");
  if (mine !== undefined && facts !== undefined)
    throw userError("--mine and --facts both say where your settings are: leave one of them out", help);
  if (values.force && output.kind === "manifest")
    throw userError("--force overwrites the files of -o kustomize=DIR: leave it out", help);
  const inputs = [...filename, values.base, mine, facts].filter((path) => path === "-");
  if (inputs.length > 1) throw userError("standard input can be read once; - was given several times", help);

  const texts = await readFiles(filename, recursive, readFile, "rebase");
  const file = planFileOf(filename.join(", "), objectsIn(filename, texts));
  const manifest = async (path: string): Promise<NamedManifest> => ({
    path: path === "-" ? "STDIN" : path,
    objects: objectsIn([path], await readFiles([path], recursive, readFile, "rebase"), parseWithoutCrds),
  });
  const base = values.base === undefined ? undefined : await manifest(values.base);
  const own = mine === undefined ? undefined : await manifest(mine);
  const source = own ?? (await factsSource({ facts, saveFacts: undefined }, context, connect));
  const result = await rebaseOperation({ file, base, mine: source, daemonSet, prefer });

  const from =
    own === undefined ? (facts ?? `context ${context.cluster?.context ?? "of the kubeconfig"}`) : own.path;
  if (output.kind === "manifest") {
    const text = manifestText(texts, result, values.header ? headerLines(texts, result, from) : []);
    if (context.terminal.stdoutTty) context.stdout.text(text);
    else context.stdout.exact(text);
  } else {
    const files = overlayOf(result.rebased, overlayBase(texts), conflictMark);
    await writeOverlay(output.folder, files, values.force);
    context.stderr.line(`${String(files.length)} files written to ${output.folder}`);
  }
  for (const line of rebaseLines(result.rebased, baseText(result.base), whyNone(result.base)))
    context.stderr.line(line);
  return result.rebased.conflicts.some(({ decided }) => decided === undefined) ? 1 : 0;
}

function manifestText(
  texts: readonly FileText[],
  { rebased }: RebaseResult,
  header: readonly string[],
): string {
  return withHeader(rebasedTexts(texts, rebased, conflictMark), header);
}

function headerLines(texts: readonly FileText[], { base }: RebaseResult, from: string): readonly string[] {
  const names = texts.map(({ name }) => name).join(", ");
  return [
    `Upstream's manifest (${names}) with the settings of ${from} that differ from ${baseText(base)}.`,
    "Made by kubectl calico-upgrade rebase.",
  ];
}

function baseText(base: RebaseBase): string {
  if (base.kind === "file") return base.path;
  if (base.kind === "none") return "what kubectl applied last, where that is known";
  const { release, flavour, instead } = base;
  const own = `upstream's manifest of ${release} (${flavour}), on record here`;
  return instead === undefined ? own : `${own}; the one of ${instead} is not`;
}

/** What somebody can do who has more than the program. */
function whyNone(base: RebaseBase): string | undefined {
  return base.kind === "none"
    ? `${base.because}, so what differs can be yours or upstream's; give the manifest that yours was made from with --base FILE`
    : undefined;
}

/** One file has a name of its own, so that a later release only takes its place. */
function overlayBase(texts: readonly FileText[]): readonly FileText[] {
  return texts.length === 1
    ? texts.map(({ text }) => ({ name: "calico.yaml", text }))
    : texts.map(({ name, text }) => ({ name: `upstream-${basename(name)}`, text }));
}
