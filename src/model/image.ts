/** A container image reference taken apart: registry/repository:tag@digest. */
export interface ImageRef {
  readonly text: string;
  /** Repository without registry host: `calico/node`, `rancher/mirrored-calico-node`. */
  readonly repository: string;
  readonly registry?: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** Reads an image reference as container runtimes do (distribution/reference grammar). */
export function parseImage(text: string): ImageRef {
  const [beforeDigest = "", digest] = text.split("@", 2);
  const colon = beforeDigest.lastIndexOf(":");
  const hasTag = colon > beforeDigest.lastIndexOf("/");
  const name = hasTag ? beforeDigest.slice(0, colon) : beforeDigest;
  const tag = hasTag ? beforeDigest.slice(colon + 1) : undefined;
  const slash = name.indexOf("/");
  const first = name.slice(0, Math.max(slash, 0));
  const isHost = first.includes(".") || first.includes(":") || first === "localhost";
  return {
    text,
    repository: isHost ? name.slice(slash + 1) : name,
    ...(isHost ? { registry: first } : {}),
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** The Calico components that an image can be, in the catalogue's spelling (`calico/node`). */
export type CalicoImage =
  | "calico/node"
  | "calico/cni"
  | "calico/kube-controllers"
  | "calico/kube-policy-controller"
  | "calico/typha"
  | "calico/pod2daemon-flexvol"
  | "calico/calico";

const calicoImages: readonly CalicoImage[] = [
  "calico/node",
  "calico/cni",
  "calico/kube-controllers",
  "calico/kube-policy-controller",
  "calico/typha",
  "calico/pod2daemon-flexvol",
  "calico/calico",
];

/**
 * Which Calico image this is, mirrors included: upstream's `calico/node` (on GCR `projectcalico-org/node`),
 * `…/calico-node` and `…/mirrored-calico-node` are the spellings in the wild (calico-facts 1.7).
 */
export function calicoImage(image: ImageRef): CalicoImage | undefined {
  const parts = image.repository.split("/");
  const last = parts.at(-1) ?? "";
  const lastTwo = parts.slice(-2).join("/");
  return calicoImages.find((name) => {
    const short = name.slice("calico/".length);
    return (
      lastTwo === name ||
      lastTwo === `projectcalico-org/${short}` ||
      (short !== "calico" && (last === `calico-${short}` || last === `mirrored-calico-${short}`))
    );
  });
}

/** `calico/node:v3.30.7` and `docker.io/calico/node:v3.30.7` are one image: the name with its registry. */
export function fullImageName(text: string): string {
  const { registry = "docker.io", repository, tag, digest } = parseImage(text);
  return `${registry}/${repository}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

const separator = String.raw`(?:[._]|__|-+)`;
const component = String.raw`[a-z\d]+(?:${separator}[a-z\d]+)*`;
const host = String.raw`(?:[A-Za-z\d](?:[A-Za-z\d-]*[A-Za-z\d])?(?:\.[A-Za-z\d](?:[A-Za-z\d-]*[A-Za-z\d])?)*|\[[\da-fA-F:]+\])(?::\d+)?`;
const reference = new RegExp(
  String.raw`^(?:${host}/)?${component}(?:/${component})*(?::\w[\w.-]{0,127})?(?:@[A-Za-z][A-Za-z\d]*(?:[-_+.][A-Za-z][A-Za-z\d]*)*:[\da-fA-F]{32,})?$`,
);

/** Whether a container runtime takes it for the name of an image (distribution/reference grammar). */
export function isImageReference(text: string): boolean {
  return text.length <= 500 && reference.test(text);
}
