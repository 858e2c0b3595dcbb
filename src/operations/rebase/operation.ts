import { userError } from "../../errors.ts";
import { baseOf } from "../../facts/base.ts";
import type { ManifestObject } from "../../manifest/parse.ts";
import type { KubeObject, NamespacedName } from "../../model/kube.ts";
import { known, type Reading } from "../../model/reading.ts";
import { some } from "../../model/words.ts";
import { parseImage } from "../../model/image.ts";
import { preflightFacts } from "../../preflight/facts.ts";
import { fileContainers } from "../../preflight/file-containers.ts";
import { basicNeeds } from "../../preflight/needs.ts";
import type { Prefer } from "../../rebase/carry.ts";
import { rebase, type Rebased } from "../../rebase/rebase.ts";
import { isSameObject } from "../../rebase/same-object.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { releasesOfImage } from "../../releases/release.ts";
import { upstreamRelease } from "../../releases/upstream.ts";
import { versionOf, type Version } from "../../releases/version.ts";
import type { FactsSource } from "../facts/source.ts";
import { readInstalled } from "../installed.ts";
import { planFileOf, type PlanFile } from "../plan/file.ts";
import { refuseOther } from "../preflight/target.ts";
import { upstream } from "../upstream.ts";

/** A manifest that was read, under the name that the user gave it. */
export interface NamedManifest {
  readonly path: string;
  readonly objects: readonly ManifestObject[];
}

export interface RebaseRequest {
  /** Upstream's manifest of the new release. */
  readonly file: PlanFile;
  /** undefined: what is on record of the release that yours is of. */
  readonly base: NamedManifest | undefined;
  /** Where your settings are: a file, or a cluster. */
  readonly mine: NamedManifest | FactsSource;
  readonly daemonSet: NamespacedName | undefined;
  readonly prefer: Prefer;
}

/** What your settings were told from. */
export type RebaseBase =
  | { readonly kind: "file"; readonly path: string }
  | {
      readonly kind: "record";
      readonly release: string;
      readonly flavour: string;
      /** The release of yours, where that is another patch release. */
      readonly instead?: string;
    }
  /** Nothing is on record: what was set since the last kubectl apply is yours, the rest may be. */
  | { readonly kind: "none"; readonly because: string };

export interface RebaseResult {
  readonly rebased: Rebased;
  readonly base: RebaseBase;
}

/** Changes nothing. Throws UserError where yours could not be read. */
export async function rebaseOperation(request: RebaseRequest): Promise<RebaseResult> {
  const { file, mine, prefer } = request;
  const own = "objects" in mine ? ofFile(mine) : await ofCluster(mine, request);
  const base = await baseFor(request, own);
  const target = file.objects;
  const kinds = target.map(({ object }) => object).filter(({ kind }) => kind === "DaemonSet");
  if (!kinds.some((each) => own.objects.some((live) => isSameObject(live, each))))
    throw userError(
      `${own.name} has no DaemonSet ${kinds.map(({ metadata }) => metadata.name).join(", ")}, which ${file.path} has: its settings cannot be carried over`,
    );
  const rebased = rebase({
    base: base.objects,
    mine: own.objects,
    target,
    from: "objects" in mine ? "file" : "cluster",
    prefer,
  });
  return { rebased, base: base.origin };
}

interface Own {
  /** In a message. */
  readonly name: string;
  readonly objects: readonly KubeObject[];
  readonly release: Reading<Version>;
}

function ofFile({ path, objects }: NamedManifest): Own {
  return {
    name: path,
    objects: objects.map(({ object }) => object),
    release: objects.some(({ object }) => object.kind === "DaemonSet")
      ? releaseOf(planFileOf(path, objects))
      : { known: false, why: "failed", message: `${path} has no DaemonSet, so its release is not known` },
  };
}

function releaseOf({ path, objects, set }: PlanFile): Reading<Version> {
  const name = set?.release.candidates.at(-1) ?? set?.release.release ?? releaseOfOthers(objects);
  return name === undefined
    ? { known: false, why: "failed", message: `the images of ${path} do not tell its release` }
    : known(versionOf(name));
}

/** The newest release that all images are of; those that tell none, as one that is pinned by its digest, do not count. */
function releaseOfOthers(objects: readonly ManifestObject[]): string | undefined {
  const byImage = fileContainers({ objects }).flatMap(({ raw: { image } }) => {
    const releases = typeof image === "string" ? releasesOfImage(parseImage(image), catalogue) : [];
    return releases.length === 0 ? [] : [releases];
  });
  const [first = [], ...others] = byImage;
  return first.findLast((each) => others.every((releases) => releases.includes(each)));
}

async function ofCluster(source: FactsSource, { file, base, daemonSet }: RebaseRequest): Promise<Own> {
  const cluster = await source.read(basicNeeds);
  const facts = preflightFacts(cluster, catalogue, daemonSet);
  if (!facts.daemonSet.known) throw userError(facts.daemonSet.message);
  refuseOther(file, facts);
  const release = facts.asked;
  const { namespace } = facts.daemonSet.value;
  const record =
    release.known && base === undefined ? upstreamRelease(await upstream(), release.value) : undefined;
  const former =
    base?.objects.map(({ object }) => object) ??
    [...(record?.manifests.values() ?? [])].flat().map((each) => ({
      ...each,
      metadata: { name: each.metadata.name, namespace },
    }));
  const installed =
    source.connection === undefined
      ? cluster.installed
      : await readInstalled(source.connection, [...file.objects.map(({ object }) => object), ...former]);
  if (!installed.known)
    throw userError(
      `${installed.message}: the settings of this install could not be read; save the facts again with this version, or give --mine FILE`,
    );
  const { objects, unread } = installed.value;
  const [first] = unread;
  if (first !== undefined)
    throw userError(
      `${some(unread.map(({ object }) => object))} could not be read, so its settings would be lost: ${first.message}`,
    );
  return { name: "the cluster", objects, release };
}

async function baseFor(
  { base }: RebaseRequest,
  own: Own,
): Promise<{ readonly objects: readonly KubeObject[] | undefined; readonly origin: RebaseBase }> {
  if (base !== undefined)
    return { objects: base.objects.map(({ object }) => object), origin: { kind: "file", path: base.path } };
  const { release } = own;
  const found = release.known ? baseOf(await upstream(), release.value, own.objects) : release;
  if (!found.known || !release.known)
    return {
      objects: undefined,
      origin: {
        kind: "none",
        because: found.known ? "the release that yours is of is not known" : found.message,
      },
    };
  const { value } = found;
  // Calico may be in another namespace than upstream's manifests have it in.
  const objects = value.objects.map(({ metadata: { namespace: _usual, ...metadata }, ...rest }) => ({
    ...rest,
    metadata,
  }));
  return {
    objects,
    origin: {
      kind: "record",
      release: value.release,
      flavour: value.flavour,
      ...(value.exact ? {} : { instead: release.value.text }),
    },
  };
}
