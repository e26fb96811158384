/** What a price says of its period. */
export interface Interval {
  readonly interval: string;
  readonly interval_count: number;
}

/** The second at which `count` intervals after `start` are over; a month has as many days as it has. */
export function addInterval(start: number, { interval, interval_count: count }: Interval): number {
  const date = new Date(start * 1000);
  if (interval === 'day') date.setUTCDate(date.getUTCDate() + count);
  else if (interval === 'week') date.setUTCDate(date.getUTCDate() + 7 * count);
  else addMonths(date, interval === 'year' ? 12 * count : count);
  return Math.floor(date.getTime() / 1000);
}

/** The end of the period that starts at `start`: one anchored on a 31st ends on the 28th of February and the 31st of March. */
export function addAnchored(anchor: number, start: number, interval: Interval): number {
  for (let periods = 1; ; periods += 1) {
    const end = addInterval(anchor, { ...interval, interval_count: interval.interval_count * periods });
    if (end > start) return end;
  }
}

/** The 31st of January and a month is the last day of February, not the 3rd of March. */
function addMonths(date: Date, months: number): void {
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
}

/** An interval's rough length, to compare which of two is shorter. */
export function intervalDays({ interval, interval_count: count }: Interval): number {
  const days: Readonly<Record<string, number>> = { day: 1, week: 7, month: 30, year: 365 };
  return (days[interval] ?? 30) * count;
}
