
/* The HTTP API of the store: settings of hostnames, and what they come to. */


#ifndef _NGX_EDGE_POLICY_API_H_INCLUDED_
#define _NGX_EDGE_POLICY_API_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_policy_json.h"
#include "ngx_edge_tls_policy.h"


typedef enum {
    NGX_EDGE_POLICY_API_OFF = 0,
    NGX_EDGE_POLICY_API_READ,
    NGX_EDGE_POLICY_API_WRITE
} ngx_edge_policy_api_mode_e;


typedef struct {
    ngx_uint_t                     mode;

    /* of the server the location is in; the store is one of it */
    ngx_edge_tls_policy_conf_t    *policies;

    /* EDGE_TLS_AUTH_*: the keys of all certificates, 0 if unknown */
    unsigned                       keys;
} ngx_edge_policy_api_conf_t;


/* A response as it is written, piece by piece. */

typedef struct {
    ngx_http_request_t            *request;
    ngx_chain_t                   *first;
    ngx_chain_t                  **last;
    off_t                          size;
    unsigned                       failed:1;

    /* an object was opened behind the result */
    unsigned                       nested:1;
} ngx_edge_policy_api_out_t;


/* What a request is for. */

typedef struct {
    ngx_edge_policy_api_conf_t    *conf;
    edge_policy_store_t           *store;

    /* EDGE_POLICY_SETTINGS for a list of records */
    unsigned                       setting;

    /* normalized, with a final NUL; empty for a listing */
    ngx_str_t                      name;
} ngx_edge_policy_api_request_t;


/* A setting of a record that has another value than before, for the log. */

typedef struct ngx_edge_policy_api_changed_s  ngx_edge_policy_api_changed_t;

struct ngx_edge_policy_api_changed_s {
    ngx_edge_policy_api_changed_t  *next;

    /* has the name and the new value */
    edge_policy_named_t            *change;
    unsigned                        setting;

    /* "" if it was unset; with a final NUL */
    char                            before[1];
};


/* One request that changes the store: all of it or nothing. */

typedef struct {
    ngx_http_request_t             *request;
    ngx_edge_policy_api_request_t  *api;

    /* each with the settings that change; a delete has "" for its value */
    edge_policy_named_t            *changes;
    ngx_uint_t                      n;
    unsigned                        delete:1;

    /* for the answer, of a single change */
    edge_policy_setting_t           after;

    /* for the log, in memory of its own; NULL if nobody reads it */
    ngx_pool_t                     *log_pool;
    ngx_edge_policy_api_changed_t  *changed;
    ngx_edge_policy_api_changed_t **changed_last;

    edge_store_e                    result;
    int                             error;

    /* its min_tls would be above its max_tls, and nothing was stored */
    edge_policy_named_t            *wrong;

    /* result is there */
    unsigned                        done:1;
} ngx_edge_policy_api_task_t;


/* The door's; contexts of requests are kept by it. */

extern ngx_module_t  ngx_http_ecg_module;


/* Answers a request to a location; the content handler calls it. */

ngx_int_t ngx_edge_policy_api(ngx_http_request_t *r,
    ngx_edge_policy_api_conf_t *conf);

/*
 * Tells whether a request may change the store that has passed the access
 * phase: it is local, or access control of the location has allowed it.
 */

ngx_uint_t ngx_edge_policy_api_may_write(ngx_http_request_t *r);

/* For what writes, after its access was checked: reads the body and goes on. */

ngx_int_t ngx_edge_policy_api_write(ngx_http_request_t *r,
    ngx_edge_policy_api_request_t *request);

/* Tells which record answers for a host, and what a client would get. */

ngx_int_t ngx_edge_policy_api_explain(ngx_http_request_t *r,
    ngx_edge_policy_api_request_t *request, ngx_str_t *host);

/*
 * Holds a change against what is stored and inherited now.  Returns
 * NGX_DECLINED if it can be applied, else what it answered.
 */

ngx_int_t ngx_edge_policy_api_check(ngx_http_request_t *r,
    ngx_edge_policy_api_task_t *task, edge_policy_named_t *change);

/* Stores the changes in a thread.  NGX_DONE: it answers when that is done. */

ngx_int_t ngx_edge_policy_api_run(ngx_edge_policy_api_task_t *task);

/*
 * The log of changes: start() before the thread; keep() in it, where the value
 * before is known, NULL if it was unset; write() in the event loop when all is
 * stored: some lines, and NGX_AGAIN until the last.
 */

ngx_int_t ngx_edge_policy_api_log_start(ngx_edge_policy_api_task_t *task);
ngx_int_t ngx_edge_policy_api_log_keep(ngx_edge_policy_api_task_t *task,
    edge_policy_named_t *change, unsigned setting, const char *before);
ngx_int_t ngx_edge_policy_api_log_write(ngx_edge_policy_api_task_t *task);

/* Adds formatted text of max bytes at most, and sends what was added. */

void ngx_edge_policy_api_begin(ngx_edge_policy_api_out_t *out,
    ngx_http_request_t *r);
void ngx_edge_policy_api_add(ngx_edge_policy_api_out_t *out, size_t max,
    const char *fmt, ...);
ngx_int_t ngx_edge_policy_api_send(ngx_edge_policy_api_out_t *out,
    ngx_uint_t status);

/* {hostname, value, status, created_at, updated_at} */

void ngx_edge_policy_api_add_setting(ngx_edge_policy_api_out_t *out,
    const char *name, size_t len, unsigned setting,
    const edge_policy_setting_t *value, const char *status);

/* Sends an error in the envelope; text and detail have no quotes in them. */

ngx_int_t ngx_edge_policy_api_error(ngx_http_request_t *r, ngx_uint_t status,
    const char *text, const char *detail);

ngx_int_t ngx_edge_policy_api_store_error(ngx_http_request_t *r,
    edge_store_e result);


#endif /* _NGX_EDGE_POLICY_API_H_INCLUDED_ */
