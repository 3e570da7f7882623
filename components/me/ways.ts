/** The pages that the frame leads to, one line each. A page that is added stands here and nowhere else. */
import { ChartColumn, Code, House, KeyRound, LayoutDashboard, List, LogIn, type LucideIcon } from "lucide-react";
import type { Action } from "@/lib/authz/permissions";
import type { Me } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import {
  adminKeysPath,
  adminPath,
  adminUsagePath,
  callsPath,
  docsPath,
  homePath,
  keysPath,
  signInAdminPath,
  usagePath,
} from "@/lib/paths";

export interface Way {
  label: string;
  path: string;
  icon: LucideIcon;
  /** Who sees it: whoever has this right, for an administrators' page on everything. Everybody if absent. */
  needs?: Action;
  /** Answered by the server itself, not a page of the app. */
  isPlain?: true;
}

export interface WayGroup {
  label: string;
  ways: readonly Way[];
  /** For those who run the gateway: whoever may see every person. */
  isAdmin?: true;
}

const portal: WayGroup = {
  label: "Portal",
  ways: [
    { label: "Home", path: homePath, icon: House },
    { label: "My keys", path: keysPath, icon: KeyRound, needs: "keys.read" },
    { label: "My usage", path: usagePath, icon: ChartColumn, needs: "usage.read" },
  ],
};

const help: WayGroup = {
  label: "Help",
  ways: [{ label: "API reference", path: docsPath, icon: Code, isPlain: true }],
};

const admin: WayGroup = {
  label: "Admin",
  isAdmin: true,
  ways: [
    { label: "Overview", path: adminPath, icon: LayoutDashboard, needs: "usage.read" },
    { label: "Usage", path: adminUsagePath, icon: ChartColumn, needs: "usage.read" },
    { label: "Requests", path: callsPath, icon: List, needs: "usage.read" },
    { label: "Keys", path: adminKeysPath, icon: KeyRound, needs: "keys.read" },
    { label: "Sign-in", path: signInAdminPath, icon: LogIn, needs: "settings.read" },
  ],
};

function isShown({ needs }: Way, group: WayGroup, me: Me): boolean {
  return needs === undefined || hasRight(me, needs, group.isAdmin ? "all" : undefined);
}

/** What the visitor may go to; nothing until it is known who asks. The master key is nobody, so it has no pages of its own. */
export function waysOf(me: Me | undefined): readonly WayGroup[] {
  if (!me) return [];
  const groups = [
    ...(me.kind === "master" ? [] : [portal]),
    ...(hasRight(me, "users.read", "all") ? [admin] : []),
    help,
  ];
  return groups.map((group) => ({ ...group, ways: group.ways.filter((way) => isShown(way, group, me)) }));
}

/** Whether `path` is where one is, or a page below it. Home and the overview are above everything, so only themselves. */
export function isAt(path: string, pathname: string): boolean {
  if (path === homePath || path === adminPath) return pathname === path;
  return pathname === path || pathname.startsWith(`${path}/`);
}
