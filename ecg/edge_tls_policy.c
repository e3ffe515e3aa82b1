
#include <string.h>

#include <openssl/objects.h>

#include "edge_hot.h"
#include "edge_tls_ciphers.h"
#include "edge_tls_group.h"


/* in the order of their bits */

static const uint64_t  edge_tls_no_version[EDGE_TLS_NVERSIONS] = {
    SSL_OP_NO_TLSv1, SSL_OP_NO_TLSv1_1, SSL_OP_NO_TLSv1_2, SSL_OP_NO_TLSv1_3
};


#define EDGE_TLS_NO_VERSIONS  (SSL_OP_NO_TLSv1|SSL_OP_NO_TLSv1_1              \
                               |SSL_OP_NO_TLSv1_2|SSL_OP_NO_TLSv1_3)


const edge_tls_server_t  edge_tls_some_server = {
    SSL_OP_NO_TLSv1|SSL_OP_NO_TLSv1_1, 0, 1, NULL
};


static unsigned edge_tls_offered_versions(SSL *ssl);
static unsigned edge_tls_allowed_versions(const edge_tls_policy_t *tls,
    const edge_tls_server_t *server);
static int edge_tls_has_common(const edge_tls_ids_t *ids,
    const unsigned char *p, size_t len);
static void edge_tls_set_versions(SSL *ssl, const edge_tls_server_t *server,
    unsigned versions);


/*
 * A bound that is set replaces that of the server and is itself allowed, the
 * other stays; what the server leaves out between its bounds stays left out.
 */

unsigned
edge_tls_policy_versions(const edge_policy_t *policy, unsigned server)
{
    int                         lowest, highest, number;
    unsigned                    v, bit, mask;
    const edge_policy_value_t  *min, *max;

    min = &policy->values[EDGE_POLICY_MIN_TLS];
    max = &policy->values[EDGE_POLICY_MAX_TLS];

    mask = 0;

    for (v = 0; v < EDGE_TLS_NVERSIONS; v++) {
        bit = 1u << v;
        number = TLS1_VERSION + (int) v;

        if ((min->text && number < min->number)
            || (max->text && number > max->number))
        {
            continue;
        }

        lowest = (server & (bit - 1)) == 0;
        highest = (server & ~(bit | (bit - 1))) == 0;

        if ((server & bit)
            || (min->text && (lowest || number == min->number))
            || (max->text && (highest || number == max->number)))
        {
            mask |= bit;
        }
    }

    return mask;
}


EDGE_HOT void
edge_tls_hello_read(SSL *ssl, const edge_tls_policy_t *tls,
    edge_tls_hello_t *hello)
{
    size_t                len;
    const unsigned char  *p;

    memset(hello, 0, sizeof(edge_tls_hello_t));

    hello->versions = edge_tls_offered_versions(ssl);
    hello->ciphers_len = SSL_client_hello_get0_ciphers(ssl, &hello->ciphers);

    /* OpenSSL goes through all extensions for each that is asked for */

    if (tls->groups.n && (hello->versions & EDGE_TLS_1_3)
        && SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_supported_groups, &p,
                                     &len)
        && len >= 2)
    {
        hello->groups = p + 2;
        hello->groups_len = len - 2;
    }

#ifdef TLSEXT_TYPE_ech
    /* RFC 9849, section 5: one byte, "inner", of what was encrypted */

    if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_ech, &p, &len) && len == 1) {
        hello->versions &= EDGE_TLS_1_3;
    }
#endif
}


/* RFC 8446, section 4.2.1: supported_versions, where present, is all. */

EDGE_HOT static unsigned
edge_tls_offered_versions(SSL *ssl)
{
    size_t                i, len;
    unsigned              v, mask;
    const unsigned char  *p;

    if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_supported_versions, &p,
                                  &len))
    {
        for (i = 1, mask = 0; i + 1 < len; i += 2) {
            v = (unsigned) (p[i] << 8) + p[i + 1] - TLS1_VERSION;
            mask |= (v < EDGE_TLS_NVERSIONS) ? 1u << v : 0;
        }

        return mask;
    }

    /* all up to that one, of those that can be told this way */

    v = SSL_client_hello_get0_legacy_version(ssl);

    if (v < TLS1_VERSION) {
        return 0;
    }

    return (v < TLS1_2_VERSION) ? (2u << (v - TLS1_VERSION)) - 1
                                : EDGE_TLS_1_0|EDGE_TLS_1_1|EDGE_TLS_1_2;
}


EDGE_HOT edge_tls_verdict_e
edge_tls_policy_judge(const edge_tls_policy_t *tls,
    const edge_tls_hello_t *hello, const edge_tls_server_t *server,
    edge_tls_choice_t *choice)
{
    unsigned               key, common;
    const edge_tls_ids_t  *ids;

    choice->version = 0;
    choice->versions = edge_tls_allowed_versions(tls, server);

    if (edge_tls_demands(tls, EDGE_POLICY_ACTION)) {
        return EDGE_TLS_REJECTED;
    }

    common = choice->versions & hello->versions;

    if (common == 0) {
        return EDGE_TLS_NO_VERSION;
    }

    for (choice->version = EDGE_TLS_1_3; !(choice->version & common); ) {
        choice->version >>= 1;
    }

    ids = (choice->version == EDGE_TLS_1_3) ? &tls->ciphersuites
                                            : &tls->ciphers;
    key = (choice->version == EDGE_TLS_1_3) ? EDGE_POLICY_CIPHERSUITES
                                            : EDGE_POLICY_CIPHERS;

    if (edge_tls_demands(tls, key) && !hello->any_cipher
        && !edge_tls_has_common(ids, hello->ciphers, hello->ciphers_len))
    {
        return EDGE_TLS_NO_CIPHER;
    }

    if (choice->version != EDGE_TLS_1_3) {
        return EDGE_TLS_ALLOWED;
    }

    /* a resumed session may do without a group, but clients offer them */

    if (hello->groups && !edge_tls_has_common(&tls->groups, hello->groups,
                                              hello->groups_len))
    {
        return EDGE_TLS_NO_GROUP;
    }

    return EDGE_TLS_ALLOWED;
}


EDGE_HOT static unsigned
edge_tls_allowed_versions(const edge_tls_policy_t *tls,
    const edge_tls_server_t *server)
{
    int       security_level;
    unsigned  v, mask;

    for (v = 0, mask = 0; v < EDGE_TLS_NVERSIONS; v++) {
        mask |= (server->options & edge_tls_no_version[v]) ? 0 : 1u << v;
    }

    mask = tls->versions[mask];

    security_level = (tls->security_level >= 0) ? tls->security_level
                                                : server->security_level;

    /* OpenSSL 3.0 and later keep TLSv1.0 and TLSv1.1 to level 0 */

    if (security_level > 0) {
        mask &= EDGE_TLS_1_2|EDGE_TLS_1_3;
    }

    return mask;
}


EDGE_HOT static int
edge_tls_has_common(const edge_tls_ids_t *ids, const unsigned char *p,
    size_t len)
{
    size_t    i;
    uint16_t  id;
    unsigned  k;

    if (ids->n == 0) {
        return 1;
    }

    for (i = 0; i + 1 < len; i += 2) {
        id = (uint16_t) ((p[i] << 8) + p[i + 1]);

        for (k = 0; k < ids->n; k++) {
            if (ids->ids[k] == id) {
                return 1;
            }
        }
    }

    return 0;
}


const char *
edge_tls_verdict_text(edge_tls_verdict_e verdict)
{
    switch (verdict) {

    case EDGE_TLS_REJECTED:
        return "rejected by policy";

    case EDGE_TLS_NO_VERSION:
        return "no common version";

    case EDGE_TLS_NO_CIPHER:
        return "no common cipher";

    case EDGE_TLS_NO_GROUP:
        return "no common group";

    default:
        return "";
    }
}


EDGE_HOT int
edge_tls_policy_apply(const edge_tls_policy_t *tls, SSL *ssl,
    const edge_tls_hello_t *hello, const edge_tls_server_t *server,
    const edge_tls_choice_t *choice)
{
    const char  *sigalgs;

    if (edge_tls_demands(tls, EDGE_POLICY_MIN_TLS)
        || edge_tls_demands(tls, EDGE_POLICY_MAX_TLS))
    {
        edge_tls_set_versions(ssl, server, choice->versions);
    }

    sigalgs = edge_tls_demands(tls, EDGE_POLICY_SIGALGS)
              ? tls->policy.values[EDGE_POLICY_SIGALGS].text : NULL;

    if (tls->security_level >= 0) {
        SSL_set_security_level(ssl, tls->security_level);
    }

    return edge_tls_ciphers_set(tls, ssl, hello, choice, server->ciphers)
           && edge_tls_group_set(tls, ssl)
           && (sigalgs == NULL || SSL_set1_sigalgs_list(ssl, sigalgs) == 1);
}


/*
 * All versions are set, not only the one to be chosen: OpenSSL marks in
 * ServerHello that it could have done better (RFC 8446, section 4.1.3).  What
 * is so already is not set again: OpenSSL would look all through its tables.
 */

EDGE_HOT static void
edge_tls_set_versions(SSL *ssl, const edge_tls_server_t *server,
    unsigned versions)
{
    uint64_t  off;
    unsigned  v;

    for (v = 0, off = 0; v < EDGE_TLS_NVERSIONS; v++) {
        off |= (versions & (1u << v)) ? 0 : edge_tls_no_version[v];
    }

    if (server->bounded) {
        SSL_set_min_proto_version(ssl, 0);
        SSL_set_max_proto_version(ssl, 0);
    }

    if ((server->options & EDGE_TLS_NO_VERSIONS) != off) {
        SSL_clear_options(ssl, EDGE_TLS_NO_VERSIONS);
        SSL_set_options(ssl, off);
    }
}


edge_tls_verdict_e
edge_tls_policy_verify(const edge_tls_policy_t *tls, SSL *ssl)
{
    int                    nid, version;
    uint16_t               id;
    unsigned               i;
    unsigned char          p[2];
    const edge_tls_ids_t  *ids;

    if (edge_tls_demands(tls, EDGE_POLICY_ACTION)) {
        return EDGE_TLS_REJECTED;
    }

    version = SSL_version(ssl);

    if ((tls->policy.values[EDGE_POLICY_MIN_TLS].text
         && version < tls->policy.values[EDGE_POLICY_MIN_TLS].number)
        || (tls->policy.values[EDGE_POLICY_MAX_TLS].text
            && version > tls->policy.values[EDGE_POLICY_MAX_TLS].number))
    {
        return EDGE_TLS_NO_VERSION;
    }

    id = SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(ssl));
    p[0] = (unsigned char) (id >> 8);
    p[1] = (unsigned char) id;

    ids = (version == TLS1_3_VERSION) ? &tls->ciphersuites : &tls->ciphers;

    if (!edge_tls_has_common(ids, p, 2)) {
        return EDGE_TLS_NO_CIPHER;
    }

    if (version != TLS1_3_VERSION || tls->groups.n == 0) {
        return EDGE_TLS_ALLOWED;
    }

    nid = (int) SSL_get_negotiated_group(ssl);

    for (i = 0; i < tls->groups.n; i++) {
        if (nid == (TLSEXT_nid_unknown | tls->groups.ids[i])
            || (nid == tls->nids[i] && nid != NID_undef))
        {
            return EDGE_TLS_ALLOWED;
        }
    }

    return EDGE_TLS_NO_GROUP;
}
