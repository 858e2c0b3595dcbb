import { expect, test } from "vitest";
import { proxyFromEnvironment } from "../../../src/cluster/connection/proxy.ts";

test.each<[string, string, Record<string, string>, string | undefined]>([
  ["HTTPS_PROXY for https", "https://k:6443", { HTTPS_PROXY: "http://p:3128" }, "http://p:3128"],
  ["HTTP_PROXY for http", "http://k", { HTTP_PROXY: "http://p", HTTPS_PROXY: "http://q" }, "http://p"],
  ["HTTP_PROXY not for https, as Go has it", "https://k", { HTTP_PROXY: "http://p" }, undefined],
  ["lower case", "https://k", { https_proxy: "http://p" }, "http://p"],
  ["without a scheme", "https://k", { HTTPS_PROXY: "p:3128" }, "http://p:3128"],
  ["socks5", "https://k", { HTTPS_PROXY: "socks5://p" }, "socks5://p"],
  ["never for localhost", "https://localhost:6443", { HTTPS_PROXY: "http://p" }, undefined],
  ["never for loopback", "https://127.0.0.1:6443", { HTTPS_PROXY: "http://p" }, undefined],
  ["never for ::1", "https://[::1]:6443", { HTTPS_PROXY: "http://p" }, undefined],
  ["NO_PROXY name", "https://k.example.org", { HTTPS_PROXY: "p", NO_PROXY: "k.example.org" }, undefined],
  ["NO_PROXY domain", "https://k.example.org", { HTTPS_PROXY: "p", NO_PROXY: "x, example.org" }, undefined],
  [
    "NO_PROXY .domain is not the domain",
    "https://example.org",
    { HTTPS_PROXY: "p", NO_PROXY: ".example.org" },
    "http://p",
  ],
  [
    "NO_PROXY other name",
    "https://notexample.org",
    { HTTPS_PROXY: "p", NO_PROXY: "example.org" },
    "http://p",
  ],
  ["NO_PROXY address", "https://10.0.0.1", { HTTPS_PROXY: "p", NO_PROXY: "10.0.0.1" }, undefined],
  ["NO_PROXY network", "https://10.1.2.3", { HTTPS_PROXY: "p", NO_PROXY: "10.0.0.0/8" }, undefined],
  ["NO_PROXY other network", "https://11.1.2.3", { HTTPS_PROXY: "p", NO_PROXY: "10.0.0.0/8" }, "http://p"],
  ["NO_PROXY with the port", "https://k:6443", { HTTPS_PROXY: "p", NO_PROXY: "k:6443" }, undefined],
  ["NO_PROXY with another port", "https://k:6443", { HTTPS_PROXY: "p", NO_PROXY: "k:443" }, "http://p"],
  ["NO_PROXY with the port of https", "https://k", { HTTPS_PROXY: "p", NO_PROXY: "k:443" }, undefined],
  ["NO_PROXY *", "https://k", { HTTPS_PROXY: "p", NO_PROXY: "*" }, undefined],
  ["none", "https://k", {}, undefined],
])("the proxy of the environment: %s", (_what, server, env, proxy) => {
  expect(proxyFromEnvironment(new URL(server), env)?.href.replace(/\/$/, "")).toBe(proxy);
});
