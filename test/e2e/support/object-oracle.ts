/** Objects of a file on a test cluster without nodes: applied by kubectl, applied by us, read. */
import { discover } from "../../../src/cluster/discovery.ts";
import { objectPath } from "../../../src/cluster/paths.ts";
import type { Connection } from "../../../src/cluster/port.ts";
import { sendWrite } from "../../../src/cluster/write.ts";
import { isApiError } from "../../../src/errors.ts";
import { applyObject, installOwner, type ApplyObjectResult } from "../../../src/merge/apply-object.ts";
import type { KubeObject, Ref } from "../../../src/model/kube.ts";
import type { Cluster } from "../../cluster/cluster.ts";

export type Live = KubeObject | undefined;

export interface WriteLeft {
  readonly id: string;
  readonly patch: unknown;
}

export interface ObjectOracle {
  /** Those that this server serves and changes, each with its namespace. */
  readonly usable: (objects: readonly KubeObject[]) => readonly KubeObject[];
  readonly live: (objects: readonly KubeObject[]) => Promise<readonly Live[]>;
  /** kubectl's line of each object; one that is too large for its annotation has none. */
  readonly kubectlApply: (
    objects: readonly KubeObject[],
    ...flags: readonly string[]
  ) => Promise<readonly string[]>;
  /** Ours, object by object, tried again where a controller wrote its status meanwhile. */
  readonly ourApply: (objects: readonly KubeObject[]) => Promise<void>;
  /** What a second run of ours would write. */
  readonly writesLeft: (objects: readonly KubeObject[]) => Promise<readonly WriteLeft[]>;
}

/** `daemonset/calico-node` */
export const id = ({ kind, metadata }: KubeObject): string => `${kind.toLowerCase()}/${metadata.name}`;

export async function objectOracle(cluster: Cluster, connection: Connection): Promise<ObjectOracle> {
  const discovery = await discover(connection, "all");

  function refOf({ apiVersion, kind, metadata }: KubeObject): Ref | undefined {
    const served = discovery.forKind(apiVersion, kind);
    if (served === undefined) return undefined;
    const { name, namespace = "kube-system" } = metadata;
    const { group, version, resource } = served;
    return { group, version, resource, kind, name, ...(served.namespaced ? { namespace } : {}) };
  }
  function known(object: KubeObject): Ref {
    const ref = refOf(object);
    if (ref === undefined) throw new Error(`${id(object)} is not served`);
    return ref;
  }
  async function read(object: KubeObject): Promise<Live> {
    try {
      return (await connection.request({ method: "GET", path: objectPath(known(object)) }))
        .body as KubeObject;
    } catch (error) {
      if (isApiError(error) && error.status === 404) return undefined;
      throw error;
    }
  }
  async function ownerHere(objects: readonly KubeObject[]) {
    const there = await Promise.all(objects.map(read));
    return installOwner(there.filter((object) => object !== undefined));
  }
  async function write(object: KubeObject, applied: (live: Live) => ApplyObjectResult): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const { write: wanted, conflicts } = applied(await read(object));
      if (conflicts.length > 0) throw new Error(`${id(object)}: ${JSON.stringify(conflicts)}`);
      if (wanted === undefined) return;
      try {
        await sendWrite(connection, wanted, { dryRun: false, serverVersion: discovery.version });
        return;
      } catch (error) {
        if (!isApiError(error) || error.status !== 409 || attempt === 5) throw error;
      }
    }
  }

  return {
    usable: (objects) =>
      objects.flatMap((object) => {
        const ref = refOf(object);
        // A Job cannot be changed: kubectl refuses the next minor's.
        if (ref === undefined || object.kind === "Job" || hasOwnAddress(object)) return [];
        const { namespace } = ref;
        return namespace === undefined
          ? [object]
          : [{ ...object, metadata: { namespace, ...object.metadata } }];
      }),
    live: (objects) => Promise.all(objects.map(read)),
    kubectlApply: async (objects, ...flags) => {
      const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
      const result = await cluster.kubectl(["apply", "--validate=false", ...flags, "-f", "-"], { input });
      const others = result.stderr
        .split("\n")
        .filter((line) => line !== "" && !/Too long|^Warning|^The CustomResourceDefinition/.test(line));
      if (result.code !== 0 && others.length > 0) throw new Error(others.join("\n"));
      return result.stdout.split("\n").filter((line) => line !== "");
    },
    ourApply: async (objects) => {
      const install = await ownerHere(objects);
      await Promise.all(
        objects.map((object) => write(object, (live) => applyObject(live, object, known(object), install))),
      );
    },
    writesLeft: async (objects) => {
      const there = await Promise.all(objects.map(read));
      const install = installOwner(there.filter((object) => object !== undefined));
      return objects.flatMap((object, index) => {
        const { write: wanted, patch } = applyObject(there[index], object, known(object), install);
        return wanted === undefined ? [] : [{ id: id(object), patch }];
      });
    },
  };
}

/** An address of the network that the file was written for, which no other server gives. */
function hasOwnAddress({ kind, spec }: KubeObject & { readonly spec?: unknown }): boolean {
  const { clusterIP } = (spec ?? {}) as { readonly clusterIP?: string };
  return kind === "Service" && clusterIP !== undefined && clusterIP !== "" && clusterIP !== "None";
}
