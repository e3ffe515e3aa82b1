# The edge as an image: stock nginx of Debian 13 with the modules.
#
#   docker build -t nginx-edge .
#   docker run -p 8080:8080 -v $PWD/site.conf:/etc/nginx/edge.d/site.conf \
#       nginx-edge

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
COPY tools/image/nginx.conf /etc/nginx/nginx.conf
COPY tools/image/edge.d /etc/nginx/edge.d
COPY tools/image/html /var/www/html

USER www-data
EXPOSE 8080
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
