import { ScopeBudgetsPanel } from "@/components/budgets/scope-budgets-panel";
import { Empty } from "@/components/ui/empty";
import type { BudgetFilter } from "@/lib/budgets/queries";
import type { Key } from "@/lib/keys/queries";

/** What budgets of the key itself, its owner, and their place in the team are found by. */
function ownScopes({ id, user_id, team_id }: Key): BudgetFilter[] {
  return [
    { scope_type: "key", scope_id: id },
    ...(user_id ? [{ scope_type: "user" as const, scope_id: user_id }] : []),
    ...(user_id && team_id ? [{ scope_type: "member" as const, scope_id: `${team_id}/${user_id}` }] : []),
  ];
}

/** Every budget that a call with this key has to have room in. */
export function KeyBudgetsPanel({ of: key }: { of: Key }) {
  return (
    <ScopeBudgetsPanel
      what="key"
      hint="Every one must have room for a call"
      scopes={ownScopes(key)}
      teamId={key.team_id}
      empty={<Empty title="No budget binds this key">Nothing limits what it spends.</Empty>}
    />
  );
}
