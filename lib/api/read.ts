/** What a request says, as far as schemas go: body, query, path and conditions. Called by lib/api/route alone. */
import { z } from "zod";
import { AppError, type FieldProblem } from "@/lib/errors";
import { describeIssue } from "@/lib/validation";
import { findUnusable } from "./input";

const maxBodyBytes = 1024 * 1024;

/** The body as text, "" where there is none. Throws payload_too_large for more than 1 MiB. */
export async function readText(request: Request): Promise<string> {
  if (!request.body) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBodyBytes) throw new AppError("payload_too_large", "The body may have at most 1 MiB.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function readJson(request: Request, text: string): unknown {
  if (text === "") return {};
  if (!/^application\/(\S+\+)?json\b/i.test(request.headers.get("content-type") ?? ""))
    throw new AppError("unsupported_media_type", "Send the body as application/json.");
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError("invalid_input", "The body is not valid JSON.", {
      fields: [{ path: "", message: "is not valid JSON" }],
    });
  }
}

function readQuery(url: URL): Record<string, string> {
  const entries = [...url.searchParams.keys()].map((key) => [key, url.searchParams.getAll(key)] as const);
  const repeated = entries
    .filter(([, values]) => values.length > 1)
    .map(([path]) => ({ path, message: "may be given once only" }));
  if (repeated.length > 0)
    throw new AppError("invalid_input", repeated.map((field) => `${field.path}: ${field.message}`).join("; "), {
      fields: repeated,
    });
  return Object.fromEntries(url.searchParams);
}

// Our own entity tags are quoted versions; anything else can match nothing.
function readIfMatch(request: Request): number | null {
  const header = request.headers.get("if-match");
  if (header === null || header.trim() === "*") return null;
  return Number(/^\s*(?:W\/)?"(\d{1,9})"\s*$/.exec(header)?.[1] ?? -1);
}

/** One for each field: whoever breaks a first rule is not helped by the next, which often follows from it. */
function problemsOf(error: z.ZodError): FieldProblem[] {
  const problems = error.issues.flatMap((issue) => {
    const path = issue.path.map(String).join(".");
    if (issue.code !== "unrecognized_keys") return [{ path, message: issue.message }];
    return issue.keys.map((key) => ({ path: path ? `${path}.${key}` : key, message: issue.message }));
  });
  return problems.filter(
    ({ path }, index) => path === "" || index === problems.findIndex((other) => other.path === path),
  );
}

function parseWith<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const unusable = findUnusable(value);
  if (unusable)
    throw new AppError("invalid_input", `${unusable.path}: ${unusable.message}`.replace(/^: /, ""), {
      fields: [unusable],
    });
  const result = schema.safeParse(value, { error: describeIssue });
  if (result.success) return result.data;
  const fields = problemsOf(result.error);
  const message = fields.map((field) => (field.path ? `${field.path}: ${field.message}` : field.message)).join("; ");
  throw new AppError("invalid_input", message, { fields });
}

export interface InputSchemas {
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
}

/** Everything that a handler is given. Throws unsupported_media_type, or invalid_input that names the fields. */
export function readInput(
  schemas: InputSchemas,
  request: Request,
  params: Record<string, string | string[]>,
  text: string,
): { params: unknown; query: unknown; body: unknown; ifVersion: number | null } {
  return {
    params: parseWith(schemas.params ?? z.object({}), params),
    query: parseWith(schemas.query ?? z.strictObject({}), readQuery(new URL(request.url))),
    body: parseWith(schemas.body ?? z.strictObject({}), readJson(request, text)),
    ifVersion: readIfMatch(request),
  };
}
