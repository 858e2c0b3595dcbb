/**
 * What a cluster stores, to go back to: read from etcd and written back there, in a fraction of a second. A CRD
 * alone takes a server seconds to delete; here it is gone at once, and so are all others.
 */
import { Agent, request, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";

export type Savepoint = ReadonlyMap<string, string>;

export type Savepoints = {
  readonly save: () => Promise<Savepoint>;
  /** Puts back what has changed since, and takes away what is new. */
  readonly restore: (savepoint: Savepoint) => Promise<void>;
};

/** Theirs is the moment: events, and the leases that the servers and nodes renew. */
const moving = /^\/registry\/(events|leases|masterleases|minions|peerserverleases)\//;

const encode = (plain: string): string => Buffer.from(plain).toString("base64");
const decode = (encoded: string): string => Buffer.from(encoded, "base64").toString();
const everything = { key: encode("/registry/"), range_end: encode("/registry0") };

export function savepointsOf(etcdPort: number): Savepoints {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const ask = async (path: string, body: unknown): Promise<unknown> => {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    request({ host: "127.0.0.1", port: etcdPort, method: "POST", path: `/v3/kv/${path}`, agent })
      .once("error", reject)
      .once("response", resolve)
      .end(JSON.stringify(body));
    const response = await promise;
    const answer = await text(response);
    if (response.statusCode !== 200) throw new Error(`etcd ${path}: ${answer}`);
    return JSON.parse(answer);
  };

  const save = async (): Promise<Savepoint> => {
    const { kvs = [] } = (await ask("range", everything)) as {
      readonly kvs?: readonly { readonly key: string; readonly value: string }[];
    };
    return new Map(kvs.flatMap(({ key, value }) => (moving.test(decode(key)) ? [] : [[key, value]])));
  };
  const restore = async (savepoint: Savepoint): Promise<void> => {
    const now = await save();
    const added = [...now.keys()].filter((key) => !savepoint.has(key));
    const changed = [...savepoint].filter(([key, value]) => now.get(key) !== value);
    // First what was there: a controller that saw less than it wants would make something again.
    await Promise.all(changed.map(([key, value]) => ask("put", { key, value })));
    await Promise.all(added.map((key) => ask("deleterange", { key })));
  };
  return { save, restore };
}
