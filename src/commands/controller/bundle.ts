import type { Draft, OpenBundle } from "../../bundle/write.ts";
import type { KubeObject } from "../../model/kube.ts";
import type { Write } from "../../model/write.ts";
import type { ControllerWorld } from "../../plan/controller/world.ts";

/** Sends a write once what it changes is saved, and notes what the server made of it. */
export function saving(
  bundle: OpenBundle,
  world: () => ControllerWorld,
  send: (write: Write) => Promise<KubeObject>,
): (write: Write) => Promise<KubeObject> {
  // A step that lost a race is saved anew: what was saved before is no longer what it changes.
  return async (write) => {
    // The run's lease goes by itself: there is nothing to take back.
    if (write.ref.kind === "DaemonSet") return await send(write);
    const [id] = await bundle.save([draftOf(write, world())]);
    try {
      const answer = await send(write);
      if (id !== undefined) bundle.done(id, answer.kind === write.ref.kind ? answer : undefined);
      return answer;
    } catch (error) {
      const { status } = error as { readonly status?: number };
      // Refused for sure: nothing to take back.
      if (id !== undefined && status !== undefined && status < 500) bundle.dropped(id);
      throw error;
    }
  };
}

function draftOf(write: Write, { workloads }: ControllerWorld): Draft {
  const { ref } = write;
  const before = workloads.find(({ facts }) => facts.kind === ref.kind && facts.name === ref.name)?.raw;
  if (write.verb === "create") return { action: "created", ref, after: write.body };
  if (write.verb === "patch" && write.subresource === "scale") {
    const { replicas } = (before?.["spec"] ?? {}) as { readonly replicas?: number };
    return {
      action: "scaled",
      ref,
      ...(before === undefined ? {} : { before }),
      data: { replicas: replicas ?? 1 },
    };
  }
  return { action: "changed", ref, ...(before === undefined ? {} : { before }) };
}
