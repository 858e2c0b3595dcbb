import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { browserFolder } from "./find.ts";

/** A page in a headless Chromium, driven over its DevTools protocol through two pipes. */
export interface Page {
  /** Shows this text as a file of its own; answers what the page asked the network for, and its errors. */
  readonly open: (file: string) => Promise<void>;
  readonly resize: (
    width: number,
    height: number,
    options?: { readonly touch?: boolean; readonly dark?: boolean },
  ) => Promise<void>;
  /** The value of an expression in the page, as JSON. */
  readonly value: <T>(expression: string) => Promise<T>;
  readonly press: (key: string) => Promise<void>;
  readonly click: (x: number, y: number) => Promise<void>;
  readonly hover: (x: number, y: number) => Promise<void>;
  readonly picture: () => Promise<Buffer>;
  /** Addresses that were asked for, the page itself left out. */
  readonly requests: readonly string[];
  /** What the page's program threw or wrote as an error. */
  readonly errors: readonly string[];
  readonly close: () => Promise<void>;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

const keyCodes: Readonly<Record<string, number>> = {
  Enter: 13,
  Escape: 27,
  " ": 32,
  End: 35,
  Home: 36,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
  Tab: 9,
};

export async function openBrowser(chromium: string): Promise<Page> {
  const profile = mkdtempSync(join(tmpdir(), "browser-"));
  const child = spawn(
    chromium,
    [
      "--headless",
      "--no-sandbox",
      "--no-zygote",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--no-first-run",
      "--remote-debugging-pipe",
      `--user-data-dir=${profile}`,
      "about:blank",
    ],
    {
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
      env: { ...process.env, FONTCONFIG_PATH: browserFolder() },
    },
  );
  // The two pipes of --remote-debugging-pipe.
  const [input, output] = [child.stdio[3] as Writable, child.stdio[4] as Readable];
  const waiting = new Map<
    number,
    { resolve: (value: Readonly<Record<string, unknown>>) => void; reject: (why: Error) => void }
  >();
  const requests: string[] = [];
  const errors: string[] = [];
  const gone = Promise.withResolvers<never>();
  gone.promise.catch(() => {});
  child.on("error", gone.reject);
  child.on("exit", (code) => {
    gone.reject(new Error(`the browser ended with code ${String(code)}`));
  });
  let loaded: () => void = () => {};
  let rest = "";
  output.on("data", (chunk: Buffer) => {
    const texts = (rest + chunk.toString("utf8")).split("\0");
    rest = texts.pop() ?? "";
    for (const text of texts) take(JSON.parse(text) as Message);
  });
  let count = 0;
  const session: { id?: string } = {};

  function take({ id, method, params = {}, result, error }: Message): void {
    if (id !== undefined) {
      const found = waiting.get(id);
      waiting.delete(id);
      if (error === undefined) found?.resolve(result ?? {});
      else found?.reject(new Error(error.message));
    } else if (method === "Page.loadEventFired") loaded();
    else if (method === "Network.requestWillBeSent") {
      const { url } = params["request"] as { readonly url: string };
      if (params["type"] !== "Document") requests.push(url);
    } else if (method === "Runtime.exceptionThrown" || method === "Log.entryAdded") {
      errors.push(JSON.stringify(params));
    }
  }

  function send(method: string, params: object = {}): Promise<Readonly<Record<string, unknown>>> {
    count += 1;
    const id = count;
    const { promise, resolve, reject } = Promise.withResolvers<Readonly<Record<string, unknown>>>();
    waiting.set(id, { resolve, reject });
    input.write(
      `${JSON.stringify({ id, method, params, ...(session.id === undefined ? {} : { sessionId: session.id }) })}\0`,
    );
    return Promise.race([promise, gone.promise]);
  }

  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  const attached = await send("Target.attachToTarget", { targetId, flatten: true });
  session.id = String(attached["sessionId"]);
  for (const domain of ["Page", "Network", "Runtime", "Log"]) await send(`${domain}.enable`);

  return {
    requests,
    errors,
    async open(file) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      loaded = () => {
        resolve(undefined);
      };
      await send("Page.navigate", { url: `file://${file}` });
      await Promise.race([promise, gone.promise]);
    },
    async resize(width, height, { touch = false, dark = false } = {}) {
      await send("Emulation.setDeviceMetricsOverride", {
        width,
        height,
        deviceScaleFactor: 1,
        mobile: touch,
      });
      await send("Emulation.setTouchEmulationEnabled", { enabled: touch });
      const features = [
        { name: "prefers-color-scheme", value: dark ? "dark" : "light" },
        ...(touch ? [{ name: "hover", value: "none" }] : []),
      ];
      await send("Emulation.setEmulatedMedia", { features });
    },
    async value<T>(expression: string): Promise<T> {
      const { result, exceptionDetails } = await send("Runtime.evaluate", {
        expression,
        returnByValue: true,
      });
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
      return (result as { readonly value: T }).value;
    },
    async press(key) {
      const code = {
        key,
        windowsVirtualKeyCode: keyCodes[key] ?? 0,
        ...(key === "Enter" ? { text: "\r" } : {}),
      };
      await send("Input.dispatchKeyEvent", { type: key === "Enter" ? "keyDown" : "rawKeyDown", ...code });
      await send("Input.dispatchKeyEvent", { type: "keyUp", key });
    },
    async click(x, y) {
      const at = { x, y, button: "left", clickCount: 1 };
      await send("Input.dispatchMouseEvent", { type: "mousePressed", ...at });
      await send("Input.dispatchMouseEvent", { type: "mouseReleased", ...at });
    },
    async hover(x, y) {
      await send("Input.dispatchMouseEvent", { type: "mouseMoved", x, y });
    },
    async picture() {
      const { data } = await send("Page.captureScreenshot", { format: "png" });
      return Buffer.from(String(data), "base64");
    },
    async close() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
