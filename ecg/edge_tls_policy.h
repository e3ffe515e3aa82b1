
/*
 * A policy as OpenSSL understands it: checked and compiled once, judged
 * against each ClientHello, and put onto its SSL.
 */


#ifndef _EDGE_TLS_POLICY_H_INCLUDED_
#define _EDGE_TLS_POLICY_H_INCLUDED_


#include <stdint.h>

#include <openssl/ssl.h>

#include "edge_policy.h"


#define EDGE_TLS_IDS_MAX   64
#define EDGE_TLS_NAME_MAX  64


/* Bits of the versions TLSv1.0 to TLSv1.3, as masks are made of them. */

enum {
    EDGE_TLS_1_0 = 1,
    EDGE_TLS_1_1 = 2,
    EDGE_TLS_1_2 = 4,
    EDGE_TLS_1_3 = 8
};

#define EDGE_TLS_NVERSIONS  4


/* Bits of the keys that certificates have. */

enum {
    EDGE_TLS_AUTH_RSA = 1,
    EDGE_TLS_AUTH_ECDSA = 2,
    EDGE_TLS_AUTH_OTHER = 4
};


typedef enum {
    EDGE_TLS_POLICY_OK = 0,
    EDGE_TLS_POLICY_NO_MEMORY,

    /* min_tls is above max_tls */
    EDGE_TLS_POLICY_MIN_ABOVE_MAX,

    /* a name in the list of the key is not known to this OpenSSL */
    EDGE_TLS_POLICY_UNKNOWN_NAME,

    /* it is known to a later version, which error->needs names */
    EDGE_TLS_POLICY_NEEDS_OPENSSL,

    /* a TLSv1.3 suite in "ciphers" */
    EDGE_TLS_POLICY_WRONG_KEY,

    /* the list leaves nothing, or OpenSSL refuses it as a whole */
    EDGE_TLS_POLICY_EMPTY_LIST,

    /* TLSv1.0 or 1.1 is all there is, but ciphers forbid it by SECLEVEL */
    EDGE_TLS_POLICY_SECURITY_LEVEL
} edge_tls_policy_e;


typedef struct {
    edge_policy_key_e    key;
    char                 name[EDGE_TLS_NAME_MAX];
    const char          *needs;
} edge_tls_policy_error_t;


typedef struct {
    /* 0: unknown, not to be judged by */
    unsigned             n;

    uint16_t             ids[EDGE_TLS_IDS_MAX];
} edge_tls_ids_t;


/* What OpenSSL asks whether a connection is secure enough. */

typedef int (*edge_tls_check_pt)(const SSL *ssl, const SSL_CTX *ctx, int op,
    int bits, int nid, void *other, void *data);


/* What each handshake asks for comes first, in as few cache lines as may be. */

typedef struct {
    /* edge_policy_demands() */
    unsigned             demands;

    /* of "ciphers"; -1 if that is unset */
    int                  security_level;

    /* EDGE_TLS_AUTH_*: keys of certificates that "ciphers" can be used with */
    unsigned             auth;

    /* OpenSSL takes groups by the numbers below, too */
    unsigned             numbered;

    /* masks of what is allowed, by what the server allows */
    unsigned char        versions[1 << EDGE_TLS_NVERSIONS];

    edge_tls_ids_t       groups;

    /* of the same groups; 0 for those that came with providers */
    int                  nids[EDGE_TLS_IDS_MAX];

    /* OpenSSL's own */
    edge_tls_check_pt    check;

    edge_policy_t        policy;

    edge_tls_ids_t       ciphersuites;
    edge_tls_ids_t       ciphers;
} edge_tls_policy_t;


#define edge_tls_demands(tls, key)                                            \
    (((tls)->demands & (1u << (key))) != 0)


/* What a ClientHello offers. */

typedef struct {
    unsigned             versions;

    /* two bytes each, network order; NULL if not offered */
    const unsigned char *ciphers;
    size_t               ciphers_len;
    const unsigned char *groups;
    size_t               groups_len;

    /* not to be judged by ciphers */
    unsigned             any_cipher;
} edge_tls_hello_t;


/* What a server has for connections without a policy. */

typedef struct {
    /* as options have them: SSL_OP_* */
    uint64_t             options;

    /* 0: OpenSSL is given no least and no greatest version besides */
    unsigned             bounded;

    int                  security_level;

    /* the list "ssl_ciphers", NULL if that is not known */
    const char          *ciphers;
} edge_tls_server_t;


/* One with TLSv1.2 and 1.3, where nothing is known of it. */

extern const edge_tls_server_t  edge_tls_some_server;


typedef enum {
    EDGE_TLS_ALLOWED = 0,
    EDGE_TLS_REJECTED,
    EDGE_TLS_NO_VERSION,
    EDGE_TLS_NO_CIPHER,
    EDGE_TLS_NO_GROUP
} edge_tls_verdict_e;


typedef struct {
    /* a mask: what the policy, and where it is silent the server, allows */
    unsigned             versions;

    /* one bit of it: what will be negotiated */
    unsigned             version;
} edge_tls_choice_t;


/*
 * Checks policy and writes what it means to out, which keeps the strings of
 * policy by pointer.  On errors, error says which name of which key it was.
 */

edge_tls_policy_e edge_tls_policy_compile(edge_tls_policy_t *out,
    const edge_policy_t *policy, edge_tls_policy_error_t *error);

/* The mask of versions that it allows to a server which allows another one. */

unsigned edge_tls_policy_versions(const edge_policy_t *policy,
    unsigned server);

/* One phrase for a result, e.g. "is unknown to this OpenSSL". */

const char *edge_tls_policy_error_text(edge_tls_policy_e result);

/*
 * Reads what is offered and tls is judged by; to be called in the ClientHello
 * callback only.
 */

void edge_tls_hello_read(SSL *ssl, const edge_tls_policy_t *tls,
    edge_tls_hello_t *hello);

/* Tells what a ClientHello gets under a policy from a server. */

edge_tls_verdict_e edge_tls_policy_judge(const edge_tls_policy_t *tls,
    const edge_tls_hello_t *hello, const edge_tls_server_t *server,
    edge_tls_choice_t *choice);

/* The reason in words, as logged: "no common version" and so on. */

const char *edge_tls_verdict_text(edge_tls_verdict_e verdict);

/*
 * Makes the choice hold on ssl, which is as server says, for the client that
 * sent hello.  tls stays as long as ssl does.  Returns 0 if OpenSSL refused a
 * part.
 */

int edge_tls_policy_apply(const edge_tls_policy_t *tls, SSL *ssl,
    const edge_tls_hello_t *hello, const edge_tls_server_t *server,
    const edge_tls_choice_t *choice);

/*
 * Tells whether a connection that was made under another policy is as this
 * one demands: version, cipher, and group with TLSv1.3.
 */

edge_tls_verdict_e edge_tls_policy_verify(const edge_tls_policy_t *tls,
    SSL *ssl);


#endif /* _EDGE_TLS_POLICY_H_INCLUDED_ */
