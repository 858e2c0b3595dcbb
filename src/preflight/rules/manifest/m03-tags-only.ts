import { parseImage } from "../../../model/image.ts";
import type { TemplateContainer, TemplateFacts } from "../../../model/template.ts";
import { atLeast } from "../../../releases/version.ts";
import { templateRule } from "../../template-rule.ts";

/** From these on upstream's calico-node differs in more than its images, in manifests of every flavour. */
const changed =
  "v2.0.0 v2.1.0 v2.4.0 v2.5.0 v3.2.0 v3.3.0 v3.4.0 v3.8.0 v3.13.0 v3.16.0 v3.17.0 v3.19.0 v3.20.0 v3.22.0 v3.23.0 v3.31.0 v3.33.0".split(
    " ",
  );

/**
 * Calico-facts 6, rows 19 and 20. The way begins at the release that the DaemonSet asks for: where it asks
 * for the new one already, nodes that run the old one are an upgrade under way, or one that is being mended.
 */
export const tagsOnly = templateRule({
  id: "M03",
  severity: "error",
  page: {
    title: "not only the tags are new",
    why: "A release's images belong to its manifest: environment, probes, mounts, init containers and roles change with them. Tags alone end in crash loops.",
    detected: "the file's template against the live one, images left out",
    fix: "Start from upstream's manifest of the target and bring your own settings into it.",
    sources: [
      "https://github.com/projectcalico/calico/issues/4911",
      "https://github.com/k0sproject/k0s/issues/4066",
    ],
  },
  needs: ["running"],
  looks: ["asked"],
  steps: ["node", "apply"],
  check({ live, file }, { running }, { to }, _now, { asked }) {
    if (to?.known !== true) return { outcome: "n/a", because: "the target's release is not known" };
    const oldest = asked.known ? asked.value : running.oldest;
    const crossed = changed.find((first) => !atLeast(oldest, first) && atLeast(to.value, first));
    if (crossed === undefined) {
      const because =
        oldest.text === to.value.text
          ? `the DaemonSet asks for ${oldest.text} already`
          : `between ${oldest.text} and ${to.value.text} upstream changed nothing else`;
      return { outcome: "n/a", because };
    }
    const [before, after] = [live.daemonSet, file.daemonSet];
    if (sameImages(before.template, after.template))
      return { outcome: "n/a", because: "the DaemonSet has the file's images already" };
    if (sameBut(before.template, after.template)) {
      return {
        outcome: "fail",
        // An image that tells nothing may stand in either manifest.
        ...(asked.known ? {} : { severity: "warning" as const }),
        because: `the file's calico-node differs from the one that runs in nothing but images, and upstream's has changed with ${crossed}: that is the manifest of ${oldest.text} with tags of ${to.value.text}`,
        evidence: after.template.containers.map(({ name, image }) => ({
          object: `DaemonSet ${before.namespace}/${before.name}`,
          field: `container ${name} image`,
          value: `${imageOf(before.template, name)} → ${image}`,
        })),
        fix: `take upstream's manifest of ${to.value.text} and bring your own settings into it`,
      };
    }
    return { outcome: "pass", because: "the file's template differs in more than its images" };
  },
});

function sameBut(a: TemplateFacts, b: TemplateFacts): boolean {
  return text(a) === text(b);
}

function sameImages(a: TemplateFacts, b: TemplateFacts): boolean {
  const images = ({ initContainers, containers }: TemplateFacts): string =>
    JSON.stringify([...initContainers, ...containers].map(({ name, image }) => [name, image]));
  return images(a) === images(b);
}

/** What a release changes of a template beside its images. */
function text({ initContainers, containers, volumes }: TemplateFacts): string {
  const bare = ({ image, ...rest }: TemplateContainer): unknown => ({
    ...rest,
    image: parseImage(image).repository,
  });
  return JSON.stringify([initContainers.map(bare), containers.map(bare), volumes]);
}

function imageOf({ containers }: TemplateFacts, name: string): string {
  return containers.find((each) => each.name === name)?.image ?? "none";
}
