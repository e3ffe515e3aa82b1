
#include "ngx_edge_origin.h"
#include "ngx_edge_virtual_server.h"
#include "edge_server_certificate.h"


/* a frame has room for no more */

#define NGX_EDGE_ORIGIN_HOSTS_MAX  1024


typedef struct {
    ngx_edge_origin_conf_t   *conf;
    ngx_http_addr_conf_t     *addr;
    ngx_array_t              *hosts;
    ngx_uint_t                failed;
} ngx_edge_origin_search_t;


static void ngx_edge_origin_add_name(void *data, const char *name, size_t len,
    int is_dns);
static void ngx_edge_origin_add_below(ngx_edge_origin_search_t *search,
    const char *wildcard, size_t len);
static void ngx_edge_origin_add_host(ngx_edge_origin_search_t *search,
    ngx_str_t *host);
static ngx_http_core_srv_conf_t *ngx_edge_origin_find_server(
    ngx_edge_origin_search_t *search, ngx_str_t *host);
static ngx_uint_t ngx_edge_origin_is_name_of(ngx_array_t *server_names,
    ngx_str_t *host);


ngx_array_t *
ngx_edge_origin_hosts(ngx_edge_origin_conf_t *conf, ngx_http_addr_conf_t *addr,
    X509 *certificate)
{
    ngx_edge_origin_hosts_t   *hosts;
    ngx_edge_origin_search_t   search;

    for (hosts = conf->hosts; hosts; hosts = hosts->next) {
        if (hosts->addr == addr && hosts->certificate == certificate) {
            return &hosts->hosts;
        }
    }

    /* once for a server, its certificate and an address */

    hosts = ngx_palloc(ngx_cycle->pool, sizeof(ngx_edge_origin_hosts_t));
    if (hosts == NULL
        || ngx_array_init(&hosts->hosts, ngx_cycle->pool, 4,
                          sizeof(ngx_edge_origin_host_t))
           != NGX_OK)
    {
        return NULL;
    }

    search.conf = conf;
    search.addr = addr;
    search.hosts = &hosts->hosts;
    search.failed = 0;

    edge_server_certificate_names(certificate, ngx_edge_origin_add_name,
                                  &search);

    if (search.failed) {
        return NULL;
    }

    hosts->addr = addr;
    hosts->certificate = certificate;
    hosts->next = conf->hosts;
    conf->hosts = hosts;

    return &hosts->hosts;
}


static void
ngx_edge_origin_add_name(void *data, const char *name, size_t len, int is_dns)
{
    char                       buf[EDGE_HOSTNAME_MAX + 1];
    ngx_str_t                  host;
    ngx_edge_origin_search_t  *search = data;

    if (!is_dns
        || edge_hostname_normalize_record(name, len, buf, &host.len)
           != EDGE_HOSTNAME_OK)
    {
        return;
    }

    if (buf[0] == '*') {
        ngx_edge_origin_add_below(search, buf, host.len);
        return;
    }

    host.data = (u_char *) buf;
    ngx_edge_origin_add_host(search, &host);
}


/* A frame has no wildcards: names of servers stand for them. */

static void
ngx_edge_origin_add_below(ngx_edge_origin_search_t *search,
    const char *wildcard, size_t len)
{
    ngx_str_t   *names;
    ngx_uint_t   first, last, middle, n;

    names = search->conf->names->elts;

    n = search->conf->names->nelts;

    first = 0;
    last = n;

    while (first < last) {
        middle = (first + last) / 2;

        if (edge_origin_compare((char *) names[middle].data, names[middle].len,
                                wildcard + 1, len - 1)
            < 0)
        {
            first = middle + 1;

        } else {
            last = middle;
        }
    }

    for (last = first; last < n; last++) {

        if (names[last].len < len
            || ngx_memcmp(names[last].data + names[last].len - (len - 1),
                          wildcard + 1, len - 1)
               != 0)
        {
            break;
        }

        if (edge_origin_covers(wildcard, len, (char *) names[last].data,
                               names[last].len))
        {
            ngx_edge_origin_add_host(search, &names[last]);
        }
    }
}


static void
ngx_edge_origin_add_host(ngx_edge_origin_search_t *search, ngx_str_t *host)
{
    ngx_uint_t                 i;
    ngx_edge_origin_host_t    *hosts, *h;
    ngx_http_ssl_srv_conf_t   *sscf;
    ngx_http_core_srv_conf_t  *server;

    server = ngx_edge_origin_find_server(search, host);
    if (server == NULL) {
        return;
    }

    sscf = server->ctx->srv_conf[ngx_http_ssl_module.ctx_index];

    if (sscf->ssl.ctx == NULL || sscf->verify || sscf->reject_handshake
        || search->hosts->nelts == NGX_EDGE_ORIGIN_HOSTS_MAX)
    {
        return;
    }

    hosts = search->hosts->elts;

    for (i = 0; i < search->hosts->nelts; i++) {
        if (hosts[i].host.len == host->len
            && ngx_memcmp(hosts[i].host.data, host->data, host->len) == 0)
        {
            return;
        }
    }

    h = ngx_array_push(search->hosts);
    if (h == NULL) {
        search->failed = 1;
        return;
    }

    h->server = server;
    h->host.len = host->len;
    h->host.data = ngx_pstrdup(ngx_cycle->pool, host);

    if (h->host.data == NULL) {
        search->failed = 1;
    }
}


/* As nginx does for a request; NULL if only the default server would answer. */

static ngx_http_core_srv_conf_t *
ngx_edge_origin_find_server(ngx_edge_origin_search_t *search, ngx_str_t *host)
{
    if (search->addr->virtual_names) {
        return ngx_edge_virtual_server(search->addr->virtual_names, host);
    }

    return ngx_edge_origin_is_name_of(&search->conf->server_names, host)
           ? search->addr->default_server : NULL;
}


/* The only server of an address is in no hash: that of the connection. */

static ngx_uint_t
ngx_edge_origin_is_name_of(ngx_array_t *server_names, ngx_str_t *host)
{
    size_t                   cut;
    ngx_str_t                name;
    ngx_uint_t               i;
    ngx_http_server_name_t  *names;

    names = server_names->elts;

    for (i = 0; i < server_names->nelts; i++) {

#if (NGX_PCRE)
        if (names[i].regex) {
            if (ngx_regex_exec(names[i].regex->regex, host, NULL, 0) >= 0) {
                return 1;
            }

            continue;
        }
#endif

        /* ".example.com" is that name and all below it */

        name = names[i].name;
        cut = (name.len && name.data[0] == '*') ? 1 : 0;
        name.data += cut;
        name.len -= cut;

        if (name.len == 0) {
            continue;
        }

        if (name.data[0] == '.' && host->len > name.len
            && ngx_memcmp(host->data + host->len - name.len, name.data,
                          name.len)
               == 0)
        {
            return 1;
        }

        if (name.data[0] == '.' && cut == 0) {
            name.data++;
            name.len--;
        }

        if (host->len == name.len
            && ngx_memcmp(host->data, name.data, name.len) == 0)
        {
            return 1;
        }
    }

    return 0;
}
