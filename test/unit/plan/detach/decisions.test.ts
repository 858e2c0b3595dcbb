/** Who may begin, continue and remove a run that goes on in the cluster. */
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../../../src/model/kube.ts";
import { detachedHolder, formatDetached, parseDetached } from "../../../../src/model/detached.ts";
import { atWork, creation, jobChange, removal } from "../../../../src/plan/detach/goals.ts";
import { detachedRef, ownedBy } from "../../../../src/plan/detach/objects.ts";
import { succession } from "../../../../src/plan/detach/succession.ts";
import { heldByOther } from "../../../../src/plan/lease/held.ts";
import { commandsFor } from "../commands.ts";

const now = Date.UTC(2026, 0, 1, 4);
const self = { job: "calico-upgrade-detached", pod: "calico-upgrade-detached-new" };
const before = { job: "calico-upgrade-detached", pod: "calico-upgrade-detached-old" };
const commands = commandsFor("node --all");

function object(kind: string, change: Partial<KubeObject["metadata"]> = {}, fields = {}): KubeObject {
  return {
    apiVersion: "v1",
    kind,
    metadata: {
      name: "calico-upgrade-detached",
      uid: "uid-1",
      resourceVersion: "7",
      labels: { "calico-upgrade/purpose": "detached" },
      annotations: { "calico-upgrade/created-by": "alice@laptop/1" },
      ...change,
    },
    ...fields,
  };
}

describe("H13: the lease of a pod that died", () => {
  const lease = { run: "ds/2", holder: detachedHolder(before), renewed: now - 5_000 };
  const pod = (phase: string, change = {}) =>
    object("Pod", { name: before.pod, ...change }, { status: { phase } });

  test.each([
    ["is gone", undefined],
    ["has failed", pod("Failed")],
    ["has ended", pod("Succeeded")],
  ])("goes to the next pod at once where the pod %s", (_, there) => {
    expect(succession(lease, self, there, now)).toEqual({ kind: "takes", holder: lease.holder });
  });

  test("stays where its pod works, and is waited for while its pod ends", () => {
    expect(succession(lease, self, pod("Running"), now)).toEqual({ kind: "none" });
    const ending = pod("Running", { deletionTimestamp: "2026-01-01T03:59:58Z" });
    expect(succession(lease, self, ending, now)).toEqual({ kind: "waits", pod: before.pod });
    // On a silent node it ends never: the lease expires.
    expect(succession({ ...lease, renewed: now - 61_000 }, self, ending, now)).toEqual({ kind: "none" });
  });

  test.each(["alice@laptop/1", "job/another-job pod/x", detachedHolder(self), undefined])(
    "of %s is not this pod's to take",
    (holder) => {
      const { holder: _pod, ...free } = lease;
      const found = holder === undefined ? free : { ...free, holder };
      expect(succession(found, self, undefined, now)).toEqual({ kind: "none" });
    },
  );

  test("is taken without waiting for its minute, and only for the same target", () => {
    const asker = {
      holder: detachedHolder(self),
      takeOver: false,
      claimed: false,
      run: () => "ds/2",
      commands,
    };
    const daemonSet = { namespace: "kube-system", name: "calico-node", run: lease };
    expect(heldByOther(daemonSet, asker, now)?.hint).toContain("node --stop");
    expect(heldByOther(daemonSet, { ...asker, gone: lease.holder }, now)).toBeUndefined();
    const another = { ...asker, gone: lease.holder, run: () => "ds/3" };
    expect(heldByOther(daemonSet, another, now)?.message).toContain("left another run");
  });
});

describe("what a pod is told of itself", () => {
  const command = { verb: "node", flags: { all: true } };
  const env = { CALICO_UPGRADE_DETACHED: formatDetached({ job: self.job, command }), POD_NAME: self.pod };

  test("comes out as it went in", () => {
    expect(parseDetached({ ...env, NODE_NAME: "node-01" })).toEqual({ ...self, node: "node-01", command });
  });

  test.each([
    {},
    { POD_NAME: "x" },
    { ...env, CALICO_UPGRADE_DETACHED: "{" },
    { ...env, CALICO_UPGRADE_DETACHED: "1" },
  ])("is nothing where it is not whole", (other) => {
    expect(parseDetached(other)).toBeUndefined();
  });
});

describe("the objects of a run", () => {
  const ref = detachedRef("clusterRole", "kube-system");

  test("of another process are left alone, and that process is named by what stops it", () => {
    const goal = creation({ ref, object: object("ClusterRole") }, "kube-system", commands);
    expect(goal.intended(undefined, now)).toMatchObject({ verb: "create" });
    expect(goal.intended(object("ClusterRole"), now)).toBeUndefined();
    const theirs = object("ClusterRole", { annotations: { "calico-upgrade/created-by": "bob@desk/9" } });
    expect(goal.intended(theirs, now)).toMatchObject({
      message: "a detached run (Job kube-system/calico-upgrade-detached) is at work",
      hint: expect.stringContaining("node --stop"),
    });
    expect(goal.intended(object("ClusterRole", { labels: {}, annotations: {} }), now)).toMatchObject({
      message: expect.stringContaining("belongs to no detached run"),
    });
  });

  test("are deleted by the UID that was seen, and never for their name alone", () => {
    const goal = removal("clusterRole", "kube-system");
    expect(goal.intended(object("ClusterRole"), now)).toEqual({ verb: "delete", ref, uid: "uid-1" });
    expect(goal.intended(undefined, now)).toBeUndefined();
    expect(goal.intended(object("ClusterRole", { labels: {} }), now)).toBeUndefined();
    expect(removal("job", "kube-system").intended(object("Job"), now)).toMatchObject({
      propagationPolicy: "Foreground",
    });
  });

  test("the Job is changed by compare-and-swap, once", () => {
    const goal = jobChange("kube-system", "parallelism", 1);
    expect(goal.intended(object("Job", {}, { spec: { parallelism: 0 } }), now)).toMatchObject({
      body: { metadata: { resourceVersion: "7" }, spec: { parallelism: 1 } },
    });
    expect(goal.intended(object("Job", {}, { spec: { parallelism: 1 } }), now)).toBeUndefined();
  });

  test("an object goes with its owner, by the owner's UID", () => {
    const owner = object("Job", { uid: "uid-2" });
    expect(ownedBy(object("ConfigMap"), owner).metadata.ownerReferences).toEqual([
      { apiVersion: "v1", kind: "Job", name: "calico-upgrade-detached", uid: "uid-2" },
    ]);
  });

  test.each([
    [undefined, "its Job is gone"],
    [object("Job", {}, { spec: { parallelism: 0 } }), "does not work, and was not removed"],
    [object("Job", {}, { spec: { parallelism: 1 } }), "is at work"],
    [
      object(
        "Job",
        {},
        { status: { conditions: [{ type: "Failed", status: "True", message: "BackoffLimitExceeded" }] } },
      ),
      "has ended: Failed: BackoffLimitExceeded",
    ],
  ])("a second run is told what is there", (job, said) => {
    const stop = atWork("kube-system", job, commands);
    expect(stop.message).toContain(said);
    expect(stop.hint).toContain("kubectl calico-upgrade node --stop");
  });
});
