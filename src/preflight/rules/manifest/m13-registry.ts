import { parseImage } from "../../../model/image.ts";
import { settingsRule } from "../../setting-rule.ts";
import type { Setting } from "../../settings.ts";

/** Nodes that reach the one reach the other: what only moved between them is no mirror. */
const upstream = new Set(["docker.io", "quay.io"]);

/** Calico-facts 1.7; B32 is about upstream's own registries. */
export const mirroredRegistry = settingsRule({
  id: "M13",
  severity: "warning",
  page: {
    title: "images come from the registry that the nodes know",
    why: "Upstream's manifest names upstream's registry. Nodes that may pull only from a mirror, or with a secret, cannot pull from there.",
    detected: "registries of the images and imagePullSecrets, as they are and as the apply would leave them",
    fix: "Write the mirror's name before the images, and the imagePullSecrets into the template.",
    sources: ["https://github.com/projectcalico/calico/issues/7813", "manifests of v3.30 and v3.31"],
  },
  kinds: ["image", "pull secret"],
  which: (setting) => (setting.kind === "image" ? isOtherPlace(setting) : setting.before !== undefined),
  ofUnknown: "warning",
  kept: "images come from the same registry, pull secrets are the same",
  fix(found) {
    const places = new Set(found.filter(({ kind }) => kind === "image").map(({ before }) => placeOf(before)));
    return [
      ...(places.size > 0 ? [`write ${[...places].join(", ")} before the images of the file`] : []),
      ...(found.some(({ kind }) => kind === "pull secret") ? ["add the imagePullSecrets to the file"] : []),
    ].join("; ");
  },
});

/** Whose it is tells more than the registry alone: an own copy can be on Docker Hub, too. */
function isOtherPlace({ group, before, after }: Setting): boolean {
  if (typeof before !== "string" || typeof after !== "string" || placeOf(before) === placeOf(after))
    return false;
  return group !== "unknown" || !upstream.has(registryOf(before));
}

/** `mirror.example:5000`, `docker.io/team`: what stands before upstream's own name, `calico/node`. */
function placeOf(image: unknown): string {
  if (typeof image !== "string") return "";
  const folders = parseImage(image).repository.split("/").slice(0, -1);
  return [registryOf(image), ...(folders.at(-1) === "calico" ? folders.slice(0, -1) : folders)].join("/");
}

function registryOf(image: string): string {
  return parseImage(image).registry ?? "docker.io";
}
