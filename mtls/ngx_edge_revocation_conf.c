
#include "ngx_edge_parameters.h"
#include "ngx_edge_revocation.h"


#define NGX_EDGE_REVOCATION_ZONE_MIN  (1024 * 1024)


static char *ngx_edge_revocation_zone_min(ngx_conf_t *cf, void *post,
    void *data);
static ngx_int_t ngx_edge_revocation_parse_ski(ngx_str_t *value);
static ngx_uint_t ngx_edge_revocation_has_policy(ngx_edge_revocation_t *rev,
    ngx_str_t *ski);


static ngx_conf_post_t  ngx_edge_revocation_zone_post = {
    ngx_edge_revocation_zone_min
};


ngx_edge_slot_check_t  ngx_edge_revocation_check_zone = {
    ngx_conf_set_size_slot, &ngx_edge_revocation_zone_post,
    "a size of at least 1m"
};


ngx_edge_slot_check_t  ngx_edge_revocation_check_interval = {
    ngx_conf_set_msec_slot, NULL, "a time, as \"30s\""
};


static char *
ngx_edge_revocation_zone_min(ngx_conf_t *cf, void *post, void *data)
{
    size_t  *size;

    size = data;

    return *size < NGX_EDGE_REVOCATION_ZONE_MIN ? "invalid value"
                                                : NGX_CONF_OK;
}


ngx_int_t
ngx_edge_revocation_create_conf(ngx_conf_t *cf, ngx_edge_revocation_t *rev)
{
    rev->interval = NGX_CONF_UNSET_MSEC;
    rev->zone_size = NGX_CONF_UNSET_SIZE;

    if (ngx_array_init(&rev->paths, cf->pool, 4, sizeof(char *)) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_array_init(&rev->policies, cf->pool, 4,
                          sizeof(ngx_edge_revocation_policy_t));
}


char *
ngx_edge_revocation_init_conf(ngx_conf_t *cf, ngx_edge_revocation_t *rev)
{
    ngx_uint_t                     i;
    ngx_edge_revocation_policy_t  *policy;

    ngx_conf_init_msec_value(rev->interval, 60000);
    ngx_conf_init_size_value(rev->zone_size, 512 * 1024 * 1024);

    /* the policy of all issuers without one of their own is the last */

    policy = rev->policies.elts;

    for (i = 0; i < rev->policies.nelts; i++) {
        if (policy[i].issuer_ski.len == 0) {
            return NGX_CONF_OK;
        }
    }

    policy = ngx_array_push(&rev->policies);
    if (policy == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(policy, sizeof(ngx_edge_revocation_policy_t));
    policy->hard = 1;

    return NGX_CONF_OK;
}


char *
ngx_edge_revocation_set_path(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t                  *args;
    ngx_uint_t                  i;
    const char                **path;
    ngx_file_info_t             info;
    ngx_edge_revocation_t      *rev;

    args = cf->args->elts;
    rev = (ngx_edge_revocation_t *) ((char *) conf + cmd->offset);

    for (i = 1; i < cf->args->nelts; i++) {
        if (ngx_conf_full_name(cf->cycle, &args[i], 1) != NGX_OK) {
            return NGX_CONF_ERROR;
        }

        path = ngx_array_push(&rev->paths);
        if (path == NULL) {
            return NGX_CONF_ERROR;
        }

        *path = (char *) args[i].data;

        /* what is missing later fails as the policy says */

        if (ngx_file_info(args[i].data, &info) == NGX_FILE_ERROR) {
            ngx_conf_log_error(NGX_LOG_WARN, cf, ngx_errno,
                               ngx_file_info_n " \"%V\" failed", &args[i]);
        }
    }

    return NGX_CONF_OK;
}


char *
ngx_edge_revocation_set_policy(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t                     *args, value;
    ngx_uint_t                     i;
    ngx_edge_revocation_t         *rev;
    ngx_edge_revocation_policy_t  *added, policy;

    args = cf->args->elts;
    rev = (ngx_edge_revocation_t *) ((char *) conf + cmd->offset);

    if (ngx_edge_parameters_differ(cf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(&policy, sizeof(ngx_edge_revocation_policy_t));

    policy.hard = (ngx_strcmp(args[1].data, "hard") == 0);

    i = 1;

    if (!policy.hard && ngx_strcmp(args[1].data, "soft") != 0) {
        goto invalid;
    }

    while (++i < cf->args->nelts) {
        if (ngx_strncmp(args[i].data, "stale=", 6) == 0) {
            value.data = args[i].data + 6;
            value.len = args[i].len - 6;

            policy.stale = ngx_parse_time(&value, 1);
            if (policy.stale == (time_t) NGX_ERROR) {
                goto invalid;
            }

            continue;
        }

        if (ngx_strncmp(args[i].data, "issuer_ski=", 11) == 0) {
            policy.issuer_ski.data = args[i].data + 11;
            policy.issuer_ski.len = args[i].len - 11;

            if (ngx_edge_revocation_parse_ski(&policy.issuer_ski) != NGX_OK) {
                goto invalid;
            }

            continue;
        }

        goto invalid;
    }

    if (ngx_edge_revocation_has_policy(rev, &policy.issuer_ski)) {
        return (char *) (policy.issuer_ski.len ? "is duplicate for this issuer"
                                               : "is duplicate");
    }

    added = ngx_array_push(&rev->policies);
    if (added == NULL) {
        return NGX_CONF_ERROR;
    }

    *added = policy;

    return NGX_CONF_OK;

invalid:

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\" in \"mtls_crl_policy\", it "
                       "must be \"hard\" or \"soft\", then stale=time or "
                       "issuer_ski=hex", &args[i]);

    return NGX_CONF_ERROR;
}


/*
 * Leaves the digits alone, without colons: as certificates are written.  What
 * is not taken stays as it is, to be told of.
 */

static ngx_int_t
ngx_edge_revocation_parse_ski(ngx_str_t *value)
{
    size_t       digits;
    ngx_uint_t   i, k;

    digits = 0;

    for (i = 0; i < value->len; i++) {
        if (value->data[i] == ':') {
            continue;
        }

        if (ngx_hextoi(value->data + i, 1) == NGX_ERROR) {
            return NGX_ERROR;
        }

        digits++;
    }

    if (digits == 0 || digits % 2) {
        return NGX_ERROR;
    }

    for (i = 0, k = 0; i < value->len; i++) {
        if (value->data[i] != ':') {
            value->data[k++] = value->data[i];
        }
    }

    value->len = digits;

    return NGX_OK;
}


static ngx_uint_t
ngx_edge_revocation_has_policy(ngx_edge_revocation_t *rev, ngx_str_t *ski)
{
    ngx_uint_t                     i;
    ngx_edge_revocation_policy_t  *policy;

    policy = rev->policies.elts;

    for (i = 0; i < rev->policies.nelts; i++) {
        if (policy[i].issuer_ski.len == ski->len
            && ngx_strncasecmp(policy[i].issuer_ski.data, ski->data, ski->len)
               == 0)
        {
            return 1;
        }
    }

    return 0;
}
