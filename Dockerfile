# lakesmith in a small image that does not run as root:
#   docker build -t lakesmith .
#   docker run --rm -v "$PWD:/work" --user "$(id -u):$(id -g)" lakesmith check
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates curl g++ make \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# libduckdb lies where the binary will look for it.
RUN rm -rf .lib && scripts/setup && mkdir -p /opt/lakesmith/lib && cp -L .lib/libduckdb.so /opt/lakesmith/lib/
ENV DUCKDB_LIB_DIR=/opt/lakesmith/lib
RUN cargo build --locked --release --target-dir /build && cp /build/release/lakesmith /opt/lakesmith/

FROM debian:bookworm-slim
# git: which commit a release is made of, and what a change breaks.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates git \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home lakesmith \
    && install -d -o lakesmith /work
COPY --from=build /opt/lakesmith /opt/lakesmith
ENV PATH=/opt/lakesmith:$PATH
USER 10001
WORKDIR /work
ENTRYPOINT ["lakesmith"]
CMD ["--help"]
