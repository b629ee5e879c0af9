# syntax=docker/dockerfile:1
# Two images: `web` (web server, keeper, migrations; no torch) and `worker` (one backbone each).

FROM node:24-slim AS browser-libraries
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY static static
RUN npm run vendor

FROM python:3.11-slim AS base
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /srv/triptych
RUN useradd --uid 10001 --create-home triptych && install -d -o triptych -g triptych /data
COPY pyproject.toml constraints.txt README.md ./
# Empty packages, so that the dependencies are a layer of their own that a change of code leaves alone.
RUN mkdir app workers && touch app/__init__.py workers/__init__.py

FROM base AS web
RUN pip install -c constraints.txt -e .
COPY app app
COPY migrations migrations
COPY templates templates
COPY --from=browser-libraries /src/static static
USER triptych
EXPOSE 8000
CMD ["triptych", "web", "--allow-any-address"]

FROM base AS worker
RUN pip install -c constraints.txt -e '.[workers]'
COPY app app
COPY workers workers
USER triptych
ENTRYPOINT ["triptych", "worker"]
