/** Takes Calico and what tests left off a cluster, quicker than a new cluster comes up. CRDs stay. */
import type { Api } from "./api.ts";
import { at, type KubeObject, listAt } from "./kube-object.ts";
import { userLabel } from "./users.ts";
import { waitFor } from "./wait.ts";

const namespace = "kube-system";
const ours = /(^|[./])calico-upgrade([./]|$)|^calico-upgrade\.test\//;

export async function resetCalico(api: Api): Promise<void> {
  await deleteAll(api, "/apis/kwok.x-k8s.io/v1alpha1/stages", "labelSelector=fault");
  await Promise.all([
    deleteWorkloads(api),
    deleteConfiguration(api),
    deleteCustomResources(api),
    resetNodes(api),
  ]);
  await deleteAll(api, `/apis/apps/v1/namespaces/${namespace}/controllerrevisions`);
  await deleteAll(api, `/api/v1/namespaces/${namespace}/events`);
  await waitFor(api, `/api/v1/namespaces/${namespace}/pods`, (pods) => pods.length === 0, {
    what: "no pods left",
  });
}

/** Takes away the namespaces that tests made, and waits until they are gone. */
export async function removeNamespaces(api: Api): Promise<void> {
  const isTests = ({ metadata }: KubeObject) => !/^(default|kube-.*)$/.test(metadata.name);
  await deleteMatching(api, "/api/v1/namespaces", isTests);
  await waitFor(api, "/api/v1/namespaces", (namespaces) => !namespaces.some(isTests), {
    timeoutMs: 120_000,
    what: "the tests' namespaces are gone",
  });
}

async function deleteWorkloads(api: Api): Promise<void> {
  const apps = `/apis/apps/v1/namespaces/${namespace}`;
  // Deployments before the ReplicaSets that they would make again.
  for (const path of [
    `${apps}/daemonsets`,
    `${apps}/deployments`,
    `${apps}/replicasets`,
    `/apis/batch/v1/namespaces/${namespace}/jobs`,
  ]) {
    await deleteAll(api, path);
  }
  const podsPath = `/api/v1/namespaces/${namespace}/pods`;
  const pods = await list(api, podsPath);
  await Promise.all(
    pods
      .filter(({ metadata }) => metadata["finalizers"] !== undefined)
      .map(({ metadata }) =>
        api.request("PATCH", `${podsPath}/${metadata.name}`, { metadata: { finalizers: null } }),
      ),
  );
  await api.request("DELETE", podsPath, { gracePeriodSeconds: 0 });
}

async function deleteConfiguration(api: Api): Promise<void> {
  const isCalicos = ({ metadata }: KubeObject) => /calico|canal|typha|flannel/.test(metadata.name);
  const isUsers = ({ metadata }: KubeObject) => metadata.labels?.[userLabel] !== undefined;
  const core = `/api/v1/namespaces/${namespace}`;
  const rbac = "/apis/rbac.authorization.k8s.io/v1";
  const policy = (await api.request("GET", "/apis/policy/v1")).status === 200 ? "v1" : "v1beta1";
  await Promise.all([
    ...[`${core}/configmaps`, `${core}/secrets`, `${core}/serviceaccounts`, `${core}/services`].map((path) =>
      deleteMatching(api, path, isCalicos),
    ),
    ...["clusterroles", "clusterrolebindings", "roles", "rolebindings"].map((plural) =>
      deleteMatching(
        api,
        `${rbac}/${plural}`,
        (object) => isUsers(object) || (!isBuiltIn(object) && isCalicos(object)),
      ),
    ),
    deleteMatching(api, `/apis/policy/${policy}/namespaces/${namespace}/poddisruptionbudgets`, isCalicos),
  ]);
}

function isBuiltIn({ metadata }: KubeObject): boolean {
  return metadata.name.startsWith("system:");
}

async function deleteCustomResources(api: Api): Promise<void> {
  const response = await api.request("GET", "/apis/crd.projectcalico.org/v1");
  const resources = response.status === 200 ? listAt(response.body, "resources") : [];
  await Promise.all(
    resources
      .map((resource) => ({
        name: String(at(resource, "name")),
        namespaced: at(resource, "namespaced") === true,
      }))
      .filter(({ name }) => !name.includes("/"))
      .map(({ name, namespaced }) =>
        namespaced
          ? deleteMatching(api, `/apis/crd.projectcalico.org/v1/${name}`, () => true)
          : deleteAll(api, `/apis/crd.projectcalico.org/v1/${name}`),
      ),
  );
}

/** Every node as it was when it was new: alive, schedulable, nothing of ours on it. */
export async function resetNodes(api: Api): Promise<void> {
  const nodes = await list(api, "/api/v1/nodes");
  await Promise.all(
    nodes.map(async ({ metadata, spec, status }) => {
      const annotations = Object.fromEntries(
        Object.keys(metadata.annotations ?? {}).flatMap((key) => (ours.test(key) ? [[key, null]] : [])),
      );
      const taints = listAt(spec, "taints").filter((taint) => !ours.test(String(at(taint, "key"))));
      const path = `/api/v1/nodes/${metadata.name}`;
      await api.ask("PATCH", path, {
        metadata: { labels: { kubelet: "alive" }, annotations },
        spec: { unschedulable: null, taints: taints.filter((taint) => at(taint, "key") !== unschedulable) },
      });
      const capacity = at(status, "capacity");
      if (JSON.stringify(capacity) !== JSON.stringify(at(status, "allocatable"))) {
        await api.ask("PATCH", `${path}/status`, { status: { allocatable: capacity } });
      }
    }),
  );
}

const unschedulable = "node.kubernetes.io/unschedulable";

async function deleteMatching(
  api: Api,
  path: string,
  matches: (object: KubeObject) => boolean,
): Promise<void> {
  const objects = (await list(api, path)).filter(matches);
  await Promise.all(
    objects.map(({ metadata }) => {
      const home = metadata.namespace;
      const collection =
        home === undefined || path.includes("/namespaces/")
          ? path
          : path.replace(/\/([^/]+)$/, `/namespaces/${home}/$1`);
      return api.request("DELETE", `${collection}/${metadata.name}`);
    }),
  );
}

async function deleteAll(api: Api, path: string, query = ""): Promise<void> {
  await api.request("DELETE", query === "" ? path : `${path}?${query}`, { propagationPolicy: "Background" });
}

async function list(api: Api, path: string): Promise<KubeObject[]> {
  const { status, body } = await api.request("GET", path);
  return status === 200 ? (listAt(body, "items") as KubeObject[]) : [];
}
