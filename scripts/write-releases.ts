// Writes src/releases/table.ts from scripts/facts/releases.json and image-to-releases.json, which were read from
// projectcalico/calico's own version files and manifests (docs/calico-facts.md 1.8).
//   node scripts/write-releases.ts [DIRECTORY]      default: scripts/facts
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseCatalogue } from "../src/releases/catalogue.ts";

interface Release {
  readonly components: Readonly<Record<string, string>>;
  readonly tag_commit_date?: string;
}

const root = join(import.meta.dirname, "..");
const source = process.argv[2] ?? join(import.meta.dirname, "facts");
const read = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(join(source, name), "utf8")) as unknown;

const releases = (await read("releases.json")) as Readonly<Record<string, Release>>;
const images = (await read("image-to-releases.json")) as Readonly<
  Record<string, Readonly<Record<string, readonly string[]>>>
>;

const rows = Object.entries(releases).map(([release, { components, tag_commit_date: date }]) => {
  const tag = (name: string): string => {
    const value = components[name];
    return value === undefined ? "-" : value === release ? "=" : value;
  };
  const old = components["kube-policy-controller"];
  const controller = old === undefined ? tag("kube-controllers") : `policy:${old}`;
  const columns = [tag("node"), tag("cni"), controller, tag("typha"), tag("calicoctl"), tag("operator")];
  return [release, date ?? "-", ...columns].join(" ");
});

const table = `/**
 * Calico releases and the image tags each of them is made of, oldest first. Written by
 * scripts/write-releases.ts; change that, not this.
 * Columns: release, date of its tag, node, cni, controller (policy: is calico/kube-policy-controller,
 * else calico/kube-controllers), typha, ctl, operator. "=" is the release's own number, "-" none.
 */
export const releaseTable = \`
${rows.join("\n")}
\`;
`;

// The table has to say everything that the image data says, and nothing else but pre-releases.
const { byImage } = parseCatalogue(rows.join("\n"));
for (const [image, tags] of Object.entries(images)) {
  for (const [tag, names] of Object.entries(tags)) {
    const written = (byImage.get(`${image}:${tag}`) ?? []).filter((name) => !name.includes("-"));
    if (written.join() !== names.join())
      throw new Error(
        `${image}:${tag} is ${names.join()} in the image data and ${written.join()} in the table`,
      );
  }
}
await writeFile(join(root, "src", "releases", "table.ts"), table);
console.log(`${rows.length} releases written to src/releases/table.ts`);
