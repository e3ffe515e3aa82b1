
#include <string.h>

#include "edge_hot.h"
#include "edge_tls_ciphers.h"


typedef STACK_OF(SSL_CIPHER)  edge_tls_ciphers_t;


static int edge_tls_ciphers_restrict(const edge_tls_policy_t *tls,
    const edge_tls_ids_t *ids, SSL *ssl, const edge_tls_hello_t *hello);
static unsigned edge_tls_ciphers_offered(const edge_tls_ids_t *ids,
    const edge_tls_hello_t *hello, uint16_t *offered);
static int edge_tls_ciphers_are_present(SSL *ssl, const uint16_t *wanted,
    unsigned n);
static int edge_tls_ciphers_have(const uint16_t *ids, unsigned n, uint16_t id);
static int edge_tls_ciphers_security(const SSL *ssl, const SSL_CTX *ctx,
    int op, int bits, int nid, void *other, void *data);


EDGE_HOT int
edge_tls_ciphers_set(const edge_tls_policy_t *tls, SSL *ssl,
    const edge_tls_hello_t *hello, const edge_tls_choice_t *choice,
    const char *present)
{
    const char  *list;

    if (choice->version == EDGE_TLS_1_3) {
        if (!edge_tls_demands(tls, EDGE_POLICY_CIPHERSUITES)) {
            return 1;
        }

        list = tls->policy.values[EDGE_POLICY_CIPHERSUITES].text;

        return edge_tls_ciphers_restrict(tls, &tls->ciphersuites, ssl, hello)
               || SSL_set_ciphersuites(ssl, list) == 1;
    }

    if (!edge_tls_demands(tls, EDGE_POLICY_CIPHERS)) {
        return 1;
    }

    list = tls->policy.values[EDGE_POLICY_CIPHERS].text;

    return (present && strcmp(list, present) == 0)
           || edge_tls_ciphers_restrict(tls, &tls->ciphers, ssl, hello)
           || SSL_set_cipher_list(ssl, list) == 1;
}


/*
 * Has OpenSSL choose among ids alone.  Returns 0 if only a list would do: the
 * server has not all of them that the client has, or prefers them in another
 * order.
 */

EDGE_HOT static int
edge_tls_ciphers_restrict(const edge_tls_policy_t *tls,
    const edge_tls_ids_t *ids, SSL *ssl, const edge_tls_hello_t *hello)
{
    unsigned           n;
    uint16_t           wanted[EDGE_TLS_IDS_MAX];
    edge_tls_check_pt  check;

    check = SSL_get_security_callback(ssl);

    /* ours is there after HelloRetryRequest */

    if (ids->n == 0
        || (check != tls->check && check != edge_tls_ciphers_security))
    {
        return 0;
    }

    n = edge_tls_ciphers_offered(ids, hello, wanted);

    if (!edge_tls_ciphers_are_present(ssl, wanted, n)) {
        return 0;
    }

    SSL_set0_security_ex_data(ssl, (void *) tls);
    SSL_set_security_callback(ssl, edge_tls_ciphers_security);

    return 1;
}


/* Those that the client has, in the order of the policy. */

EDGE_HOT static unsigned
edge_tls_ciphers_offered(const edge_tls_ids_t *ids,
    const edge_tls_hello_t *hello, uint16_t *offered)
{
    size_t                k;
    unsigned              i, n;
    const unsigned char  *p;

    p = hello->ciphers;

    for (i = 0, n = 0; i < ids->n; i++) {
        for (k = 0; k + 1 < hello->ciphers_len; k += 2) {
            if (ids->ids[i] == (p[k] << 8) + p[k + 1]) {
                offered[n++] = ids->ids[i];
                break;
            }
        }
    }

    return n;
}


/* All of them, and if it chooses by its own order, in this one. */

EDGE_HOT static int
edge_tls_ciphers_are_present(SSL *ssl, const uint16_t *wanted, unsigned n)
{
    int                  i, ordered;
    unsigned             found;
    uint16_t             id;
    edge_tls_ciphers_t  *ciphers;

    ordered = (SSL_get_options(ssl) & SSL_OP_CIPHER_SERVER_PREFERENCE) != 0;
    ciphers = SSL_get_ciphers(ssl);

    for (i = 0, found = 0; found < n && i < sk_SSL_CIPHER_num(ciphers); i++) {
        id = SSL_CIPHER_get_protocol_id(sk_SSL_CIPHER_value(ciphers, i));

        if (edge_tls_ciphers_have(wanted, n, id)) {

            if (ordered && wanted[found] != id) {
                return 0;
            }

            found++;
        }
    }

    return found == n;
}


EDGE_HOT static int
edge_tls_ciphers_have(const uint16_t *ids, unsigned n, uint16_t id)
{
    unsigned  i;

    for (i = 0; i < n; i++) {
        if (ids[i] == id) {
            return 1;
        }
    }

    return 0;
}


/* Called for all that has a security level; see SSL_set_security_callback. */

EDGE_HOT static int
edge_tls_ciphers_security(const SSL *ssl, const SSL_CTX *ctx, int op, int bits,
    int nid, void *other, void *data)
{
    const edge_tls_policy_t *tls = data;

    uint16_t               id;
    const edge_tls_ids_t  *ids;

    if (op == SSL_SECOP_CIPHER_SHARED) {
        id = SSL_CIPHER_get_protocol_id(other);
        ids = (id >> 8 == 0x13) ? &tls->ciphersuites : &tls->ciphers;

        if (ids->n && !edge_tls_ciphers_have(ids->ids, ids->n, id)) {
            return 0;
        }
    }

    return tls->check(ssl, ctx, op, bits, nid, other, NULL);
}
