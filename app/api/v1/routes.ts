/** Every route of the control plane by its path: what OpenAPI is made of, and what the tests drive in-process. */
import type { RouteTable } from "@/lib/api/openapi";
import * as member from "./teams/[id]/members/[user_id]/route";
import * as members from "./teams/[id]/members/route";
import * as team from "./teams/[id]/route";
import * as teams from "./teams/route";

export const routes: RouteTable = {
  "/teams": teams,
  "/teams/{id}": team,
  "/teams/{id}/members": members,
  "/teams/{id}/members/{user_id}": member,
};
