import { describe, expect, test } from "vitest";
import { eventFacts } from "../../../src/model/event.ts";
import { podFacts } from "../../../src/model/pod.ts";
import { missingReason, stuckReason, stuckText } from "../../../src/model/stuck.ts";
import { aDaemonSet, ago, aPod, now } from "../build/a-cluster.ts";

const raw = aDaemonSet();

function event(fields: Readonly<Record<string, unknown>>): ReturnType<typeof eventFacts> {
  return eventFacts({
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: "e" },
    involvedObject: { kind: "Pod", name: "calico-node-01", uid: "uid-calico-node-node-01" },
    lastTimestamp: ago(1),
    ...fields,
  });
}

function say(spec: Parameters<typeof aPod>[2], ...events: ReturnType<typeof event>[]): string | undefined {
  const stuck = stuckReason(podFacts(aPod(raw, "node-01", spec)), events);
  return stuck === undefined ? undefined : stuckText(stuck);
}

const image = "docker.io/calico/node:v3.29.1";

describe("why a pod does not get on, in the words of who knows", () => {
  test("nothing is said of a pod that runs and is Ready", () => {
    expect(say({})).toBeUndefined();
  });

  test("ImagePullBackOff names the image and the error", () => {
    const message = `Back-off pulling image "${image}": ErrImagePull: rpc error: not found`;
    expect(say({ ready: false, waiting: { reason: "ImagePullBackOff", message } })).toBe(
      `ImagePullBackOff ${image}: ${message}`,
    );
  });

  test("a bare back-off takes the error from the event before it", () => {
    const waiting = { reason: "ImagePullBackOff", message: `Back-off pulling image "${image}"` };
    const failed = event({
      reason: "Failed",
      message: `Failed to pull image "${image}": toomanyrequests:\nyou have reached your pull rate limit`,
    });
    expect(say({ ready: false, waiting }, failed)).toBe(
      `ImagePullBackOff ${image}: Failed to pull image "${image}": toomanyrequests:; you have reached your pull rate limit`,
    );
  });

  test("a crash loop says exit code and last message, not only that it backs off", () => {
    const spec = {
      ready: false,
      restarts: 4,
      waiting: { reason: "CrashLoopBackOff", message: "back-off 40s restarting failed container" },
      lastTerminated: { exitCode: 1, reason: "Error", message: "no connection to the datastore\n" },
    };
    expect(say(spec)).toBe("CrashLoopBackOff: exit code 1: no connection to the datastore");
    expect(say({ ...spec, lastTerminated: { exitCode: 137, reason: "OOMKilled" } })).toBe(
      "CrashLoopBackOff: exit code 137: OOMKilled",
    );
  });

  test("a missing ConfigMap key is named", () => {
    const message = "couldn't find key calico_backend in ConfigMap kube-system/calico-config";
    expect(say({ ready: false, waiting: { reason: "CreateContainerConfigError", message } })).toBe(
      `CreateContainerConfigError: ${message}`,
    );
  });

  test("the scheduler's own words say why there is no room", () => {
    const words = "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't match.";
    expect(say({ pending: words })).toBe(`Unschedulable: ${words}`);
  });

  test("a volume that does not mount is told from its event", () => {
    const failed = event({ reason: "FailedMount", message: 'secret "calico-etcd-secrets" not found' });
    expect(say({ ready: false, waiting: { reason: "ContainerCreating" } }, failed)).toBe(
      'FailedMount: secret "calico-etcd-secrets" not found',
    );
  });

  test("another pod's event is not blamed on this one", () => {
    const foreign = event({
      reason: "FailedMount",
      message: "not mine",
      involvedObject: { kind: "Pod", name: "x", uid: "x" },
    });
    expect(say({ ready: false, waiting: { reason: "ContainerCreating" } }, foreign)).toBe(
      "ContainerCreating",
    );
  });

  test("running and not Ready says what the probe says", () => {
    const unhealthy = event({
      reason: "Unhealthy",
      message:
        "Readiness probe failed: calico/node is not ready: BIRD is not ready: BGP not established with 10.0.0.2",
    });
    expect(say({ ready: false }, unhealthy)).toBe(
      "NotReady: Readiness probe failed: calico/node is not ready: BIRD is not ready: BGP not established with 10.0.0.2",
    );
    expect(say({ ready: false })).toBe("NotReady: running, and its readiness probe has not passed");
  });

  test("between two crashes it is not only not Ready yet", () => {
    const spec = { ready: false, restarts: 3, lastTerminated: { exitCode: 2, reason: "Error" } };
    expect(say(spec)).toBe("NotReady: restarted 3 times, last with exit code 2");
    expect(say({ ...spec, restarts: 1 })).toBe("NotReady: restarted 1 time, last with exit code 2");
  });

  test("a pod that ends says since when, counted from the delete and not from the end of its grace period", () => {
    const ending = podFacts(aPod(raw, "node-01", { deletedAt: ago(-20), gracePeriod: 30 }));
    expect(stuckReason(ending)).toMatchObject({ reason: "Terminating", since: now - 10_000, failing: false });
  });

  test("waiting for a kubelet at work is not called a failure", () => {
    const creating = podFacts(
      aPod(raw, "node-01", { ready: false, waiting: { reason: "ContainerCreating" } }),
    );
    expect(stuckReason(creating)?.failing).toBe(false);
  });
});

describe("H10: why there is no pod at all", () => {
  const daemonSet = { uid: "uid-kube-system-calico-node" };
  const about = { kind: "DaemonSet", name: "calico-node", uid: daemonSet.uid };

  test("up to Kubernetes 1.11 only the DaemonSet's event names the node", () => {
    const message = `failed to place pod on "node-02": Node didn't have enough resource: cpu, requested: 250`;
    const placed = event({ reason: "FailedPlacement", message, involvedObject: about });
    expect(missingReason("node-02", daemonSet, [placed])).toMatchObject({
      reason: "FailedPlacement",
      message,
    });
    expect(missingReason("node-03", daemonSet, [placed]).reason).toBe("Missing");
  });

  test("a controller that may not create pods is quoted", () => {
    const message = 'Error creating: pods "calico-node-" is forbidden: exceeded quota';
    const created = event({ reason: "FailedCreate", message, involvedObject: about });
    expect(missingReason("node-02", daemonSet, [created])).toMatchObject({ message });
  });
});
