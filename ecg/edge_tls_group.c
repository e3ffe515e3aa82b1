
#include <stddef.h>
#include <string.h>

#include "edge_hot.h"
#include "edge_tls_group.h"


static const edge_tls_group_t  edge_tls_groups[] = {
    { "P-256", 23, "prime256v1", NULL },
    { "prime256v1", 23, "prime256v1", NULL },
    { "secp256r1", 23, "prime256v1", NULL },
    { "P-384", 24, "secp384r1", NULL },
    { "secp384r1", 24, "secp384r1", NULL },
    { "P-521", 25, "secp521r1", NULL },
    { "secp521r1", 25, "secp521r1", NULL },
    { "X25519", 29, "X25519", NULL },
    { "x25519", 29, "X25519", NULL },
    { "X448", 30, "X448", NULL },
    { "x448", 30, "X448", NULL },
    { "brainpoolP256r1tls13", 31, "brainpoolP256r1tls13", "3.2" },
    { "brainpoolP384r1tls13", 32, "brainpoolP384r1tls13", "3.2" },
    { "brainpoolP512r1tls13", 33, "brainpoolP512r1tls13", "3.2" },
    { "ffdhe2048", 256, "ffdhe2048", NULL },
    { "ffdhe3072", 257, "ffdhe3072", NULL },
    { "ffdhe4096", 258, "ffdhe4096", NULL },
    { "ffdhe6144", 259, "ffdhe6144", NULL },
    { "ffdhe8192", 260, "ffdhe8192", NULL },
    { "MLKEM512", 512, "MLKEM512", "3.5" },
    { "MLKEM768", 513, "MLKEM768", "3.5" },
    { "MLKEM1024", 514, "MLKEM1024", "3.5" },
    { "SecP256r1MLKEM768", 4587, "SecP256r1MLKEM768", "3.5" },
    { "X25519MLKEM768", 4588, "X25519MLKEM768", "3.5" },
    { "SecP384r1MLKEM1024", 4589, "SecP384r1MLKEM1024", "3.5" },
    { NULL, 0, NULL, NULL }
};


const edge_tls_group_t *
edge_tls_group_find(const char *name)
{
    const edge_tls_group_t  *group;

    for (group = edge_tls_groups; group->name; group++) {
        if (strcmp(group->name, name) == 0) {
            return group;
        }
    }

    return NULL;
}


/* OpenSSL compares each name of a list with those of all groups it has. */

EDGE_HOT int
edge_tls_group_set(const edge_tls_policy_t *tls, SSL *ssl)
{
    return !edge_tls_demands(tls, EDGE_POLICY_GROUPS)
           || (tls->numbered && SSL_set1_groups(ssl, (int *) tls->nids,
                                                (int) tls->groups.n)
                                == 1)
           || SSL_set1_groups_list(
                             ssl, tls->policy.values[EDGE_POLICY_GROUPS].text)
              == 1;
}
