
#include <string.h>

#include <openssl/err.h>
#include <openssl/objects.h>

#include "edge_tls_group.h"
#include "edge_tls_policy.h"


typedef int (*edge_tls_probe_pt)(SSL_CTX *ctx, const char *name);

typedef STACK_OF(SSL_CIPHER)  edge_tls_ciphers_t;


static edge_tls_policy_e edge_tls_compile_list(edge_tls_policy_t *out,
    edge_policy_key_e key, SSL_CTX *ctx, edge_tls_policy_error_t *error);
static edge_tls_policy_e edge_tls_probe_name(edge_policy_key_e key,
    SSL_CTX *ctx, edge_tls_policy_error_t *error);
static edge_tls_policy_e edge_tls_explain_unknown(edge_policy_key_e key,
    edge_tls_policy_error_t *error);
static edge_tls_policy_e edge_tls_set_list(edge_tls_policy_t *out,
    edge_policy_key_e key, SSL_CTX *ctx);
static void edge_tls_collect_ciphers(edge_tls_policy_t *out, SSL_CTX *ctx,
    edge_policy_key_e key);
static unsigned edge_tls_auth_bit(int nid);
static void edge_tls_collect_groups(edge_tls_policy_t *out);
static const char *edge_tls_next_name(const char *p, char *name);
static int edge_tls_probe_ciphers(SSL_CTX *ctx, const char *name);
static int edge_tls_probe_ciphersuites(SSL_CTX *ctx, const char *name);
static int edge_tls_probe_groups(SSL_CTX *ctx, const char *name);
static int edge_tls_probe_sigalgs(SSL_CTX *ctx, const char *name);


edge_tls_policy_e
edge_tls_policy_compile(edge_tls_policy_t *out, const edge_policy_t *policy,
    edge_tls_policy_error_t *error)
{
    unsigned           key, server;
    SSL_CTX           *ctx;
    edge_tls_policy_e  result;

    memset(out, 0, sizeof(edge_tls_policy_t));
    memset(error, 0, sizeof(edge_tls_policy_error_t));

    out->policy = *policy;
    out->demands = edge_policy_demands(policy);
    out->security_level = -1;
    error->key = EDGE_POLICY_MIN_TLS;

    if (edge_policy_check(policy) != EDGE_POLICY_OK) {
        return EDGE_TLS_POLICY_MIN_ABOVE_MAX;
    }

    for (server = 0; server < sizeof(out->versions); server++) {
        out->versions[server] = (unsigned char)
                                edge_tls_policy_versions(policy, server);
    }

    /* what OpenSSL says of unknown names is not for the next connection */

    (void) ERR_set_mark();

    ctx = SSL_CTX_new(TLS_server_method());
    result = ctx ? EDGE_TLS_POLICY_OK : EDGE_TLS_POLICY_NO_MEMORY;
    out->check = ctx ? SSL_CTX_get_security_callback(ctx) : NULL;

    for (key = EDGE_POLICY_CIPHERS; key <= EDGE_POLICY_SIGALGS; key++) {
        if (result == EDGE_TLS_POLICY_OK && policy->values[key].text) {
            result = edge_tls_compile_list(out, (edge_policy_key_e) key, ctx,
                                           error);
        }
    }

    SSL_CTX_free(ctx);

    (void) ERR_pop_to_mark();

    if (result == EDGE_TLS_POLICY_OK
        && policy->values[EDGE_POLICY_MAX_TLS].text
        && policy->values[EDGE_POLICY_MAX_TLS].number < TLS1_2_VERSION
        && out->security_level > 0)
    {
        error->key = EDGE_POLICY_CIPHERS;
        result = EDGE_TLS_POLICY_SECURITY_LEVEL;
    }

    return result;
}


static edge_tls_policy_e
edge_tls_compile_list(edge_tls_policy_t *out, edge_policy_key_e key,
    SSL_CTX *ctx, edge_tls_policy_error_t *error)
{
    const char         *p;
    edge_tls_policy_e   result;

    error->key = key;

    for (p = out->policy.values[key].text; *p; /* void */ ) {
        p = edge_tls_next_name(p, error->name);

        result = edge_tls_probe_name(key, ctx, error);
        if (result != EDGE_TLS_POLICY_OK) {
            return result;
        }
    }

    error->name[0] = '\0';

    return edge_tls_set_list(out, key, ctx);
}


/* OpenSSL takes a list with unknown names as long as one is known. */

static edge_tls_policy_e
edge_tls_probe_name(edge_policy_key_e key, SSL_CTX *ctx,
    edge_tls_policy_error_t *error)
{
    static const edge_tls_probe_pt  probes[EDGE_POLICY_KEYS] = {
        [EDGE_POLICY_CIPHERS] = edge_tls_probe_ciphers,
        [EDGE_POLICY_CIPHERSUITES] = edge_tls_probe_ciphersuites,
        [EDGE_POLICY_GROUPS] = edge_tls_probe_groups,
        [EDGE_POLICY_SIGALGS] = edge_tls_probe_sigalgs
    };

    const char  *name;

    name = error->name;

    if (name[0] == '\0') {
        return EDGE_TLS_POLICY_EMPTY_LIST;
    }

    if (key == EDGE_POLICY_CIPHERS) {

        /* what takes away or sorts cannot let anything in by mistake */

        if (name[0] == '!' || name[0] == '-' || name[0] == '+'
            || name[0] == '@')
        {
            return EDGE_TLS_POLICY_OK;
        }

        if (strncmp(name, "TLS_AES_", 8) == 0
            || strncmp(name, "TLS_CHACHA20_", 13) == 0)
        {
            return EDGE_TLS_POLICY_WRONG_KEY;
        }
    }

    if (strpbrk(name, "?*/") || !probes[key](ctx, name)) {
        return edge_tls_explain_unknown(key, error);
    }

    return EDGE_TLS_POLICY_OK;
}


static edge_tls_policy_e
edge_tls_explain_unknown(edge_policy_key_e key, edge_tls_policy_error_t *error)
{
    const edge_tls_group_t  *group;

    if (key == EDGE_POLICY_GROUPS) {
        group = edge_tls_group_find(error->name);

        if (group && group->since) {
            error->needs = group->since;
            return EDGE_TLS_POLICY_NEEDS_OPENSSL;
        }
    }

    return EDGE_TLS_POLICY_UNKNOWN_NAME;
}


static edge_tls_policy_e
edge_tls_set_list(edge_tls_policy_t *out, edge_policy_key_e key, SSL_CTX *ctx)
{
    int          ok;
    SSL         *ssl;
    const char  *list;

    ssl = SSL_new(ctx);
    if (ssl == NULL) {
        return EDGE_TLS_POLICY_NO_MEMORY;
    }

    list = out->policy.values[key].text;

    switch (key) {

    case EDGE_POLICY_CIPHERS:
        ok = SSL_CTX_set_cipher_list(ctx, list);

        if (ok) {
            out->security_level = strstr(list, "@SECLEVEL=")
                                  ? SSL_CTX_get_security_level(ctx) : -1;
            edge_tls_collect_ciphers(out, ctx, key);
        }

        break;

    case EDGE_POLICY_CIPHERSUITES:
        ok = SSL_CTX_set_ciphersuites(ctx, list);

        if (ok) {
            edge_tls_collect_ciphers(out, ctx, key);
        }

        break;

    case EDGE_POLICY_GROUPS:
        ok = SSL_set1_groups_list(ssl, list) == 1;

        if (ok) {
            edge_tls_collect_groups(out);
            out->numbered = out->groups.n
                            && SSL_set1_groups(ssl, out->nids,
                                               (int) out->groups.n)
                               == 1;
        }

        break;

    default: /* EDGE_POLICY_SIGALGS */
        ok = SSL_set1_sigalgs_list(ssl, list) == 1;
        break;
    }

    SSL_free(ssl);

    return ok ? EDGE_TLS_POLICY_OK : EDGE_TLS_POLICY_EMPTY_LIST;
}


static void
edge_tls_collect_ciphers(edge_tls_policy_t *out, SSL_CTX *ctx,
    edge_policy_key_e key)
{
    int                  i;
    uint16_t             id;
    edge_tls_ids_t      *ids;
    const SSL_CIPHER    *cipher;
    edge_tls_ciphers_t  *ciphers;

    ids = (key == EDGE_POLICY_CIPHERS) ? &out->ciphers : &out->ciphersuites;
    ciphers = SSL_CTX_get_ciphers(ctx);

    for (i = 0; i < sk_SSL_CIPHER_num(ciphers); i++) {
        cipher = sk_SSL_CIPHER_value(ciphers, i);
        id = SSL_CIPHER_get_protocol_id(cipher);

        /* 0x13xx are the suites of TLSv1.3 */

        if ((id >> 8 == 0x13) != (key == EDGE_POLICY_CIPHERSUITES)) {
            continue;
        }

        if (key == EDGE_POLICY_CIPHERS) {
            out->auth |= edge_tls_auth_bit(SSL_CIPHER_get_auth_nid(cipher));
        }

        /* too many to judge by */

        if (ids->n < EDGE_TLS_IDS_MAX) {
            ids->ids[ids->n] = id;
        }

        ids->n++;
    }

    if (ids->n > EDGE_TLS_IDS_MAX) {
        ids->n = 0;
    }
}


static unsigned
edge_tls_auth_bit(int nid)
{
    switch (nid) {

    case NID_auth_rsa:
        return EDGE_TLS_AUTH_RSA;

    case NID_auth_ecdsa:
        return EDGE_TLS_AUTH_ECDSA;

    default:
        return EDGE_TLS_AUTH_OTHER;
    }
}


static void
edge_tls_collect_groups(edge_tls_policy_t *out)
{
    char                     name[EDGE_TLS_NAME_MAX];
    const char              *p;
    const edge_tls_group_t  *group;

    for (p = out->policy.values[EDGE_POLICY_GROUPS].text; *p; /* void */ ) {
        p = edge_tls_next_name(p, name);
        group = edge_tls_group_find(name);

        if (group == NULL || out->groups.n == EDGE_TLS_IDS_MAX) {
            out->groups.n = 0;
            return;
        }

        out->nids[out->groups.n] = OBJ_sn2nid(group->sn);
        out->groups.ids[out->groups.n++] = group->id;
    }
}


/* Copies one name, cut to what fits, and returns where the next begins. */

static const char *
edge_tls_next_name(const char *p, char *name)
{
    size_t  len, n;

    len = strcspn(p, ":");
    n = (len < EDGE_TLS_NAME_MAX) ? len : EDGE_TLS_NAME_MAX - 1;

    memcpy(name, p, n);
    name[n] = '\0';

    return p[len] ? p + len + 1 : p + len;
}


static int
edge_tls_probe_ciphers(SSL_CTX *ctx, const char *name)
{
    return strpbrk(name, ", ") == NULL && SSL_CTX_set_cipher_list(ctx, name);
}


static int
edge_tls_probe_ciphersuites(SSL_CTX *ctx, const char *name)
{
    int                  i;
    edge_tls_ciphers_t  *ciphers;

    /* OpenSSL 3.0 and later pass over unknown suites without a word */

    if (!SSL_CTX_set_ciphersuites(ctx, name)) {
        return 0;
    }

    ciphers = SSL_CTX_get_ciphers(ctx);

    for (i = 0; i < sk_SSL_CIPHER_num(ciphers); i++) {
        if (strcmp(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(ciphers, i)), name)
            == 0)
        {
            return 1;
        }
    }

    return 0;
}


static int
edge_tls_probe_groups(SSL_CTX *ctx, const char *name)
{
    return SSL_CTX_set1_groups_list(ctx, name) == 1;
}


static int
edge_tls_probe_sigalgs(SSL_CTX *ctx, const char *name)
{
    return SSL_CTX_set1_sigalgs_list(ctx, name) == 1;
}


const char *
edge_tls_policy_error_text(edge_tls_policy_e result)
{
    static const char *const  texts[] = {
        [EDGE_TLS_POLICY_OK] = "",
        [EDGE_TLS_POLICY_NO_MEMORY] = "could not be checked without memory",
        [EDGE_TLS_POLICY_MIN_ABOVE_MAX] = "is above max_tls",
        [EDGE_TLS_POLICY_UNKNOWN_NAME] = "is unknown to this OpenSSL",
        [EDGE_TLS_POLICY_NEEDS_OPENSSL] = "needs OpenSSL ",
        [EDGE_TLS_POLICY_WRONG_KEY] = "is a TLSv1.3 suite, for ciphersuites",
        [EDGE_TLS_POLICY_EMPTY_LIST] = "leaves nothing to choose from",
        [EDGE_TLS_POLICY_SECURITY_LEVEL] = "needs @SECLEVEL=0 for its max_tls"
    };

    return texts[result];
}
