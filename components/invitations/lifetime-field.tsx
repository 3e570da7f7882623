import { ChoiceField } from "@/components/form/choice-field";

const lifetimes = [
  ["1d", "In a day"],
  ["7d", "In 7 days"],
  ["30d", "In 30 days"],
] as const;

/** How long the link works. */
export type Lifetime = (typeof lifetimes)[number][0];

export function LifetimeField({ value, onChange }: { value: Lifetime; onChange: (value: Lifetime) => void }) {
  return <ChoiceField path="expires_in" label="The link ends" value={value} onChange={onChange} choices={lifetimes} />;
}
