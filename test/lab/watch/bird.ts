/** BIRD's control socket: what `birdc show protocols` says, over one connection that lasts as long as BIRD does. */
import { createConnection, type Socket } from "node:net";

export type Bird = {
  /** Addresses of peers with an established session; undefined where BIRD does not answer. */
  readonly established: () => Promise<readonly string[] | undefined>;
  readonly close: () => void;
};

export function connectBird(path: () => string): Bird {
  let socket: Socket | undefined;
  const drop = (): undefined => {
    socket?.destroy();
    socket = undefined;
    return undefined;
  };
  return {
    established: async () => {
      try {
        if (socket === undefined || socket.destroyed) {
          socket = createConnection(path());
          // The greeting.
          await answer(socket);
        }
        socket.write("show protocols\n");
        return peersOf(await answer(socket));
      } catch {
        return drop();
      }
    },
    close: drop,
  };
}

/** Up to the line whose code is followed by a space: the last of an answer. */
function answer(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      socket.off("data", take).off("error", fail).off("close", fail);
      act();
    };
    const take = (chunk: Buffer): void => {
      text += chunk.toString();
      if (/^\d{4} .*\n$/m.test(text)) settle(() => resolve(text));
    };
    const fail = (): void => settle(() => reject(new Error("BIRD is gone")));
    const timer = setTimeout(fail, 2000);
    socket.on("data", take).on("error", fail).on("close", fail);
  });
}

/** `1002-Mesh_10_99_0_12 BGP      master   up     06:40:12    Established` */
export function peersOf(text: string): readonly string[] {
  return text.split("\n").flatMap((line) => {
    const name = /Mesh_(\S+)\s+BGP\s.*\bEstablished\b/.exec(line)?.[1];
    return name === undefined ? [] : [name.replaceAll("_", ".")];
  });
}
