import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { findFreePort } from '../../test/helpers/server-process.ts';
import { nameCustomer } from '../baselines/customers.ts';
import { serviceFiles } from '../harness/build.ts';
import type { Core } from '../harness/cores.ts';
import { type Asked, Load, type LoadRequest, type LoadResult } from '../harness/load.ts';
import type { MeasuredProcess } from '../harness/measured-process.ts';
import { type Run, fillDirectory } from '../harness/run.ts';
import { webhookSecret } from '../harness/service-environment.ts';
import { percentile } from '../harness/statistics.ts';
import { askService, createServiceProgram } from '../harness/targets.ts';
import { createTokenIssuer } from '../harness/tokens.ts';

const users = 20_000;

export interface LoadFigures {
  readonly title: string;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly residentMegabytes: number;
  readonly errors: number;
}

/** The service with a store and users of its own, before a stub that takes so long. */
export class ServiceUnderLoad {
  private readonly run: Run;
  private readonly issuer = createTokenIssuer('HS256');
  private readonly processes: MeasuredProcess[] = [];
  private stub: MeasuredProcess | null = null;
  private databaseUrl = '';

  constructor(run: Run) {
    this.run = run;
  }

  async open({
    delayMs,
    cores,
  }: {
    readonly delayMs: number;
    readonly cores: readonly Core[];
  }): Promise<void> {
    this.stub = await this.run.startStub({ delayMs });
    this.databaseUrl = await fillDirectory(`sqlite:${join(this.run.folder, 'service.db')}`, users);
    for (const core of cores) this.processes.push(await this.start(core));
  }

  async close(): Promise<void> {
    for (const process of this.processes.splice(0)) await process.stop();
    await this.stub?.stop();
  }

  private async start(core: Core): Promise<MeasuredProcess> {
    const surroundings = {
      stubPort: this.stub?.port ?? 0,
      metricsPort: await findFreePort(),
      users,
      issuer: this.issuer,
      folder: this.run.folder,
      serviceDatabaseUrl: this.databaseUrl,
      mongoUrl: null,
    };
    const log = join(this.run.folder, 'service.log');
    const program = createServiceProgram(serviceFiles.bundle, await findFreePort(), surroundings, log);
    return this.run.start({ ...program, core });
  }

  /** Sessions, with as many requests in flight at each process. */
  measureSessions(title: string, inFlight: number, seconds: number): Promise<LoadFigures> {
    const asked = this.processes.map(({ port }) => askService(port, users, this.issuer));
    return this.measure(title, asked, inFlight, seconds);
  }

  /** Deliveries of events, each of another customer than the ones before it. */
  measureWebhooks(title: string, inFlight: number, seconds: number): Promise<LoadFigures> {
    const requests = createDeliveries(mostDeliveriesPerSecond * seconds);
    const asked = this.processes.map(({ port }): Asked => ({
      port,
      path: '/webhooks/stripe',
      requests,
      isRight: (answer) => answer.includes('"received":true'),
    }));
    return this.measure(title, asked, inFlight, seconds);
  }

  private async measure(
    title: string,
    asked: readonly Asked[],
    inFlight: number,
    seconds: number,
  ): Promise<LoadFigures> {
    const loads = asked.map((each) => new Load(each, inFlight));
    const results = await Promise.all(loads.map((load) => load.keepInFlight(inFlight, seconds)));
    await Promise.all(loads.map((load) => load.close()));
    const figures = { title, ...sum(results), residentMegabytes: this.getResidentMegabytes() };
    process.stderr.write(`${JSON.stringify(figures)}\n`);
    return figures;
  }

  private getResidentMegabytes(): number {
    return Math.max(...this.processes.map((process) => process.residentMegabytes()));
  }
}

function sum(results: readonly LoadResult[]): Omit<LoadFigures, 'title' | 'residentMegabytes'> {
  const latencies = results.flatMap((result) => result.latencies);
  const wrong = results.find(({ errors }) => errors > 0);
  if (wrong) process.stderr.write(`A wrong answer: ${wrong.firstError ?? ''}\n`);
  return {
    perSecond: results.reduce((total, { answered, seconds }) => total + answered / seconds, 0),
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    errors: results.reduce((total, { errors }) => total + errors, 0),
  };
}

/** More than are answered: an event that comes twice is quickly passed over. */
const mostDeliveriesPerSecond = 4_000;

function createDeliveries(count: number): LoadRequest[] {
  const now = Math.floor(Date.now() / 1000);
  return Array.from({ length: count }, (_, index) => {
    const customer = nameCustomer(index % users);
    const body = JSON.stringify({
      id: `evt_1Bench${now}${index}`,
      object: 'event',
      api_version: '2026-10-28',
      created: now,
      data: { object: { id: `sub_Bench${index}`, object: 'subscription', customer, status: 'active' } },
      livemode: false,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      type: 'customer.subscription.updated',
    });
    const signature = createHmac('sha256', webhookSecret).update(`${now}.${body}`).digest('hex');
    const headers = { 'content-type': 'application/json', 'stripe-signature': `t=${now},v1=${signature}` };
    return { headers, body, customer };
  });
}
