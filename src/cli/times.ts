import { InvalidArgumentError, Option } from 'commander';

const msByUnit = { d: 24 * 3_600_000, h: 3_600_000 } as const;

export interface TimeOption {
  readonly flags: string;
  readonly description: string;
  readonly preset: string;
  readonly longestMs?: number;
  /** The error message for any other value. */
  readonly expected: string;
}

/** An option that reads days or hours, such as 7d, as milliseconds. */
export function createTimeOption({
  flags,
  description,
  preset,
  longestMs = Infinity,
  expected,
}: TimeOption): Option {
  const parse = (text: string): number => {
    const [, count, unit] = /^(\d{1,5})([dh])$/.exec(text) ?? [];
    const time = Number(count) * msByUnit[unit as keyof typeof msByUnit];
    if (count === undefined || time > longestMs) throw new InvalidArgumentError(expected);
    return time;
  };
  return new Option(flags, description).default(parse(preset), preset).argParser(parse);
}

/** A time in the output of commands, in UTC: `2030-01-31 12:00`. */
export function toMinutes(time: Date): string {
  return time.toISOString().slice(0, 16).replace('T', ' ');
}
