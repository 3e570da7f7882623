/** Teams, budgets and answers for the pages of budgets and requests, over the API with the master key. */
import type { APIRequestContext, Page } from "@playwright/test";
import { expect } from "./fixtures";
import { masterKey } from "./settings";

export const headers = { authorization: `Bearer ${masterKey}` };
export const part = (page: Page, name: string) => page.getByRole("region", { name, exact: true });
export const rows = (page: Page, name: string) => page.getByRole("table", { name, exact: true }).getByRole("row");
export const unique = (name: string) => `${name} ${Date.now().toString(36)}`;

export interface Made {
  id: string;
}

export async function ask<T>(
  request: APIRequestContext,
  method: "get" | "post",
  path: string,
  data?: object,
): Promise<T> {
  const answer = await request[method](`/api/v1${path}`, { headers, ...(data ? { data } : {}) });
  expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true);
  return answer.json();
}

/** What a person's own browser would send. */
export const send = (page: Page, path: string, body: object) =>
  page.evaluate(
    async ([to, text]) => {
      const headers = { "content-type": "application/json" };
      const answer = await fetch(`/api/v1${to}`, { method: "POST", headers, body: text });
      return { status: answer.status, body: await answer.json() };
    },
    [path, JSON.stringify(body)] as const,
  );
