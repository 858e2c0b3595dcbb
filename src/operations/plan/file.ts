import { ruleError, userError } from "../../errors.ts";
import { calicoFacts } from "../../facts/calico.ts";
import type { CalicoDaemonSet } from "../../facts/daemonset.ts";
import { contentsOf, type ManifestContents } from "../../manifest/contents.ts";
import { fileFacts } from "../../manifest/file-facts.ts";
import type { ManifestObject } from "../../manifest/parse.ts";
import type { UpgradeStart } from "../../plan/upgrade/upgrade-start.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { findRelease } from "../../releases/find-release.ts";
import { pathAnswers } from "../../releases/paths.ts";
import { releasesOfImage } from "../../releases/release.ts";
import { versionOf, type Version } from "../../releases/version.ts";

/** The target's manifest, as given with -f. */
export interface PlanFile {
  /** As the user named it; "-" is standard input. */
  readonly path: string;
  readonly objects: readonly ManifestObject[];
  readonly contents: ManifestContents;
  /** Its calico-node, by the door that a cluster's comes through; undefined: it has none. */
  readonly set?: CalicoDaemonSet;
}

/** The objects of one or several files, under the name that the user gave them. */
export function planFileOf(path: string, objects: readonly ManifestObject[]): PlanFile {
  const contents = contentsOf(objects);
  if (isOperators(contents)) return { path, objects, contents };
  const { all } = calicoFacts(fileFacts(objects, "kube-system"), catalogue);
  const [set, ...others] = all.known ? all.value : [];
  if (set === undefined) {
    throw userError(
      `${path} has ${contents.text}, and no calico-node DaemonSet; give the manifest that Calico is installed with, in its new version`,
    );
  }
  // Several are fine where they are one release: one for each architecture or pool (H20).
  const different = others.find(({ release }) => release.text !== set.release.text);
  if (different !== undefined) {
    throw userError(
      `${path} has calico-node of several releases: ${set.release.text} in ${set.name}, ${different.release.text} in ${different.name}; a plan has one target`,
    );
  }
  return { path, objects, contents, set };
}

function isOperators({ is }: ManifestContents): boolean {
  return is === "operator" || is === "operator-resources";
}

/** How commands of the plan call the file. */
export function nameIn({ path }: PlanFile): string {
  return path === "-" ? "calico.yaml" : path;
}

/**
 * The release to go to; undefined for an operator's file, which is refused when it is known what runs.
 * Throws where --to and -f do not agree.
 */
export function targetOf(to: Version | undefined, file: PlanFile | undefined): Version | undefined {
  if (file?.set === undefined) return to;
  const { release } = file.set;
  const where = `calico-node in ${file.path}`;
  if (to === undefined) {
    if (release.release !== undefined && release.by === "catalogue") return versionOf(release.release);
    if (release.by === "newer") {
      const found = findRelease(release.release ?? "", catalogue);
      const why = found.ok ? `${where} is ${release.text}` : found.message;
      throw userError(`-f: ${why}; nothing is guessed about it: take a newer version of this program`);
    }
    throw userError(
      `-f: which release ${where} is not said by its images: ${release.text}; say it with --to`,
    );
  }
  if (release.candidates.length > 0 && !release.candidates.includes(to.text)) {
    throw userError(
      `--to and -f do not agree: ${where} is ${release.text}, not ${to.text}; leave --to out, or give the manifest of ${to.text}`,
    );
  }
  return to;
}

/** What the file is and what runs have to go together; throws where they do not (P12). */
export function refuseMismatch(file: PlanFile, start: Pick<UpgradeStart, "from" | "datastore">): void {
  const { path, contents, set } = file;
  if (set === undefined) {
    const [release] = contents.image === undefined ? [] : releasesOfImage(contents.image, catalogue);
    const { from, datastore } = start;
    const hop = { from, to: release === undefined ? from : versionOf(release), datastore, toOperator: true };
    const rule = pathAnswers(hop).find(({ id }) => id === "P12");
    const because = rule === undefined ? "moving to the operator is a procedure of its own" : rule.because;
    throw ruleError(
      "P12",
      `${path} has ${contents.text}, and this Calico was applied from a manifest: ${because}; give the hosted manifest of the release, or see docs.tigera.io, "Migrate Calico to an operator-managed installation"`,
    );
  }
  const { type } = set.datastore;
  if (type !== "unknown" && type !== start.datastore) {
    throw userError(
      `${path} is for the ${type} datastore and this Calico has its data in ${start.datastore === "etcd" ? "etcd" : "Kubernetes"}; an upgrade does not move it: give the manifest for ${start.datastore === "etcd" ? "etcd (calico-etcd.yaml)" : "the Kubernetes datastore (calico.yaml)"}`,
    );
  }
}
