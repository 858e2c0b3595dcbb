import { fullImageName } from "../../model/image.ts";
import type { NodeFacts } from "../../model/node.ts";
import { podOn, type NodeWorld } from "../node/world.ts";

/** An image of a template, and how its kubelet is to get it. */
export interface WantedImage {
  readonly image: string;
  /** imagePullPolicy; absent: the server's default for that tag. */
  readonly policy?: string;
}

interface RawContainer {
  readonly image?: string;
  readonly imagePullPolicy?: string;
}

/** The images of a pod template, init containers too, each once and in its order. */
export function imagesOfTemplate(template: unknown): readonly WantedImage[] {
  const { spec } = (template ?? {}) as {
    readonly spec?: {
      readonly initContainers?: readonly RawContainer[];
      readonly containers?: readonly RawContainer[];
    };
  };
  const all = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  const wanted = new Map<string, WantedImage>();
  for (const { image = "", imagePullPolicy } of all) {
    const key = fullImageName(image);
    if (image === "" || wanted.has(key)) continue;
    wanted.set(key, { image, ...(imagePullPolicy === undefined ? {} : { policy: imagePullPolicy }) });
  }
  return [...wanted.values()];
}

/**
 * Which of these are not known to be on a node: neither in status.images by any name (which lists 50 at most: hazard
 * H21), nor in use by its calico-node pod, nor pulled by this run. `pulled`: full names.
 */
export function unknownImages(
  world: NodeWorld,
  node: NodeFacts,
  wanted: readonly WantedImage[],
  pulled: ReadonlySet<string> = new Set(),
): readonly WantedImage[] {
  const pod = podOn(world, node.name);
  const used = [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])].flatMap(({ image, imageID }) =>
    imageID === undefined ? [] : [image],
  );
  const there = new Set([...node.images, ...used].map(fullImageName));
  return wanted.filter(({ image, policy }) => {
    const name = fullImageName(image);
    if (pulled.has(name)) return false;
    // The registry is asked at every start: what is there under this name may not be what is wanted.
    return policy === "Always" || !there.has(name);
  });
}
