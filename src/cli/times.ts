import { InvalidArgumentError, Option } from 'commander';

const msByUnit = { d: 24 * 3_600_000, h: 3_600_000, m: 60_000 } as const;

export interface TimeOption {
  readonly flags: string;
  readonly description: string;
  readonly preset: string;
  /** The units that the option accepts, out of `dhm`. */
  readonly units: string;
  readonly longestMs?: number;
  /** The error message for any other value. */
  readonly expected: string;
}

/** An option that reads a time such as 7d as milliseconds. */
export function createTimeOption({ flags, description, preset, ...rules }: TimeOption): Option {
  const { units, longestMs = Infinity, expected } = rules;
  const parse = (text: string): number => {
    const [, count, unit] = new RegExp(`^(\\d{1,5})([${units}])$`).exec(text) ?? [];
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
