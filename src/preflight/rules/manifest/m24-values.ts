import { cniTree } from "../../../merge/cni-tree.ts";
import { parseCidr } from "../../../model/cidr.ts";
import { calicoImage, parseImage } from "../../../model/image.ts";
import { listOf, recordOf } from "../../../model/record.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { fileContainers, type FileContainer } from "../../file-containers.ts";
import type { Evidence } from "../../finding.ts";
import { objectOf } from "../../seen.ts";
import { some } from "../../some.ts";
import type { TargetManifest } from "../../subject.ts";

/** What a template engine leaves behind; install-cni fills in `__…__` in the CNI configuration alone. */
const leftovers = /\$\{[A-Za-z_][A-Za-z0-9_]*\}|\{\{[^{}]*\}\}|__[A-Z][A-Z0-9_]*__/;

/** The ConfigMaps of upstream's manifests. */
const calicos: ReadonlySet<string> = new Set(["calico-config", "canal-config"]);

/** A value of the file that nothing can read. */
type Wrong = Evidence & { readonly why: string };

export const valuesRead = clusterRule({
  id: "M24",
  severity: "error",
  page: {
    title: "the values of the file can be read",
    why: "A CIDR that is none, a CNI configuration that is no JSON or a variable that was never filled in keeps calico-node, or every new pod, from starting.",
    detected:
      "CALICO_IPV4POOL_CIDR and CALICO_IPV6POOL_CIDR, cni_network_config, and ${VARIABLE}, {{ template }} and __NAME__ in the environment of Calico's containers and in its ConfigMap, in the file",
    fix: "Fill in the values that are named.",
    sources: [
      "https://docs.tigera.io/calico/latest/reference/configure-calico-node",
      "https://www.cni.dev/docs/spec/#section-1-network-configuration-format",
    ],
  },
  when: { manifest: true },
  needs: [],
  steps: ["node", "apply"],
  check(_facts, { manifest }) {
    const wrong = manifest === undefined ? [] : [...ofContainers(manifest), ...ofConfigMaps(manifest)];
    if (wrong.length === 0) return { outcome: "pass", because: "every value of the file can be read" };
    return {
      outcome: "fail",
      because: some(wrong.map(({ object, field, why }) => `${object} ${field} ${why}`)),
      evidence: wrong.map(({ object, field, value }) => ({ object, field, value })),
      fix: `fill in ${some(wrong.map(({ field }) => field))} in the file`,
    };
  },
});

function ofContainers(manifest: TargetManifest): readonly Wrong[] {
  return fileContainers(manifest)
    .filter(isCalicos)
    .flatMap(({ object, name: container, raw }) =>
      listOf(raw["env"]).flatMap((each): readonly Wrong[] => {
        const { name, value } = recordOf(each) ?? {};
        if (typeof name !== "string" || typeof value !== "string") return [];
        const field = `containers[name="${container}"].env[name="${name}"]`;
        const why = whyOfVariable(name, value);
        return why === undefined ? [] : [{ object, field, value, why }];
      }),
    );
}

/** What other programs make of their values is theirs: a sidecar may fill in a template by itself. */
function isCalicos({ name, raw: { image } }: FileContainer): boolean {
  return (
    name === "calico-node" || (typeof image === "string" && calicoImage(parseImage(image)) !== undefined)
  );
}

function whyOfVariable(name: string, value: string): string | undefined {
  if (name === "CNI_NETWORK_CONFIG") return whyOfCni(value);
  const left = leftovers.exec(value)?.[0];
  if (left !== undefined) return `still has ${left}`;
  const isPool = /^CALICO_IPV[46]POOL_CIDR$/.test(name) && value.trim() !== "";
  const pool = isPool ? parseCidr(value) : undefined;
  if (!isPool) return undefined;
  if (pool === undefined) return `is no CIDR: ${value}`;
  return `CALICO_IPV${pool.family}POOL_CIDR` === name ? undefined : `is an IPv${pool.family} CIDR: ${value}`;
}

function ofConfigMaps({ objects }: TargetManifest): readonly Wrong[] {
  return objects
    .filter(({ object: { kind, metadata } }) => kind === "ConfigMap" && calicos.has(metadata.name))
    .flatMap(({ object: { kind, metadata, ...rest } }) => {
      const { name, namespace } = metadata;
      const object = objectOf({ kind, name, ...(namespace === undefined ? {} : { namespace }) });
      return Object.entries(recordOf(rest["data"]) ?? {}).flatMap(([key, value]): readonly Wrong[] => {
        if (typeof value !== "string") return [];
        const why = key === "cni_network_config" ? whyOfCni(value) : whyOfText(value);
        return why === undefined ? [] : [{ object, field: `data.${key}`, value: value.slice(0, 80), why }];
      });
    });
}

function whyOfText(value: string): string | undefined {
  const left = leftovers.exec(value)?.[0];
  return left === undefined ? undefined : `still has ${left}`;
}

function whyOfCni(value: string): string | undefined {
  if (value.trim() === "") return undefined;
  return cniTree(value) === undefined ? "is no JSON" : undefined;
}
