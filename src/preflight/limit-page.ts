import type { RulePage } from "../model/rule-page.ts";
import { sentence } from "../model/sentence.ts";
import { rangeText, type KubernetesLimit } from "../releases/kubernetes.ts";
import { releasesText } from "./releases-text.ts";

const datastores = { etcd: "etcd", kubernetes: "Kubernetes" } as const;

/** The page of a limit, made of its row. */
export function limitPage(limit: KubernetesLimit): RulePage {
  const { releases, datastore, why, min, max } = limit;
  const which = releasesText(releases);
  const where = datastore === undefined ? "" : ` with the ${datastores[datastore]} datastore`;
  const range = rangeText({ ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) });
  return {
    title: `Calico ${which}${where} needs Kubernetes ${range}`,
    why: `${sentence(why)}.`,
    detected: "the version of the API server",
    fix:
      min === undefined
        ? "Upgrade Calico before Kubernetes: a newer release takes the newer Kubernetes."
        : "Upgrade Kubernetes before Calico.",
    releases: `${which}${where}`,
    sources: limit.sources,
  };
}
