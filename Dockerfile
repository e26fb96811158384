# syntax=docker/dockerfile:1

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY packages packages
# No dependency needs its install script, so none is run.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
# Only the demo and development need the local Stripe.
RUN npm run build && rm -r dist/local-stripe
# The packages of this repository are for frontends, tests and the demo: the service needs none of them.
RUN npm prune --omit=dev --workspaces=false --ignore-scripts --no-audit --no-fund

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# For `docker exec`, and in place of the service: `docker run … billing-portal doctor`.
RUN ln -s ../../../app/dist/cli/main.js /usr/local/bin/billing-portal
# The only place that is written to, and only by the embedded store, which by default is in ./data.
RUN mkdir /data && chown node:node /data && ln -s /data data
VOLUME /data
USER node
EXPOSE 4000
# As long as the process runs: an orchestrator asks /readyz whether to send requests.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 4000}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# No npm in between: signals reach the service, which ends what is under way.
CMD ["node", "dist/bundle/main.js"]
