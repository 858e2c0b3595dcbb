import { createAuthority, signClient, signServing } from "../../cluster/certificates.ts";
import { hostname } from "node:os";
import { startApiServers, type ApiServers } from "./api-servers.ts";
import type { World } from "./write-case.ts";

/** Servers with certificates for the names that cases use; `b` has another authority. */
export async function startWorld(kubectlVersion: object): Promise<World & { readonly servers: ApiServers }> {
  const [a, b] = [await createAuthority("a"), await createAuthority("b")];
  const names = [
    { type: "ip", value: "127.0.0.1" },
    { type: "ip", value: "::1" },
    { type: "dns", value: "localhost" },
    { type: "dns", value: "kubernetes" },
    { type: "dns", value: hostname() },
  ] as const;
  const servers = await startApiServers(
    {
      a: await signServing(a, [...names]),
      b: await signServing(b, [...names]),
      old: await signServing(a, [...names], -3_600_000),
      nameless: await signServing(a, []),
    },
    kubectlVersion,
  );
  return {
    servers,
    ports: servers.ports,
    authority: { a, b },
    client: await signClient(a, { name: "jane", groups: ["team"] }),
    otherClient: await signClient(a, { name: "joe" }),
  };
}
