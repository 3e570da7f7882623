import { Select } from "@/components/ui/select";
import type { ListState } from "./use-list-state";

interface ChoiceFilterProps<Filter extends string> {
  list: Pick<ListState<Filter>, "filters" | "filterBy">;
  /** The API's own parameter. */
  filter: Filter;
  label: string;
  /** What not to narrow is called: `Any state`. */
  any: string;
  /** Values in this order, each with how it reads unless that is the same. */
  choices: readonly (string | readonly [value: string, label: string])[];
  /** Its place among the other filters. */
  className?: string;
}

/** Narrows a list to one out of a few. */
export function ChoiceFilter<Filter extends string>({
  list,
  filter,
  label,
  any,
  choices,
  className = "max-sm:grow max-sm:basis-[calc(50%-0.25rem)] sm:w-32",
}: ChoiceFilterProps<Filter>) {
  return (
    <Select
      aria-label={label}
      className={className}
      value={list.filters[filter] ?? ""}
      onChange={({ target }) => {
        const change: Partial<Record<Filter, string | null>> = {};
        change[filter] = target.value || null;
        list.filterBy(change);
      }}
    >
      <option value="">{any}</option>
      {choices.map((choice) => {
        const [value, text] = typeof choice === "string" ? [choice, choice] : choice;
        return (
          <option key={value} value={value}>
            {text}
          </option>
        );
      })}
    </Select>
  );
}
