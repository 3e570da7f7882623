/**
 * next-auth as a function from Request to Response. Its form for route handlers reads cookies and headers from the request that Next is
 * just serving, wherever it is called; this one takes them from the request that it is given. Called by lib/auth/next-auth alone.
 */
import type { NextApiRequest, NextApiResponse } from "next";
import NextAuth, { type AuthOptions } from "next-auth";
import { readCookies } from "./session-token";

/** The part of a Pages API response that next-auth writes to (next-auth/next/index.js, NextAuthApiHandler). */
class AnswerSheet {
  private readonly headers = new Map<string, string | readonly string[]>();
  private code = 200;
  private text: string | null = null;

  status(code: number): this {
    this.code = code;
    return this;
  }

  getHeader(name: string): string | readonly string[] | undefined {
    return this.headers.get(name.toLowerCase());
  }

  setHeader(name: string, value: string | readonly string[]): this {
    this.headers.set(name.toLowerCase(), value);
    return this;
  }

  json(body: unknown): void {
    this.setHeader("content-type", "application/json");
    this.text = JSON.stringify(body);
  }

  send(body: unknown): void {
    if (typeof body === "string") this.text = body;
    else if (body !== undefined) this.json(body);
  }

  end(): void {}

  toResponse(): Response {
    const headers = new Headers();
    for (const [name, value] of this.headers)
      for (const one of typeof value === "string" ? [value] : value) headers.append(name, one);
    return new Response(this.text, { status: this.code, headers });
  }
}

export async function askNextAuth(request: Request, steps: readonly string[], options: AuthOptions): Promise<Response> {
  const asked = {
    method: request.method,
    headers: Object.fromEntries(request.headers),
    cookies: readCookies(request.headers.get("cookie")),
    query: { ...Object.fromEntries(new URL(request.url).searchParams), nextauth: [...steps] },
    body: request.method === "POST" ? Object.fromEntries(new URLSearchParams(await request.text())) : undefined,
  };
  const sheet = new AnswerSheet();
  await NextAuth(asked as unknown as NextApiRequest, sheet as unknown as NextApiResponse, options);
  return sheet.toResponse();
}
