# syntax=docker/dockerfile:1
# Build with `docker build -t smswitch .`; run with
#   docker run -p 2775:2775 -v smswitch-data:/data -v ./directory.yaml:/config/directory.yaml:ro --stop-timeout 30 smswitch

FROM node:22-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json vite.config.ts ./
COPY src ./src
COPY web ./web
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:22-bookworm-slim
WORKDIR /app
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY package.json LICENSE ./
COPY config ./config
# The code belongs to root and is read only to the daemon; the data folder is all it may write.
RUN install -d -o node -g node -m 0750 /data && install -d /config
USER node
ENV NODE_ENV=production \
    SMSWITCH_SMPP_SERVER_HOST=0.0.0.0 \
    SMSWITCH_STORE_PATH=/data \
    SMSWITCH_DIRECTORY_PATH=/config/directory.yaml
VOLUME /data
# 2775 SMPP. 8775 is the admin server: it has no authentication and stays on loopback inside the container;
# set SMSWITCH_ADMIN_HOST=0.0.0.0 only where the network in front of it is trusted (scraping, HTTP probes).
EXPOSE 2775 8775
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.SMSWITCH_ADMIN_PORT ?? 8775}/readyz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# A larger young generation (64 MB instead of 16): messages live for milliseconds, and need not be copied about meanwhile.
ENTRYPOINT ["node", "--max-semi-space-size=64", "/app/dist/main.js"]
CMD ["start"]
