import { describe, expect, test } from "vitest";
import { installOwner } from "../../../src/merge/apply-object.ts";
import { objectName } from "../../../src/model/object-name.ts";
import { wholes } from "../../../src/plan/apply/intended.ts";
import { partOf } from "../../../src/plan/apply/parts.ts";
import { stagesOf } from "../../../src/plan/apply/stages.ts";
import type { Choices, ApplyTarget } from "../../../src/plan/apply/target.ts";
import { stepsWriting } from "../../../src/plan/apply/would-write.ts";
import { statusByFile, type Pair } from "../../../src/plan/upgrade/file-status.ts";
import { withLastApplied } from "../../../src/merge/last-applied.ts";
import { splitApiVersion, type KubeObject, type Ref } from "../../../src/model/kube.ts";
import { lastAppliedAnnotation, pinnedAnnotation } from "../../../src/model/names.ts";
import { hostedCalico } from "../../calico/hosted-calico.ts";
import { known } from "../preflight/facts.ts";

const at = (version: string): readonly KubeObject[] =>
  hostedCalico({ version, datastore: "kdd" }) as unknown as readonly KubeObject[];
const same = (a: KubeObject) => (b: KubeObject) => a.kind === b.kind && a.metadata.name === b.metadata.name;

interface Change {
  readonly dark?: string;
  readonly edit?: (object: KubeObject) => KubeObject | undefined;
}

const refOf = ({ apiVersion, kind, metadata }: KubeObject): Ref => ({
  ...splitApiVersion(apiVersion),
  resource: `${kind.toLowerCase()}s`,
  kind,
  name: metadata.name,
  ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
});

/** The steps to `file` in a cluster where `live` was applied with kubectl, and edited since. */
function told(
  file: readonly KubeObject[],
  live: readonly KubeObject[],
  { dark, edit = (o) => o }: Change = {},
) {
  const there = live.map(withLastApplied).flatMap((object) => edit(object) ?? []);
  const pairs = file.map((object): Pair => ({
    file: object,
    ref: refOf(object),
    live:
      object.kind === dark
        ? { known: false, why: "forbidden", message: `${object.kind} is forbidden` }
        : known(there.find(same(object))),
  }));
  return statusByFile("calico.yaml", pairs);
}

const statesOf = (all: ReturnType<typeof told>) =>
  Object.fromEntries(Object.entries(all).map(([id, { state }]) => [id, state]));

describe("what the cluster has of the target's manifest", () => {
  test("before: everything is to do, and what is missing is named", () => {
    const found = told(at("v3.30.7"), at("v3.25.2"));
    expect(statesOf(found)).toEqual({
      controller: "todo",
      expand: "todo",
      configmap: "todo",
      template: "todo",
      contract: "todo",
    });
    expect(found.expand?.because).toMatch(
      /^CustomResourceDefinition .*stagednetworkpolicies\.crd\.projectcalico\.org.* are not there; .*, and \d+ more$/,
    );
    expect(found.template?.because).toBe("DaemonSet calico-node is not as in calico.yaml");
  });

  test("after: nothing is", () => {
    expect(statesOf(told(at("v3.30.7"), at("v3.30.7")))).toEqual({
      controller: "done",
      expand: "done",
      configmap: "done",
      template: "done",
      contract: "done",
    });
  });

  test("what the server adds by itself is no difference", () => {
    const edit = (object: KubeObject): KubeObject => ({
      ...object,
      metadata: { ...object.metadata, uid: "1", resourceVersion: "7", generation: 3, managedFields: [] },
      status: { numberReady: 3 },
    });
    expect(statesOf(told(at("v3.30.7"), at("v3.30.7"), { edit }))).toMatchObject({
      template: "done",
      contract: "done",
    });
  });

  test("H01: rights that the new manifest takes away are left until the contraction", () => {
    const edit = (object: KubeObject): KubeObject =>
      object.kind === "ClusterRole" && object.metadata.name === "calico-node"
        ? {
            ...object,
            rules: [...(object["rules"] as object[]), { apiGroups: ["x"], resources: ["y"], verbs: ["get"] }],
          }
        : object;
    const found = told(at("v3.30.7"), at("v3.30.7"), { edit });
    expect(statesOf(found)).toMatchObject({ expand: "done", contract: "todo" });
    expect(found.contract?.because).toBe("ClusterRole calico-node allows more than calico.yaml");
  });

  test("a key that an earlier manifest brought is left over, one of the user's own is not", () => {
    const withKey = (applied: boolean) => (object: KubeObject) => {
      if (object.kind !== "ConfigMap") return object;
      const data = { ...(object["data"] as object), old: "1" };
      const text = JSON.stringify({ ...object, data });
      const annotations = applied ? { [lastAppliedAnnotation]: text } : (object.metadata.annotations ?? {});
      return { ...object, data, metadata: { ...object.metadata, annotations } };
    };
    const file = at("v3.30.7");
    expect(told(file, file, { edit: withKey(true) }).contract).toMatchObject({
      state: "todo",
      because: "ConfigMap calico-config still has old",
    });
    expect(told(file, file, { edit: withKey(false) }).contract?.state).toBe("done");
  });

  test("a value that differs is to do, a missing key is the expansion's", () => {
    const without = (object: KubeObject) =>
      object.kind === "ConfigMap" ? { ...object, data: { veth_mtu: "1400" } } : object;
    const found = told(at("v3.30.7"), at("v3.30.7"), { edit: without });
    expect(found.expand?.because).toMatch(/^ConfigMap calico-config has no key /);
    expect(found.configmap?.because).toMatch(/veth_mtu.* of ConfigMap calico-config differ$/);
  });

  test("H12: a DaemonSet that is held is not finished", () => {
    const marked = (object: KubeObject): KubeObject =>
      object.kind === "DaemonSet"
        ? { ...object, metadata: { ...object.metadata, annotations: { [pinnedAnnotation]: "{}" } } }
        : object;
    const onDelete = (object: KubeObject): KubeObject =>
      object.kind === "DaemonSet"
        ? { ...object, spec: { ...(object["spec"] as object), updateStrategy: { type: "OnDelete" } } }
        : object;
    const held = told(at("v3.30.7"), at("v3.30.7"), { edit: (object) => onDelete(marked(object)) });
    expect(held.contract?.because).toBe("DaemonSet calico-node is held at OnDelete");
    // Somebody has put RollingUpdate back: it is not held.
    const loose = told(at("v3.30.7"), at("v3.30.7"), { edit: marked });
    expect(loose.contract?.because).toBe("DaemonSet calico-node still has the mark of a held strategy");
    const other = told(at("v3.30.7"), at("v3.30.7"), { edit: onDelete });
    expect(other.template?.state).toBe("done");
    expect(other.contract?.because).toMatch(
      /has the update strategy OnDelete, calico\.yaml says RollingUpdate$/,
    );
  });

  test("what could not be read is unknown, but a difference that was seen is to do", () => {
    const file = at("v3.30.7");
    expect(statesOf(told(file, file, { dark: "ConfigMap" }))).toEqual({
      controller: "done",
      expand: "unknown",
      configmap: "unknown",
      template: "done",
      contract: "unknown",
    });
    expect(told(file, at("v3.25.2"), { dark: "ConfigMap" }).expand?.state).toBe("todo");
  });

  test.each(["CustomResourceDefinition", "ServiceAccount", "Deployment", "PodDisruptionBudget", "ConfigMap"])(
    "an object that was forgotten is open, whatever kind it has: %s",
    (kind) => {
      const file = at("v3.30.7");
      const [gone] = file.filter((object) => object.kind === kind);
      if (gone === undefined) throw new Error(`no ${kind}`);
      const found = told(file, file, { edit: (object) => (same(gone)(object) ? undefined : object) });
      const open = Object.values(found).filter(({ state }) => state === "todo");
      expect(open.map(({ because }) => because)).toContain(`${kind} ${gone.metadata.name} is not there`);
    },
  );

  test("what is there with another content is open, not only what is missing", () => {
    const file = at("v3.30.7");
    const edit = (object: KubeObject): KubeObject =>
      object.kind === "CustomResourceDefinition" && object.metadata.name.startsWith("felixconfigurations")
        ? { ...object, spec: { ...(object["spec"] as object), scope: "Namespaced" } }
        : object;
    expect(told(file, file, { edit }).expand?.because).toMatch(
      /^CustomResourceDefinition felixconfigurations\.crd\.projectcalico\.org is not as in calico\.yaml/,
    );
  });

  test("a Secret is left to whoever made it, and created where there is none", () => {
    const file = hostedCalico({ version: "v3.30.7", datastore: "etcd" }) as unknown as readonly KubeObject[];
    const secret = (change: (object: KubeObject) => KubeObject | undefined) => (object: KubeObject) =>
      object.kind === "Secret" ? change(object) : object;
    expect(told(file, file, { edit: secret((o) => ({ ...o, data: undefined })) }).expand?.state).toBe("done");
    expect(told(file, file, { edit: secret(() => undefined) }).expand?.because).toMatch(
      /^Secret .* is not there$/,
    );
  });
});

describe("plan names the steps in which apply writes", () => {
  const next = at("v3.30.7");
  const choices: Choices = { forceConflicts: false, withSecrets: false };

  /** Which objects each step of `apply` writes, from its own stages and from the answer that `plan` gives. */
  function both(live: readonly KubeObject[]) {
    const install = installOwner(live);
    const targets = next.map((object): ApplyTarget => ({
      object,
      ref: refOf(object),
      part: partOf(object),
      before: live.find(same(object)),
    }));
    const byRef = (ref: Ref): KubeObject => {
      const found = targets.find((each) => each.ref === ref);
      if (found === undefined) throw new Error(objectName(ref));
      return found.object;
    };
    const judged = {
      install,
      choices,
      applied: wholes(install, choices),
      daemonSet: () => ({ template: false, rest: false }),
    };
    const goal = { targets, recreated: [], install, choices, dryRun: false, openKeys: () => [] };
    return (["expand", "typha", "configmap", "contract"] as const).map((step) => {
      const written = stagesOf(step, goal).flatMap((stage) =>
        stage.flatMap(({ ref, intended, bookkeeping }) => {
          const before = live.find(same(byRef(ref)));
          return bookkeeping !== true && intended(before, 0) !== undefined ? [objectName(ref)] : [];
        }),
      );
      const named = targets.filter((target) => stepsWriting(target, judged).includes(step));
      return {
        step,
        written: [...new Set(written)].toSorted(),
        named: named.map(({ ref }) => objectName(ref)).toSorted(),
      };
    });
  }

  const applied = next.map(withLastApplied);
  test.each<readonly [string, readonly KubeObject[]]>([
    ["an older release", at("v3.25.2").map(withLastApplied)],
    ["the same release", applied],
    ["nothing at all", []],
    ...next.map(
      (gone) =>
        [
          `all but ${gone.kind} ${gone.metadata.name}`,
          applied.filter((object) => !same(gone)(object)),
        ] as const,
    ),
  ])("where there is %s", (_what, live) => {
    for (const { step, written, named } of both(live)) expect([step, named]).toEqual([step, written]);
  });
});
