# The server, for a Postgres that runs elsewhere: see docker-compose.yml.
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# The sources are not here yet, so nothing can be built yet; esbuild and Prisma need no install scripts.
RUN npm ci --ignore-scripts
COPY . .
# The embedded Postgres is an optional dependency, and of no use in this image.
RUN npm run prepare && npm prune --omit=dev --omit=optional --ignore-scripts

FROM node:22-bookworm-slim
ENV NODE_ENV=production \
    CLAMBAKE_HOST=0.0.0.0 \
    CLAMBAKE_HOME=/home/node/clambake
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/prisma ./prisma
USER node
EXPOSE 2526
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:2526/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/cli/main.js", "serve"]
