/** The pages that the frame leads to, one line each. A page that is added stands here and nowhere else. */
import {
  Boxes,
  ChartColumn,
  Code,
  HandCoins,
  History,
  House,
  KeyRound,
  LayoutDashboard,
  List,
  LogIn,
  type LucideIcon,
  Network,
  Plug,
  Server,
  Settings,
  User,
  Wallet,
  Webhook,
} from "lucide-react";
import type { Action } from "@/lib/authz/permissions";
import type { Me } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import {
  adminApprovalsPath,
  adminBudgetsPath,
  adminKeysPath,
  adminPath,
  adminTeamsPath,
  adminUsagePath,
  adminUsersPath,
  approvalsPath,
  auditPath,
  budgetsPath,
  callsPath,
  connectPath,
  docsPath,
  homePath,
  keysPath,
  modelsPath,
  providersPath,
  settingsPath,
  signInAdminPath,
  teamsPath,
  usagePath,
  webhooksPath,
} from "@/lib/paths";

export interface Way {
  label: string;
  path: string;
  icon: LucideIcon;
  /** Who sees it: whoever has this right, for an administrators' page on everything. Everybody if absent. */
  needs?: Action;
  /** What is counted beside it: requests that wait for the visitor. */
  counts?: "waiting";
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
    { label: "My budgets", path: budgetsPath, icon: Wallet, needs: "budgets.read" },
    { label: "My teams", path: teamsPath, icon: Network, needs: "teams.read" },
    { label: "Approvals", path: approvalsPath, icon: HandCoins, needs: "budgets.write", counts: "waiting" },
    { label: "Connect", path: connectPath, icon: Plug },
  ],
};

const help: WayGroup = {
  label: "Help",
  ways: [{ label: "API reference", path: docsPath, icon: Code, isPlain: true }],
};

const administration: readonly WayGroup[] = [
  {
    label: "Admin",
    isAdmin: true,
    ways: [
      { label: "Overview", path: adminPath, icon: LayoutDashboard, needs: "usage.read" },
      { label: "Usage", path: adminUsagePath, icon: ChartColumn, needs: "usage.read" },
      { label: "Requests", path: callsPath, icon: List, needs: "usage.read" },
    ],
  },
  {
    label: "Access",
    isAdmin: true,
    ways: [
      { label: "Users", path: adminUsersPath, icon: User, needs: "users.read" },
      { label: "Teams", path: adminTeamsPath, icon: Network, needs: "teams.read" },
      { label: "Keys", path: adminKeysPath, icon: KeyRound, needs: "keys.read" },
    ],
  },
  {
    label: "Money",
    isAdmin: true,
    ways: [
      { label: "Budgets", path: adminBudgetsPath, icon: Wallet, needs: "budgets.read" },
      { label: "Approvals", path: adminApprovalsPath, icon: HandCoins, needs: "budgets.write", counts: "waiting" },
    ],
  },
  {
    label: "Gateway",
    isAdmin: true,
    ways: [
      { label: "Providers", path: providersPath, icon: Server, needs: "providers.read" },
      { label: "Models", path: modelsPath, icon: Boxes, needs: "models.write" },
      { label: "Webhooks", path: webhooksPath, icon: Webhook, needs: "webhooks.read" },
    ],
  },
  {
    label: "System",
    isAdmin: true,
    ways: [
      { label: "Sign-in", path: signInAdminPath, icon: LogIn, needs: "settings.read" },
      { label: "Audit", path: auditPath, icon: History, needs: "audit.read" },
      { label: "Settings", path: settingsPath, icon: Settings, needs: "settings.read" },
    ],
  },
];

function isShown({ needs }: Way, group: WayGroup, me: Me): boolean {
  return needs === undefined || hasRight(me, needs, group.isAdmin ? "all" : undefined);
}

/**
 * What the visitor may go to; nothing until it is known who asks. The master key is nobody, so it has no pages of its own. Whoever
 * decides for everybody does so among the administrators' pages, so the portal's place for it is for team owners.
 */
export function waysOf(me: Me | undefined): readonly WayGroup[] {
  if (!me) return [];
  const isAdministrator = hasRight(me, "users.read", "all");
  const groups = [...(me.kind === "master" ? [] : [portal]), ...(isAdministrator ? administration : []), help];
  const isElsewhere = ({ path }: Way) => isAdministrator && path === approvalsPath;
  return groups
    .map((group) => ({ ...group, ways: group.ways.filter((way) => isShown(way, group, me) && !isElsewhere(way)) }))
    .filter(({ ways }) => ways.length > 0);
}

/** Whether `path` is where one is, or a page below it. Home and the overview are above everything, so only themselves. */
export function isAt(path: string, pathname: string): boolean {
  if (path === homePath || path === adminPath) return pathname === path;
  return pathname === path || pathname.startsWith(`${path}/`);
}
