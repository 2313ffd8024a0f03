# syntax=docker/dockerfile:1

# The index of python:3.13-slim for all platforms; Dependabot raises it.
FROM python:3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b AS base


FROM base AS build
ARG UV=0.13.9
# What the image calls itself, such as 1.2.0; empty is what pyproject.toml says.
ARG VERSION=""
ENV UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never VIRTUAL_ENV=/opt/navaar
WORKDIR /src
RUN pip install --no-cache-dir --disable-pip-version-check "uv==${UV}" && python -m venv --without-pip "${VIRTUAL_ENV}"

COPY requirements.run.lock ./
# The API client's generated classes are 73 of its 75 MB, and imported only where they are named, which the operator never does.
RUN --mount=type=cache,target=/root/.cache/uv \
    uv pip install --require-hashes --only-binary :all: -r requirements.run.lock \
    && find "${VIRTUAL_ENV}/lib" -path '*/kubernetes/*client/models/*.py' ! -name __init__.py -delete \
    && find "${VIRTUAL_ENV}/lib" -path '*/kubernetes/*client/api/*_api.py' -delete

COPY pyproject.toml README.md LICENSE ./
COPY operator ./operator
COPY reconcilers ./reconcilers
RUN --mount=type=cache,target=/root/.cache/uv \
    if [ -n "${VERSION}" ]; then sed -i "s/^version = .*/version = \"${VERSION}\"/" pyproject.toml; fi \
    && uv pip install --no-deps . \
    # The root file system is read-only where it runs: what isn't compiled here is compiled at every start.
    && python -m compileall -q -j 0 "${VIRTUAL_ENV}/lib"


FROM base
# tini waits for what the process that fetches audio had started, should that be killed.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 65532 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin navaar
COPY --from=build /opt/navaar /opt/navaar
# deno, which yt-dlp looks for on PATH, and PyAV, which brings FFmpeg's libraries, came as wheels.
ENV PATH=/opt/navaar/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp
USER 65532:65532
WORKDIR /tmp
EXPOSE 8080
ENTRYPOINT ["tini", "--", "navaar"]
CMD ["run"]
