/** What the process logs while a test looks, at every level, instead of writing it. Tests only. */
import pino from "pino";
import { log } from "@/lib/log";

export interface CapturedLog {
  /** Every line so far. */
  text(): string;
  stop(): void;
}

export function captureLog(): CapturedLog {
  const lines: string[] = [];
  const holder = log as unknown as Record<symbol, unknown>;
  const stream = holder[pino.symbols.streamSym];
  const { level } = log;
  holder[pino.symbols.streamSym] = { write: (line: string) => lines.push(line) };
  log.level = "trace";
  return {
    text: () => lines.join(""),
    stop: () => {
      log.level = level;
      holder[pino.symbols.streamSym] = stream;
    },
  };
}
