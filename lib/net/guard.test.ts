import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import type { Agent } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AppError } from "@/lib/errors";
import { checkTargetUrl, guardedAgent, isAllowedAddress, type ResolveHost, TargetRefusedError } from "./guard";

interface Listener {
  port: number;
  connections(): number;
  close(): Promise<void>;
}

async function listen(host: string, port: number, redirectTo?: string): Promise<Listener> {
  let connections = 0;
  const server: Server = createServer((_request, response) => {
    response.writeHead(redirectTo ? 302 : 200, redirectTo ? { location: redirectTo } : {}).end("reached");
  });
  server.on("connection", () => connections++);
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen({ host, port }, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A resolver that answers a name's calls in turn, the last answer for ever; other names do not exist. */
function scriptedResolver(names: Record<string, readonly string[][]>): ResolveHost & { calls: string[] } {
  const calls: string[] = [];
  const resolve = async (hostname: string) => {
    const answers = names[hostname] ?? [];
    const answer = answers[Math.min(calls.filter((name) => name === hostname).length, answers.length - 1)];
    calls.push(hostname);
    if (!answer) throw new Error(`no such name: ${hostname}`);
    return answer.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  };
  return Object.assign(resolve, { calls });
}

async function withAgent<T>(agent: Agent, work: (agent: Agent) => Promise<T>): Promise<T> {
  try {
    return await work(agent);
  } finally {
    await agent.close();
  }
}

async function get(agent: Agent, url: string): Promise<{ status: number; text: string }> {
  const { origin, pathname } = new URL(url);
  const { statusCode, body } = await agent.request({ origin, path: pathname, method: "GET" });
  return { status: statusCode, text: await body.text() };
}

// Each of them leads to this machine, to a private network or to a cloud's metadata. PORT is a listener on all addresses.
const literalTargets = [
  "http://127.0.0.1:PORT/",
  "http://127.0.0.1.:PORT/",
  "http://127.1:PORT/",
  "http://127.0.1:PORT/",
  "http://127.255.255.254:PORT/",
  "http://2130706433:PORT/",
  "http://2130706433.:PORT/",
  "http://0x7f000001:PORT/",
  "http://0X7F000001:PORT/",
  "http://0x7f.0.0.1:PORT/",
  "http://0x7f.1:PORT/",
  "http://0x7f.0x0.0x0.0x1:PORT/",
  "http://017700000001:PORT/",
  "http://0177.0.0.1:PORT/",
  "http://0177.1:PORT/",
  "http://00000000177.0.0.1:PORT/",
  "http://%31%32%37.0.0.1:PORT/",
  "http://127%2e0%2e0%2e1:PORT/",
  "http://１２７.０.０.１:PORT/",
  "http://①②⑦.⓪.⓪.①:PORT/",
  "http://127。0。0。1:PORT/",
  "http://0:PORT/",
  "http://0.0.0.0:PORT/",
  "http://0x0:PORT/",
  "http://00:PORT/",
  "http://localhost:PORT/",
  "http://LOCALHOST:PORT/",
  "http://LocalHost.:PORT/",
  "http://localhost.localdomain:PORT/",
  "http://anything.localhost:PORT/",
  "http://ip6-localhost:PORT/",
  "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:PORT/",
  "http://loc%61lhost:PORT/",
  "http://[::1]:PORT/",
  "http://[0:0:0:0:0:0:0:1]:PORT/",
  "http://[0000:0000:0000:0000:0000:0000:0000:0001]:PORT/",
  "http://[::]:PORT/",
  "http://[::ffff:127.0.0.1]:PORT/",
  "http://[::ffff:7f00:1]:PORT/",
  "http://[::FFFF:7F00:0001]:PORT/",
  "http://[::127.0.0.1]:PORT/",
  "http://[::ffff:0:127.0.0.1]:PORT/",
  "http://[64:ff9b::127.0.0.1]:PORT/",
  "http://[64:ff9b::a9fe:a9fe]:PORT/",
  "http://[64:ff9b:1::7f00:1]:PORT/",
  "http://[2002:7f00:1::]:PORT/",
  "http://[2002:a9fe:a9fe::1]:PORT/",
  "http://[2001:0:7f00:1::80ff:fffe]:PORT/",
  "http://[2001:db8::1]:PORT/",
  "http://[fe80::1]:PORT/",
  "http://[febf::1]:PORT/",
  "http://[fec0::1]:PORT/",
  "http://[fc00::1]:PORT/",
  "http://[fd00:ec2::254]:PORT/",
  "http://[ff02::1]:PORT/",
  "http://[100::1]:PORT/",
  "http://[4000::1]:PORT/",
  "http://10.0.0.1:PORT/",
  "http://0xa000001:PORT/",
  "http://172.16.0.1:PORT/",
  "http://172.31.255.255:PORT/",
  "http://192.168.0.1:PORT/",
  "http://3232235521:PORT/",
  "http://169.254.169.254/latest/meta-data/",
  "http://0xa9fea9fe/latest/meta-data/",
  "http://2852039166/latest/meta-data/",
  "http://0251.0376.0251.0376/latest/meta-data/",
  "http://168.63.129.16/metadata",
  "http://100.100.100.200/",
  "http://100.64.0.1:PORT/",
  "http://192.0.0.192/",
  "http://192.0.2.1:PORT/",
  "http://198.18.0.1:PORT/",
  "http://198.51.100.7:PORT/",
  "http://203.0.113.9:PORT/",
  "http://224.0.0.1:PORT/",
  "http://240.0.0.1:PORT/",
  "http://255.255.255.255:PORT/",
];

// What a name that looks harmless resolves to.
const resolvedTargets: [string, string[]][] = [
  ["loopback.example.com", ["127.0.0.1"]],
  ["loopback.example.com.", ["127.0.0.1"]],
  ["LOOPBACK.example.com", ["127.0.0.1"]],
  ["bücher.example.com", ["127.0.0.1"]],
  ["xn--bcher-kva.example.com", ["127.0.0.1"]],
  ["any.example.com", ["0.0.0.0"]],
  ["six.example.com", ["::1"]],
  ["any-six.example.com", ["::"]],
  ["mapped.example.com", ["::ffff:127.0.0.1"]],
  ["nat64.example.com", ["64:ff9b::7f00:1"]],
  ["private.example.com", ["10.1.2.3"]],
  ["metadata.google.internal", ["169.254.169.254"]],
  ["link-local.example.com", ["fe80::1%eth0"]],
  ["public-then-private.example.com", ["93.184.216.34", "127.0.0.1"]],
  ["private-then-public.example.com", ["127.0.0.1", "93.184.216.34"]],
  ["two-families.example.com", ["2606:2800:220:1::1", "127.0.0.1"]],
];

describe("what is private is never reached", () => {
  let everywhere: Listener;
  beforeAll(async () => {
    everywhere = await listen("::", 0).catch(() => listen("0.0.0.0", 0));
  });
  afterAll(() => everywhere.close());

  test("the listener can be reached, once its address is allowed", async () => {
    const before = everywhere.connections();
    await withAgent(guardedAgent(["127.0.0.0/8"]), async (agent) => {
      expect(await get(agent, `http://127.0.0.1:${everywhere.port}/`)).toEqual({ status: 200, text: "reached" });
    });
    expect(everywhere.connections()).toBe(before + 1);
  });

  test.each(literalTargets)("%s", async (template) => {
    const before = everywhere.connections();
    const url = template.replace("PORT", String(everywhere.port));
    expect(() => checkTargetUrl(url, [])).toThrow(AppError);
    await withAgent(guardedAgent([]), (agent) => expect(get(agent, url)).rejects.toThrow(TargetRefusedError));
    expect(everywhere.connections()).toBe(before);
  });

  test.each(resolvedTargets)("%s, which resolves to %j", async (name, addresses) => {
    const before = everywhere.connections();
    const url = `http://${name}:${everywhere.port}/`;
    const resolve: ResolveHost = async () => addresses.map((address) => ({ address, family: 4 }));
    expect(checkTargetUrl(url, []).port).toBe(String(everywhere.port));
    await withAgent(guardedAgent([], { resolve }), (agent) =>
      expect(get(agent, url)).rejects.toThrow(TargetRefusedError),
    );
    expect(everywhere.connections()).toBe(before);
  });

  test("https is judged like http", async () => {
    const before = everywhere.connections();
    const resolve = scriptedResolver({ "secure.example.com": [["127.0.0.1"]] });
    await withAgent(guardedAgent([], { resolve }), async (agent) => {
      await expect(get(agent, `https://127.0.0.1:${everywhere.port}/`)).rejects.toThrow(TargetRefusedError);
      await expect(get(agent, `https://secure.example.com:${everywhere.port}/`)).rejects.toThrow(TargetRefusedError);
    });
    expect(everywhere.connections()).toBe(before);
  });

  test("a name whose resolver answers nothing is an error, not a way to the default host", async () => {
    const before = everywhere.connections();
    await withAgent(guardedAgent([], { resolve: async () => [] }), (agent) =>
      expect(get(agent, `http://empty.example.com:${everywhere.port}/`)).rejects.toThrow("has no address"),
    );
    expect(everywhere.connections()).toBe(before);
  });
});

describe("names that change and answers that lead elsewhere", () => {
  let permitted: Listener;
  let forbidden: Listener;
  beforeAll(async () => {
    forbidden = await listen("127.0.0.1", 0);
    // The same port on another loopback address plays the public internet.
    permitted = await listen("127.0.0.2", forbidden.port, `http://127.0.0.1:${forbidden.port}/`);
  });
  afterAll(async () => {
    await permitted.close();
    await forbidden.close();
  });
  const allowed = ["127.0.0.2"];

  test("a name that rebinds is asked once per connection and reaches only what was checked", async () => {
    const resolve = scriptedResolver({ "rebind.example.com": [["127.0.0.2"], ["127.0.0.1"]] });
    const url = `http://rebind.example.com:${forbidden.port}/`;
    const before = permitted.connections();
    await withAgent(guardedAgent(allowed, { resolve }), async (agent) => {
      expect((await get(agent, url)).status).toBe(302);
    });
    expect(resolve.calls).toEqual(["rebind.example.com"]);
    await withAgent(guardedAgent(allowed, { resolve }), (agent) =>
      expect(get(agent, url)).rejects.toThrow(TargetRefusedError),
    );
    expect(permitted.connections()).toBe(before + 1);
    expect(forbidden.connections()).toBe(0);
  });

  test("a redirect comes back as it is and is not followed", async () => {
    await withAgent(guardedAgent(allowed), async (agent) => {
      expect((await get(agent, `http://127.0.0.2:${forbidden.port}/`)).status).toBe(302);
    });
    expect(forbidden.connections()).toBe(0);
  });

  test("options cannot bring in an unguarded lookup or socket", async () => {
    const connect = { lookup: () => undefined, path: "/tmp/nowhere.sock", host: "127.0.0.1" } as object;
    const resolve = scriptedResolver({ "safe.example.com": [["127.0.0.1"]] });
    await withAgent(guardedAgent(allowed, { connect, resolve }), (agent) =>
      expect(get(agent, `http://safe.example.com:${forbidden.port}/`)).rejects.toThrow(TargetRefusedError),
    );
    expect(forbidden.connections()).toBe(0);
  });
});

describe("the list of allowed private targets", () => {
  test.each([
    ["10.1.2.3", ["10.0.0.0/8"], true],
    ["10.1.2.3", ["10.1.2.3"], true],
    ["10.1.2.3", ["10.1.2.4"], false],
    ["11.1.2.3", [], true],
    ["::ffff:10.1.2.3", ["10.0.0.0/8"], true],
    ["::ffff:8.8.8.8", [], true],
    ["64:ff9b::8.8.8.8", [], true],
    ["64:ff9b::808:808", [], true],
    ["::1", ["::1/128"], true],
    ["::1", ["127.0.0.0/8"], false],
    ["fd00::5", ["fd00::/8"], true],
    ["169.254.169.254", ["10.0.0.0/8"], false],
    ["169.254.169.254", ["internal.example.com"], false],
    ["2606:4700::1111", [], true],
    ["8.8.8.8", [], true],
    ["127.1", ["127.0.0.0/8"], false],
    ["not an address", ["0.0.0.0/0"], false],
    ["", ["0.0.0.0/0"], false],
  ])("%s with %j: %s", (ip, allowed, expected) => {
    expect(isAllowedAddress(ip, allowed)).toBe(expected);
  });

  test("a listed name may resolve into a private network; no other name may", async () => {
    const listener = await listen("127.0.0.1", 0);
    const resolve: ResolveHost = async () => [{ address: "127.0.0.1", family: 4 }];
    await withAgent(guardedAgent(["dex.internal"], { resolve }), async (agent) => {
      expect((await get(agent, `http://Dex.internal.:${listener.port}/`)).status).toBe(200);
      await expect(get(agent, `http://evil.dex.internal:${listener.port}/`)).rejects.toThrow(TargetRefusedError);
      await expect(get(agent, `http://notdex.internal:${listener.port}/`)).rejects.toThrow(TargetRefusedError);
    });
    expect(listener.connections()).toBe(1);
    await listener.close();
  });

  test("IPv4 is public exactly where no registry entry says otherwise", () => {
    // IANA IPv4 Special-Purpose Address Registry, multicast and class E, as first and last address.
    const special = [
      ["0.0.0.0", "0.255.255.255"],
      ["10.0.0.0", "10.255.255.255"],
      ["100.64.0.0", "100.127.255.255"],
      ["127.0.0.0", "127.255.255.255"],
      ["169.254.0.0", "169.254.255.255"],
      ["172.16.0.0", "172.31.255.255"],
      ["192.0.0.0", "192.0.0.255"],
      ["192.0.2.0", "192.0.2.255"],
      ["192.31.196.0", "192.31.196.255"],
      ["192.52.193.0", "192.52.193.255"],
      ["192.88.99.0", "192.88.99.255"],
      ["192.168.0.0", "192.168.255.255"],
      ["192.175.48.0", "192.175.48.255"],
      ["198.18.0.0", "198.19.255.255"],
      ["198.51.100.0", "198.51.100.255"],
      ["203.0.113.0", "203.0.113.255"],
      ["224.0.0.0", "255.255.255.255"],
      ["168.63.129.16", "168.63.129.16"],
    ] as const;
    const numberOf = (ip: string) => ip.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
    const textOf = (value: number) => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
    const ranges = special.map(([first, last]) => [numberOf(first), numberOf(last)] as const);
    const edges = ranges.flatMap(([first, last]) => [first - 1, first, last, last + 1]);
    const address = fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.constantFrom(...edges));
    fc.assert(
      fc.property(address, (value) => {
        if (value < 0 || value >= 2 ** 32) return;
        const isSpecial = ranges.some(([first, last]) => first <= value && value <= last);
        expect(isAllowedAddress(textOf(value), [])).toBe(!isSpecial);
        expect(isAllowedAddress(`::ffff:${textOf(value)}`, [])).toBe(!isSpecial);
        expect(isAllowedAddress(`::${textOf(value)}`, [])).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("URLs that may be stored", () => {
  test.each([
    "https://example.com/hook?x=1",
    "http://example.com:8080/",
    "https://8.8.8.8/",
    "https://[2606:4700::1111]/",
  ])("%s", (url) => {
    expect(checkTargetUrl(url, []).href).toBe(url);
  });

  test.each([
    ["ftp://example.com/", "must start with"],
    ["file:///etc/passwd", "must start with"],
    ["gopher://example.com/", "must start with"],
    ["javascript:alert(1)", "must start with"],
    ["//example.com/", "must be an absolute URL"],
    ["example.com", "must be an absolute URL"],
    ["", "must be an absolute URL"],
    ["http://", "must be an absolute URL"],
    ["http://[::1", "must be an absolute URL"],
    ["https://example.com:0/", "has port 0"],
    ["https://user@example.com/", "must not hold"],
    ["https://user:password@example.com/", "must not hold"],
    ["https://:password@example.com/", "must not hold"],
    ["https://example.com@127.0.0.1/", "must not hold"],
    ["http://127.0.0.1/", "private network"],
  ])("%s is refused with the field named", (url, reason) => {
    const refusal = (() => {
      try {
        checkTargetUrl(url, [], "base_url");
      } catch (error) {
        return error;
      }
    })();
    expect(refusal).toMatchObject({ code: "invalid_input", fields: [{ path: "base_url" }] });
    expect((refusal as AppError).message).toContain(reason);
    expect((refusal as AppError).message).not.toContain("password@");
  });

  test("loopback by name follows what is allowed by address or by name", () => {
    for (const allowed of [["localhost"], ["127.0.0.0/8"], ["::1"]])
      expect(checkTargetUrl("http://localhost:4000/v1", allowed).host).toBe("localhost:4000");
    expect(() => checkTargetUrl("http://localhost:4000/v1", ["10.0.0.0/8"])).toThrow(AppError);
  });
});
