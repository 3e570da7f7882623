type Run = (command: string, args: string[], env?: Record<string, string>) => Promise<{ ok: boolean; output: string }>;

export function findChromium(run: Run): Promise<string | null>;
