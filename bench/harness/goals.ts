/** What a run found out, by the names of the goals. */
export type Figures = Partial<Record<GoalName, number>>;

export type GoalName = keyof typeof goals;

export interface Goal {
  readonly title: string;
  readonly atLeast: number;
  readonly reachFor: number;
  readonly better: 'higher' | 'lower';
  readonly unit: string;
}

/** One core for the server, and the same stub for all. */
export const goals = {
  throughputToTutorial: {
    title: 'throughput with 16 in flight, to the tutorial',
    atLeast: 2.3,
    reachFor: 3.2,
    better: 'higher',
    unit: '×',
  },
  throughputToRaw: {
    title: 'throughput with 16 in flight, to raw',
    atLeast: 0.45,
    reachFor: 0.65,
    better: 'higher',
    unit: '×',
  },
  cpuToTutorial: {
    title: 'CPU per request, to the tutorial',
    atLeast: 0.45,
    reachFor: 0.3,
    better: 'lower',
    unit: '×',
  },
  addedP50: {
    title: 'added to the stub alone at 1,000 requests a second, p50',
    atLeast: 0.4,
    reachFor: 0.2,
    better: 'lower',
    unit: ' ms',
  },
  addedP99: {
    title: 'added to the stub alone at 1,000 requests a second, p99',
    atLeast: 5,
    reachFor: 3,
    better: 'lower',
    unit: ' ms',
  },
  coldStartToTutorial: {
    title: 'cold start to the first session, to the tutorial',
    atLeast: 1.25,
    reachFor: 1,
    better: 'lower',
    unit: '×',
  },
  residentMegabytes: {
    title: 'resident memory after the load',
    atLeast: 150,
    reachFor: 110,
    better: 'lower',
    unit: ' MB',
  },
  lookupGrowth: {
    title: 'lookup p50 at 1,000,000 mappings, to 10,000 (SQLite)',
    atLeast: 1.3,
    reachFor: 1.1,
    better: 'lower',
    unit: '×',
  },
  importRate: {
    title: 'import of mappings (SQLite)',
    atLeast: 50_000,
    reachFor: 200_000,
    better: 'higher',
    unit: '/s',
  },
} as const satisfies Record<string, Goal>;

/** Beside each goal, what was found, and what raw had of it in the same run. */
export function judgeFigures(figures: Figures, ofRaw: Figures): string[][] {
  const names = Object.keys(goals) as GoalName[];
  return names.flatMap((name) => {
    const figure = figures[name];
    if (figure === undefined) return [];
    const goal: Goal = goals[name];
    const show = (value: number | undefined): string =>
      value === undefined ? '' : `${formatFigure(value)}${goal.unit}`;
    const bars = [ofRaw[name], goal.atLeast, goal.reachFor].map(show);
    return [[goal.title, show(figure), ...bars, judge(goal, figure)]];
  });
}

function judge({ atLeast, reachFor, better }: Goal, figure: number): string {
  const reaches = (bar: number): boolean => (better === 'higher' ? figure >= bar : figure <= bar);
  if (reaches(reachFor)) return 'reached beyond';
  return reaches(atLeast) ? 'reached' : 'missed';
}

/** Three digits that say something, or all of a large number. */
export function formatFigure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}

export const goalColumns = ['goal', 'found', 'raw', 'at least', 'reach for', ''] as const;
