import { readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import * as openapi from "@/app/api/v1/openapi.json/route";
import { routes } from "@/app/api/v1/routes";
import { buildOpenApi } from "@/lib/api/openapi";
import { type Declaration, methods } from "@/lib/api/route";
import { actions } from "@/lib/authz/permissions";

type Json = Record<string, unknown>;
interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  "x-permission": string;
  security?: unknown[];
  parameters: { name: string; in: string; required: boolean; schema: Json }[];
  requestBody?: unknown;
  responses: Record<string, Json>;
}

const info = { version: "1.2.3", publicUrl: "https://pllm.test", sessionCookie: "pllm.session" };
const table = { ...routes, "/openapi.json": openapi };
const document = buildOpenApi(table, info);
const paths = document.paths as Record<string, Record<string, Operation>>;
const operations = Object.entries(paths).flatMap(([at, item]) =>
  Object.entries(item).map(([method, operation]) => ({ at, method, operation })),
);

const root = path.resolve("app/api/v1");
const catchAll = "[[...path]]/route.ts";

/** Every route.ts under app/api/v1 but the catch-all, as the path it serves, with what it exports. */
async function findRouteFiles(): Promise<
  { served: string; exported: Record<string, { declaration?: Declaration }> }[]
> {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (file) => path.basename(file) === "route.ts" && file !== catchAll,
  );
  return Promise.all(
    files.map(async (file) => ({
      served: `/${path.dirname(file).split(path.sep).join("/")}`.replace(/\[(\w+)\]/g, "{$1}"),
      exported: await import(path.join(root, file)),
    })),
  );
}

describe("every route of the tree", () => {
  test("is in the table and in the document, method by method, with its permission", async () => {
    const files = await findRouteFiles();
    expect(files.length).toBeGreaterThan(10);
    expect(files.map(({ served }) => served).sort()).toEqual(Object.keys(table).sort());
    for (const { served, exported } of files) {
      const item = paths[`/api/v1${served}`] ?? {};
      // What is not declared is refused in the API's own words, not in Next's; HEAD follows GET by itself.
      expect(Object.keys(exported).sort(), served).toEqual([...methods, "OPTIONS"].sort());
      const declared = Object.entries(exported).filter(([, { declaration }]) => declaration !== undefined);
      expect(declared.map(([name]) => name.toLowerCase()).sort()).toEqual(Object.keys(item).sort());
      for (const [method, { declaration }] of declared) {
        expect(declaration?.method).toBe(method);
        const permission = item[method.toLowerCase()]?.["x-permission"] ?? "";
        expect(permission).toBe(declaration?.permission);
        expect([...actions, "public"]).toContain(permission);
      }
    }
  });

  test("stands beside one that answers for every path that is none of them", async () => {
    const exported: Record<string, { declaration?: Declaration }> = await import(path.join(root, catchAll));
    expect(Object.keys(exported).sort()).toEqual([...methods, "OPTIONS"].sort());
    expect(Object.values(exported).every(({ declaration }) => declaration === undefined)).toBe(true);
  });

  test("answers with the status that its method gives", () => {
    for (const { at, method, operation } of operations) {
      const [success] = Object.entries(operation.responses).filter(([status]) => status.startsWith("2"));
      const isEmpty = success?.[1].content === undefined;
      // A POST answers with the object, always: there is none without one.
      const expected = method === "post" ? "201" : isEmpty ? "204" : "200";
      expect(success?.[0], `${method} ${at}`).toBe(expected);
    }
  });

  test("takes exactly the parameters that its path names", () => {
    for (const { at, operation } of operations) {
      const named = [...at.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = operation.parameters.filter((parameter) => parameter.in === "path");
      expect(declared.map(({ name }) => name).sort(), at).toEqual(named.sort());
      expect(declared.every(({ required }) => required)).toBe(true);
    }
  });

  test("that is open to all is one of the few that are meant to be", () => {
    const open = operations.filter(({ operation }) => operation["x-permission"] === "public").map(({ at }) => at);
    expect(open).toEqual(["/api/v1/invitations/open", "/api/v1/openapi.json"]);
  });
});

// https://spec.openapis.org/oas/v3.1.0 and JSON Schema 2020-12, as far as our documents go.
const schemaKeywords =
  "$ref,type,format,pattern,properties,required,additionalProperties,propertyNames,items,prefixItems,enum,const,anyOf,oneOf,allOf,not,minimum,maximum,exclusiveMinimum,exclusiveMaximum,minLength,maxLength,minItems,maxItems,multipleOf,description,examples,default,title,deprecated,readOnly,writeOnly".split(
    ",",
  );

function walkSchemas(schema: unknown, visit: (schema: Json) => void): void {
  if (typeof schema !== "object" || schema === null) return;
  const node = schema as Json;
  visit(node);
  const maps = [node.properties ?? {}].flatMap((map) => Object.values(map as Json));
  const lists = [node.anyOf, node.oneOf, node.allOf, node.prefixItems].flatMap(
    (list) => (list as unknown[] | undefined) ?? [],
  );
  for (const inner of [...maps, ...lists, node.items, node.additionalProperties, node.propertyNames, node.not])
    walkSchemas(inner, visit);
}

function schemasOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(schemasOf);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === "schema" ? [inner] : schemasOf(inner)));
}

describe("the document", () => {
  const components = document.components as { schemas: Json; responses: Json };
  const schemas = [...schemasOf(paths), ...schemasOf(components.responses), ...Object.values(components.schemas)];

  test("names every operation once and describes it", () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { at, method, operation } of operations) {
      expect(operation.summary, `${method} ${at}`).toMatch(/^\S.*\S$/);
      expect(operation.tags).toHaveLength(1);
      expect(Object.keys(operation.responses).filter((status) => status.startsWith("2"))).toHaveLength(1);
      expect(operation.requestBody === undefined || !["get", "delete"].includes(method)).toBe(true);
    }
  });

  test("refers to nothing that is not there", () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref ?? "");
    expect(refs.length).toBeGreaterThan(50);
    for (const ref of new Set(refs)) {
      const [, , kind = "", name = ""] = ref.split("/");
      expect(Object.keys((components as Record<string, Json>)[kind] ?? {}), ref).toContain(name);
    }
  });

  test("speaks JSON Schema's words alone", () => {
    const types = ["string", "number", "integer", "boolean", "object", "array", "null"];
    const used = new Set<string>();
    for (const schema of schemas)
      walkSchemas(schema, (node) => {
        for (const keyword of Object.keys(node)) used.add(keyword);
        expect(types).toEqual(expect.arrayContaining([node.type ?? []].flat()));
        expect(Array.isArray(node.required ?? [])).toBe(true);
        if (typeof node.pattern === "string") expect(() => new RegExp(String(node.pattern), "u")).not.toThrow();
      });
    expect([...used].filter((keyword) => !schemaKeywords.includes(keyword))).toEqual([]);
  });

  test("gives what has a name once, as a component", () => {
    expect(Object.keys(components.schemas)).toEqual(
      expect.arrayContaining(["Error", "Team", "UsageEvent", "UsageSummary"]),
    );
    expect(JSON.stringify(paths["/api/v1/teams"]?.get?.responses["200"])).toContain(
      '{"$ref":"#/components/schemas/Team"}',
    );
  });

  test("tells how a change is made once, and made on what was read", () => {
    const named = (operation: Operation | undefined) => operation?.parameters.map(({ name }) => name) ?? [];
    expect(named(paths["/api/v1/teams"]?.post)).toContain("Idempotency-Key");
    expect(named(paths["/api/v1/audit/verify"]?.post)).not.toContain("Idempotency-Key");
    expect(named(paths["/api/v1/teams/{id}"]?.patch)).toContain("If-Match");
    expect(Object.keys(paths["/api/v1/teams/{id}"]?.patch?.responses ?? {})).toEqual(
      expect.arrayContaining(["200", "401", "403", "404", "409", "412", "413", "415", "422", "429", "500", "503"]),
    );
    expect(paths["/api/v1/usage/export"]?.get?.responses["200"]?.content).toEqual({
      "text/csv": { schema: { type: "string" } },
      "application/x-ndjson": { schema: { type: "string" } },
    });
  });
});
