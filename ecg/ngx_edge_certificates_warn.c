
#include "ngx_edge_certificates.h"


/* of the names and the issuer in a line, bytes */

#define NGX_EDGE_CERTIFICATES_LOG  200


static void ngx_edge_certificates_timer(ngx_event_t *ev);


void
ngx_edge_certificates_warn(ngx_edge_certificates_conf_t *conf, ngx_log_t *log)
{
    long                     days;
    u_char                   date[sizeof("Mon, 28 Sep 1970 06:00:00 GMT")];
    time_t                   now;
    ngx_str_t                names, issuer;
    ngx_uint_t               i;
    ngx_edge_certificate_t  *c;

    now = ngx_time();
    c = conf->certificates.elts;

    for (i = 0; i < conf->certificates.nelts; i++) {

        if (conf->before == 0 || c[i].expires - now >= conf->before) {
            break;
        }

        names = c[i].names;
        names.len = ngx_min(names.len, NGX_EDGE_CERTIFICATES_LOG);
        issuer = c[i].issuer;
        issuer.len = ngx_min(issuer.len, NGX_EDGE_CERTIFICATES_LOG);

        *ngx_http_time(date, c[i].expires) = '\0';

        days = edge_server_certificate_days_left(c[i].expires, now);

        if (days < 0) {
            ngx_log_error(NGX_LOG_ERR, log, 0,
                          "certificate of \"%V\", issued by \"%V\", served by "
                          "\"%V\", has EXPIRED on %s", &names, &issuer,
                          &c[i].server, date);

        } else {
            ngx_log_error(NGX_LOG_WARN, log, 0,
                          "certificate of \"%V\", issued by \"%V\", served by "
                          "\"%V\", expires in %l days, on %s", &names, &issuer,
                          &c[i].server, days, date);
        }
    }
}


void
ngx_edge_certificates_start(ngx_cycle_t *cycle,
    ngx_edge_certificates_conf_t *conf)
{
    if (ngx_worker || conf->before == 0 || conf->certificates.nelts == 0) {
        return;
    }

    conf->timer.handler = ngx_edge_certificates_timer;
    conf->timer.data = conf;
    conf->timer.log = cycle->log;
    conf->timer.cancelable = 1;

    ngx_add_timer(&conf->timer, (ngx_msec_t) conf->every * 1000);
}


static void
ngx_edge_certificates_timer(ngx_event_t *ev)
{
    ngx_edge_certificates_conf_t *conf = ev->data;

    if (ngx_exiting || ngx_quit) {
        return;
    }

    ngx_edge_certificates_warn(conf, ev->log);

    ngx_add_timer(ev, (ngx_msec_t) conf->every * 1000);
}
