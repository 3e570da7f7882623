"use client";

import { useQuery } from "@tanstack/react-query";
import { limitLabels, limitNames } from "@/components/keys/limit-draft";
import { QueryPanel } from "@/components/layout/query-panel";
import { Cell, HeadCell, Row, Table } from "@/components/ui/table";
import { formatCount } from "@/lib/client/format";
import { effectiveTeamQuery } from "@/lib/teams/queries";

/** Which models and how fast, as it counts for a team, and from which team above that comes. */
export function EffectivePanel({ id }: { id: string }) {
  const query = useQuery(effectiveTeamQuery(id));
  const nameOf = (source: { id: string; name: string }) => (source.id === id ? "This team" : source.name);
  return (
    <QueryPanel
      title="Limits in force"
      hint="The lowest on the way counts; a model has to pass every list"
      query={query}
      lines={4}
    >
      {(effective) => (
        <Table
          label="Limits of this team"
          head={
            <>
              <HeadCell>Limit</HeadCell>
              <HeadCell>In force</HeadCell>
              <HeadCell>Comes from</HeadCell>
            </>
          }
        >
          {limitNames.map((name) => {
            const limit = effective[name];
            return (
              <Row key={name}>
                <Cell>{limitLabels[name]}</Cell>
                <Cell className="tabular-nums">{limit ? formatCount(limit.value) : "No limit set"}</Cell>
                <Cell className="text-muted wrap-anywhere">{limit ? nameOf(limit.source) : "–"}</Cell>
              </Row>
            );
          })}
          {effective.models.length === 0 ? (
            <Row>
              <Cell>Models</Cell>
              <Cell>All</Cell>
              <Cell className="text-muted">–</Cell>
            </Row>
          ) : null}
          {effective.models.flatMap(({ allowed_models, blocked_models, source }) =>
            [["Models", allowed_models] as const, ["Blocked models", blocked_models] as const].map(([label, names]) =>
              names.length > 0 ? (
                <Row key={`${label} ${source.id}`}>
                  <Cell>{label}</Cell>
                  <Cell className="wrap-anywhere">{names.join(", ")}</Cell>
                  <Cell className="text-muted wrap-anywhere">{nameOf(source)}</Cell>
                </Row>
              ) : null,
            ),
          )}
        </Table>
      )}
    </QueryPanel>
  );
}
