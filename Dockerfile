# The service as a container:
#   docker build -t treaty-monitor .
#   docker run -d --name treaty -e TZ=Asia/Tokyo -v treaty:/desk/storage treaty-monitor
# For sources of your own add  -v ./sources.toml:/desk/sources.toml:ro ; mail secrets come as
# -e MONITOR_SMTP_USER=… -e MONITOR_SMTP_PASSWORD=… . Digests: docker logs treaty, and /desk/storage/digests.

FROM python:3.13-slim AS build
WORKDIR /build
RUN python -m venv /opt/monitor
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY pyproject.toml requirements.lock README.md LICENSE sources.toml ./
COPY storage/seeds.json storage/seeds.json
COPY monitor monitor
RUN /opt/monitor/bin/pip install -c requirements.lock ".[postgres,web,notify]"

FROM python:3.13-slim
COPY --from=build /opt/monitor /opt/monitor
ENV PATH=/opt/monitor/bin:$PATH PYTHONUNBUFFERED=1
RUN useradd --system --uid 10001 --create-home monitor \
 && monitor init /desk \
 && chown -R monitor /desk/storage
USER monitor
WORKDIR /desk
# The shipped seeds lie in the package, not in storage: an empty volume here hides nothing.
VOLUME /desk/storage
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=1m --timeout=10s --start-period=2m CMD ["monitor", "--config", "/desk/sources.toml", "health"]
ENTRYPOINT ["monitor", "--config", "/desk/sources.toml"]
CMD ["run"]
