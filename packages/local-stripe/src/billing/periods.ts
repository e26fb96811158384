/** The billing interval of a price. */
interface Interval {
  readonly interval: string;
  readonly interval_count: number;
}

/** The time `count` intervals after `start`, by calendar months. */
export function addInterval(start: number, { interval, interval_count: count }: Interval): number {
  const date = new Date(start * 1000);
  if (interval === 'day') date.setUTCDate(date.getUTCDate() + count);
  else if (interval === 'week') date.setUTCDate(date.getUTCDate() + 7 * count);
  else addMonths(date, interval === 'year' ? 12 * count : count);
  return Math.floor(date.getTime() / 1000);
}

/** The end of the period that starts at `start`. With an anchor on a 31st it ends on 28 February, then on 31 March. */
export function addAnchored(anchor: number, start: number, interval: Interval): number {
  for (let periods = 1; ; periods += 1) {
    const end = addInterval(anchor, { ...interval, interval_count: interval.interval_count * periods });
    if (end > start) return end;
  }
}

/** 31 January plus a month is the last day of February, not 3 March. */
function addMonths(date: Date, months: number): void {
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
}

/** The approximate length of an interval, to compare two intervals. */
export function intervalDays({ interval, interval_count: count }: Interval): number {
  const days: Readonly<Record<string, number>> = { day: 1, week: 7, month: 30, year: 365 };
  return (days[interval] ?? 30) * count;
}
