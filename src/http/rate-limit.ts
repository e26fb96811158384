import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { RateLimit } from '../config/variables.ts';
import { BillingError } from '../errors.ts';

/** A caller asked more often than RATE_LIMIT allows. */
export class RateLimitedError extends BillingError {
  constructor(retryAfter: number) {
    super('RATE_LIMITED', 'Too many requests. Try again after the time that retryAfter gives, in seconds.', {
      retryAfter,
    });
  }
}

/** Counts requests by the token's subject, or by address where there is no token. */
export function limitRequests(server: FastifyInstance, limit: RateLimit): void {
  const limiter = new RateLimiterMemory({ points: limit.requests, duration: limit.perSeconds });
  server.addHook('onRequest', async (request: FastifyRequest) => {
    const key = request.caller === null ? `address:${request.ip}` : `subject:${request.caller.userId}`;
    try {
      await limiter.consume(key);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      throw new RateLimitedError(Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)));
    }
  });
}
