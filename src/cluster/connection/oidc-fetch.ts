import { readText } from "../body.ts";
import { exchange } from "../exchange.ts";
import type { OidcConfig, OidcFetch } from "./oidc.ts";
import { proxyFromEnvironment } from "./proxy.ts";
import { serverIdentityProblem } from "./server-identity.ts";
import { pem, systemAuthorities } from "./tls-options.ts";
import { makeTransports } from "./transports.ts";

/** Talks to the identity provider: its own authority, the environment's proxies, nobody's credentials. */
export function oidcFetch(config: OidcConfig, env: Readonly<Record<string, string | undefined>>): OidcFetch {
  return async ({ method, url, headers = {}, body }) => {
    const ca = await pem(config["idp-certificate-authority"], config["idp-certificate-authority-data"]);
    const target = new URL(url);
    const tls = { ca: ca ?? systemAuthorities(), checkServerIdentity: serverIdentityProblem };
    const transports = makeTransports(target, tls, proxyFromEnvironment(target, env));
    try {
      const transport = await transports.with(undefined);
      const { answer } = exchange({ method, url: target, headers, body, signal: undefined }, transport);
      const response = await answer;
      const status = response.statusCode ?? 0;
      return {
        status: `${status} ${response.statusMessage ?? ""}`,
        ok: status >= 200 && status < 300,
        text: await readText(response),
      };
    } catch (error) {
      // Go names what it was doing, and the API server where this was refused.
      throw Object.assign(error as Error, { during: `${method === "GET" ? "Get" : "Post"} "${url}": ` });
    } finally {
      transports.close();
    }
  };
}
