/** Which pictures there are: one entry each, and nothing else to change for a new one. */

import type { Visitor } from "../browser";

/** Ids of things in the server that is photographed. */
export interface Facts {
  /** A call of the developer's. */
  callId: string;
  /** The organisation's budget, which has a month behind it. */
  budgetId: string;
  keyId: string;
}

export interface Shot {
  /** The file's name under docs/images. */
  name: string;
  path: (facts: Facts) => string;
  as: Visitor;
  theme: "light" | "dark";
  /** A phone's screen instead of a desk's. */
  isPhone?: true;
  /** What is pressed first, by its name. */
  press?: string;
  /** The part that it is of, by its title; absent: the top of the page. */
  part?: string;
}

export const shots: readonly Shot[] = [
  { name: "overview", path: () => "/admin", as: "admin", theme: "light" },
  { name: "overview-dark", path: () => "/admin", as: "admin", theme: "dark" },
  { name: "usage", path: () => "/admin/usage", as: "admin", theme: "light" },
  { name: "call", path: ({ callId }) => `/admin/calls/${callId}`, as: "admin", theme: "light" },
  { name: "call-why", path: ({ callId }) => `/admin/calls/${callId}`, as: "admin", theme: "light", part: "Why" },
  { name: "keys", path: () => "/admin/keys?sort=-spend", as: "admin", theme: "light" },
  { name: "teams", path: () => "/admin/teams", as: "admin", theme: "light" },
  { name: "budget", path: ({ budgetId }) => `/admin/budgets/${budgetId}`, as: "admin", theme: "light" },
  { name: "providers", path: () => "/admin/providers", as: "admin", theme: "light" },
  { name: "models", path: () => "/admin/models", as: "admin", theme: "dark" },
  { name: "webhooks", path: () => "/admin/webhooks", as: "admin", theme: "light" },
  { name: "audit", path: () => "/admin/audit", as: "admin", theme: "light" },
  { name: "home", path: () => "/", as: "developer", theme: "light" },
  { name: "home-phone", path: () => "/", as: "developer", theme: "dark", isPhone: true },
  {
    name: "connect",
    path: ({ keyId }) => `/connect?key=${keyId}&model=sim-small&view=python`,
    as: "developer",
    theme: "light",
    press: "Make the call",
  },
];
