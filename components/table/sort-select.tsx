import { Select } from "@/components/ui/select";
import type { Column } from "./columns";
import type { ListState } from "./use-list-state";

interface SortSelectProps<Row> {
  columns: readonly Column<Row>[];
  list: Pick<ListState, "sort" | "sortBy">;
}

/** The order of a list on a phone, where no heads of columns show. */
export function SortSelect<Row>({ columns, list }: SortSelectProps<Row>) {
  return (
    <Select
      aria-label="Sort by"
      className="max-sm:grow max-sm:basis-[calc(50%-0.25rem)] sm:hidden"
      value={list.sort ?? ""}
      onChange={({ target }) => list.sortBy(target.value || null)}
    >
      <option value="">Usual order</option>
      {columns.flatMap(({ header, sort, sortsDown }) => {
        if (sort === undefined) return [];
        const ways = [
          { value: sort, text: `${header} ↑` },
          { value: `-${sort}`, text: `${header} ↓` },
        ];
        return (sortsDown ? ways.reverse() : ways).map(({ value, text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ));
      })}
    </Select>
  );
}
