
#ifndef NGX_EDGE_CHOICE_H
#define NGX_EDGE_CHOICE_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_accept_encoding.h"


/*
 * Which codings a location has, in order of preference: the directive
 * "compression", and those that older modules had, each for its own coding.
 */

#define NGX_EDGE_CODINGS  3             /* zstd, br, gzip */


typedef struct {
    ngx_flag_t                 set;     /* by "compression", else unset */
    ngx_flag_t                 zstd;    /* by "zstd on" or "off" */
    ngx_flag_t                 brotli;
    edge_coding_e              order[NGX_EDGE_CODINGS];
    ngx_uint_t                 count;   /* 0: off */
    ngx_http_complex_value_t  *list;    /* the same by a variable, or NULL */
    ngx_uint_t                 warned;  /* of a list with unknown names */
} ngx_edge_choice_t;


/* what became of one word */

typedef enum {
    NGX_EDGE_CHOICE_ADDED,
    NGX_EDGE_CHOICE_UNKNOWN,
    NGX_EDGE_CHOICE_TWICE
} ngx_edge_choice_e;


/* Adds the coding that word names to the count in order. */
ngx_edge_choice_e ngx_edge_choice_add(edge_coding_e *order,
    ngx_uint_t *count, const ngx_str_t *word);

/* Fills in what "on" stands for; returns how many. */
ngx_uint_t ngx_edge_choice_all(edge_coding_e *order);

void ngx_edge_choice_init(ngx_edge_choice_t *choice);

/* "off", "on", codings in order or a variable -> ngx_edge_choice_t */
char *ngx_edge_set_choice_slot(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* as cmd->post below: the flag is Brotli's, else zstd's */
extern ngx_uint_t  ngx_edge_choice_brotli;

/* "on" or "off" for one coding -> a flag of the ngx_edge_choice_t */
char *ngx_edge_set_choice_flag_slot(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* What conf does not say it takes from prev; then adds or removes. */
void ngx_edge_choice_merge(ngx_edge_choice_t *prev, ngx_edge_choice_t *conf);

/* Fills in order with all that may ever be needed; returns how many. */
ngx_uint_t ngx_edge_choice_possible(const ngx_edge_choice_t *choice,
    edge_coding_e *order);

/* Fills in order for this request; returns how many there are, 0: off. */
ngx_uint_t ngx_edge_choice_order(ngx_http_request_t *r,
    ngx_edge_choice_t *choice, edge_coding_e *order);

/* Modules that can't be loaded beside ours are named in the error log. */
ngx_int_t ngx_edge_choice_check_modules(ngx_conf_t *cf, const char *ours);


#endif /* NGX_EDGE_CHOICE_H */
