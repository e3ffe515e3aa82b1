
#ifndef NGX_EDGE_RULES_H
#define NGX_EDGE_RULES_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_rule.h"
#include "ngx_edge_choice.h"
#include "ngx_edge_coding.h"
#include "ngx_edge_slots.h"
#include "ngx_edge_variables.h"


/* one "compression_rule": what it makes of a response */

struct ngx_edge_rule_s {
    ngx_uint_t           index;
    ngx_str_t            name;
    ngx_str_t            reason_off;    /* "rule:" and the name */
    ngx_str_t            reason_coded;  /* "coded:" and the name */

    edge_coding_e        order[NGX_EDGE_CODINGS];
    ngx_uint_t           count;         /* 0: off */
    ngx_int_t            level[EDGE_CODINGS];   /* or unset */
    ngx_uint_t           leveled;       /* one of them is set */
    ngx_uint_t           waived;        /* NGX_EDGE_WAIVE_... */

    ngx_edge_context_t   context;       /* of what it leaves as it is */
};


/* those of one level of the configuration */

typedef struct {
    edge_rules_t        *compiled;
    ngx_array_t          list;          /* ngx_edge_rule_t *, in order */
    ngx_array_t          headers;       /* ngx_str_t, in lower case */
    ngx_str_t            vary;          /* their names, for caches */
} ngx_edge_rules_t;


/* a rule, appended to the ngx_edge_rules_t * at cmd->offset, made if unset */
char *ngx_edge_set_rule_slot(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/*
 * Fills in the words of $compression_reason.  A rule without a name is called
 * by the file and the line that cf is at.
 */
ngx_int_t ngx_edge_rules_name(ngx_conf_t *cf, ngx_edge_rule_t *rule);

/* The first rule that applies to the response, or NULL; rules may be NULL. */
ngx_edge_rule_t *ngx_edge_rules_find(ngx_http_request_t *r,
    const ngx_edge_rules_t *rules);

/* Fills in order with the codings of a rule; returns how many, 0: off. */
ngx_uint_t ngx_edge_rules_order(const ngx_edge_rule_t *rule,
    edge_coding_e *order);

/* Adds to the count in order what rules ask for; returns how many then. */
ngx_uint_t ngx_edge_rules_possible(const ngx_edge_rules_t *rules,
    edge_coding_e *order, ngx_uint_t count);

/*
 * Makes *coders: for the i-th rule with levels of its own those of its
 * codings, NULL for others; settings: of the location.  NULL, or logs what is
 * wrong and returns NGX_CONF_ERROR.
 */
char *ngx_edge_rules_prepare(ngx_conf_t *cf, const ngx_edge_rules_t *rules,
    ngx_edge_params_t params, const ngx_edge_coding_settings_t *settings,
    ngx_edge_coder_t ***coders);

/* The coders that a response of this rule is coded with; base: location's. */
ngx_edge_coder_t *ngx_edge_rules_coders(const ngx_edge_rule_t *rule,
    ngx_edge_coder_t **coders, ngx_edge_coder_t *base);


#endif /* NGX_EDGE_RULES_H */
