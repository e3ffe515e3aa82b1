# The edge as an image: stock nginx of Debian 13 with the modules.
#
#   docker build -t nginx-edge .
#   docker run --read-only --tmpfs /tmp -p 8080:8080 \
#       -v $PWD/site.conf:/etc/nginx/edge.d/site.conf:ro nginx-edge
#
# How it is run: docs/operations.md, "Containers".

FROM debian:trixie-slim AS build

RUN apt-get update \
    && apt-get install -y --no-install-recommends make

COPY . /edge
RUN make -C /edge \
    && strip --strip-unneeded /edge/build/modules/*.so /edge/build/bin/*


FROM debian:trixie-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libbrotli1 libjansson4 liblmdb0 libzstd1 nginx \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/* \
        /etc/nginx/sites-enabled/* /etc/nginx/modules-enabled/* \
        /var/www/html/*

COPY --from=build /edge/build/modules/*.so /usr/lib/nginx/modules/
COPY --from=build /edge/build/bin/edge-policy /usr/bin/
COPY tools/image/entrypoint /usr/bin/edge-entrypoint
COPY tools/image/health /usr/bin/edge-health
COPY tools/image/nginx.conf /etc/nginx/nginx.conf
COPY tools/image/edge.d /etc/nginx/edge.d
COPY tools/image/html /var/www/html

# www-data by number: Kubernetes cannot tell from a name that it is not root.
USER 33:33
EXPOSE 8080
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=10s --timeout=10s --start-period=5s CMD ["edge-health"]
ENTRYPOINT ["edge-entrypoint"]
CMD ["nginx", "-g", "daemon off;"]
