
#include <string.h>

#include <openssl/objects.h>

#include "edge_hot.h"
#include "edge_tls_ciphers.h"
#include "edge_tls_group.h"


static const struct {
    int           number;
    unsigned      bit;
    uint64_t      option;
} edge_tls_versions[] = {
    { TLS1_VERSION, EDGE_TLS_1_0, SSL_OP_NO_TLSv1 },
    { TLS1_1_VERSION, EDGE_TLS_1_1, SSL_OP_NO_TLSv1_1 },
    { TLS1_2_VERSION, EDGE_TLS_1_2, SSL_OP_NO_TLSv1_2 },
    { TLS1_3_VERSION, EDGE_TLS_1_3, SSL_OP_NO_TLSv1_3 }
};


#define EDGE_TLS_NVERSIONS    4
#define EDGE_TLS_NO_VERSIONS  (SSL_OP_NO_TLSv1|SSL_OP_NO_TLSv1_1              \
                               |SSL_OP_NO_TLSv1_2|SSL_OP_NO_TLSv1_3)


static unsigned edge_tls_offered_versions(SSL *ssl);
static unsigned edge_tls_version_range(const edge_policy_t *policy,
    unsigned server);
static unsigned edge_tls_allowed_versions(const edge_tls_policy_t *tls,
    unsigned server, int security_level);
static int edge_tls_has_common(const edge_tls_ids_t *ids,
    const unsigned char *p, size_t len);
static void edge_tls_set_versions(SSL *ssl, unsigned versions);


EDGE_HOT void
edge_tls_hello_read(SSL *ssl, edge_tls_hello_t *hello)
{
    size_t                len;
    const unsigned char  *p;

    memset(hello, 0, sizeof(edge_tls_hello_t));

    hello->versions = edge_tls_offered_versions(ssl);
    hello->ciphers_len = SSL_client_hello_get0_ciphers(ssl, &hello->ciphers);

    if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_supported_groups, &p, &len)
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
    int                   number;
    size_t                i, len;
    unsigned              v, mask;
    const unsigned char  *p;

    mask = 0;

    if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_supported_versions, &p,
                                  &len))
    {
        for (i = 1; i + 1 < len; i += 2) {
            number = (p[i] << 8) + p[i + 1];

            for (v = 0; v < EDGE_TLS_NVERSIONS; v++) {
                if (edge_tls_versions[v].number == number) {
                    mask |= edge_tls_versions[v].bit;
                }
            }
        }

        return mask;
    }

    number = (int) SSL_client_hello_get0_legacy_version(ssl);

    for (v = 0; v < EDGE_TLS_NVERSIONS - 1; v++) {
        if (edge_tls_versions[v].number <= number) {
            mask |= edge_tls_versions[v].bit;
        }
    }

    return mask;
}


EDGE_HOT unsigned
edge_tls_server_versions(uint64_t options)
{
    unsigned  v, mask;

    mask = 0;

    for (v = 0; v < EDGE_TLS_NVERSIONS; v++) {
        if ((options & edge_tls_versions[v].option) == 0) {
            mask |= edge_tls_versions[v].bit;
        }
    }

    return mask;
}


EDGE_HOT edge_tls_verdict_e
edge_tls_policy_judge(const edge_tls_policy_t *tls,
    const edge_tls_hello_t *hello, unsigned server, int security_level,
    edge_tls_choice_t *choice)
{
    unsigned               key, common;
    const edge_tls_ids_t  *ids;

    choice->version = 0;
    choice->versions = edge_tls_allowed_versions(tls, server, security_level);

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
edge_tls_allowed_versions(const edge_tls_policy_t *tls, unsigned server,
    int security_level)
{
    unsigned  mask;

    mask = edge_tls_version_range(&tls->policy, server);

    if (tls->security_level >= 0) {
        security_level = tls->security_level;
    }

    /* OpenSSL 3.0 and later keep TLSv1.0 and TLSv1.1 to level 0 */

    if (security_level > 0) {
        mask &= EDGE_TLS_1_2|EDGE_TLS_1_3;
    }

    return mask;
}


/*
 * A bound that is set replaces that of the server and is itself allowed, the
 * other stays; what the server leaves out between its bounds stays left out.
 */

EDGE_HOT static unsigned
edge_tls_version_range(const edge_policy_t *policy, unsigned server)
{
    int                         lowest, highest, number;
    unsigned                    v, bit, mask;
    const edge_policy_value_t  *min, *max;

    min = &policy->values[EDGE_POLICY_MIN_TLS];
    max = &policy->values[EDGE_POLICY_MAX_TLS];

    mask = 0;

    for (v = 0; v < EDGE_TLS_NVERSIONS; v++) {
        bit = edge_tls_versions[v].bit;
        number = edge_tls_versions[v].number;

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
    const edge_tls_hello_t *hello, const edge_tls_choice_t *choice,
    const char *present)
{
    const char  *sigalgs;

    if (edge_tls_demands(tls, EDGE_POLICY_MIN_TLS)
        || edge_tls_demands(tls, EDGE_POLICY_MAX_TLS))
    {
        edge_tls_set_versions(ssl, choice->versions);
    }

    sigalgs = edge_tls_demands(tls, EDGE_POLICY_SIGALGS)
              ? tls->policy.values[EDGE_POLICY_SIGALGS].text : NULL;

    if (tls->security_level >= 0) {
        SSL_set_security_level(ssl, tls->security_level);
    }

    return edge_tls_ciphers_set(tls, ssl, hello, choice, present)
           && edge_tls_group_set(tls, ssl)
           && (sigalgs == NULL || SSL_set1_sigalgs_list(ssl, sigalgs) == 1);
}


/*
 * All versions are set, not only the one to be chosen: OpenSSL marks in
 * ServerHello that it could have done better (RFC 8446, section 4.1.3).  What
 * is so already is not set again: OpenSSL would look all through its tables.
 */

EDGE_HOT static void
edge_tls_set_versions(SSL *ssl, unsigned versions)
{
    long      max;
    uint64_t  off;
    unsigned  v;

    for (v = 0, off = 0; v < EDGE_TLS_NVERSIONS; v++) {
        if ((versions & edge_tls_versions[v].bit) == 0) {
            off |= edge_tls_versions[v].option;
        }
    }

    if (SSL_get_min_proto_version(ssl) != 0) {
        SSL_set_min_proto_version(ssl, 0);
    }

    max = SSL_get_max_proto_version(ssl);

    if (max != 0 && max != TLS1_3_VERSION) {
        SSL_set_max_proto_version(ssl, 0);
    }

    if ((SSL_get_options(ssl) & EDGE_TLS_NO_VERSIONS) != off) {
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
