/** Reads the fields of a call in a dialect; what is wrong is named. Pure. */
import { refuse } from "../pipeline/request";

/** An object of JSON. */
export type Fields = Record<string, unknown>;

/** An object of JSON; an empty one where it is none. */
export function asFields(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** A list of such objects, likewise. */
export function asList(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(asFields) : [];
}

export const asCount = (value: unknown): number => (typeof value === "number" ? value : 0);

export function readText(value: unknown, param: string): string {
  return typeof value === "string" ? value : refuse(param, "must be a text");
}

export function readList(value: unknown, param: string): unknown[] {
  return Array.isArray(value) ? value : refuse(param, "must be a list");
}

/** What a chat completion needs to say to be streamed with its counts. */
export const streamed = { stream: true, stream_options: { include_usage: true } } as const;

/** One of a stream's events. */
export function eventText(data: Fields): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}
