"use client";

import { useQuery } from "@tanstack/react-query";
import { Card } from "@/components/ui/card";
import { Cell, HeadCell, Row, Table } from "@/components/ui/table";
import { formatCount } from "@/lib/client/format";
import { type Key, keyQuery } from "@/lib/keys/queries";
import { effectiveTeamQuery } from "@/lib/teams/queries";
import { userQuery } from "@/lib/users/queries";
import { findLowest, type Level, modelsOf } from "./key-levels";
import { limitLabels, limitNames } from "./limit-draft";

/** Every level that may limit a call of this key, nearest first, as far as the visitor may see it. */
function useLevels(key: Key): Level[] {
  const parent = useQuery({ ...keyQuery(key.parent_key_id ?? ""), enabled: key.parent_key_id !== null }).data;
  const user = useQuery({ ...userQuery(key.user_id ?? ""), enabled: key.user_id !== null }).data;
  const team = useQuery({ ...effectiveTeamQuery(key.team_id ?? ""), enabled: key.team_id !== null }).data;
  return [
    { ...key, source: "This key" },
    ...(parent ? [{ ...parent, source: `Key ${parent.name}` }] : []),
    ...(user ? [{ ...user, source: user.email }] : []),
    ...(team
      ? [
          ...team.models.map((models) => ({ ...models, source: `Team ${models.source.name}` })),
          ...limitNames.flatMap((name) => {
            const limit = team[name];
            return limit ? [{ source: `Team ${limit.source.name}`, [name]: limit.value }] : [];
          }),
        ]
      : []),
  ];
}

/** Which models and how fast, as it counts, and from where. */
export function KeyLimitsPanel({ of: key }: { of: Key }) {
  const levels = useLevels(key);
  const models = modelsOf(levels);
  return (
    <Card title="Limits" hint="The lowest counts; a model has to pass every list">
      <Table
        label="Limits of this key"
        head={
          <>
            <HeadCell>Limit</HeadCell>
            <HeadCell>In force</HeadCell>
            <HeadCell>Comes from</HeadCell>
          </>
        }
      >
        {limitNames.map((name) => {
          const lowest = findLowest(levels, name);
          return (
            <Row key={name}>
              <Cell>{limitLabels[name]}</Cell>
              <Cell className="tabular-nums">{lowest ? formatCount(lowest.value) : "No limit set"}</Cell>
              <Cell className="text-muted wrap-anywhere">{lowest?.source ?? "–"}</Cell>
            </Row>
          );
        })}
        {models.length === 0 ? (
          <Row>
            <Cell>Models</Cell>
            <Cell>All</Cell>
            <Cell className="text-muted">–</Cell>
          </Row>
        ) : null}
        {models.map(({ label, names, source }) => (
          <Row key={`${label} ${source}`}>
            <Cell>{label}</Cell>
            <Cell className="wrap-anywhere">{names.join(", ")}</Cell>
            <Cell className="text-muted wrap-anywhere">{source}</Cell>
          </Row>
        ))}
      </Table>
    </Card>
  );
}
