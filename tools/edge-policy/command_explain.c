
/* Tells what answers for a host, and what a client would get. */

#include "command.h"


static void
print_explanation(const edge_policy_resolved_t *resolved)
{
    unsigned                    key;
    const edge_policy_value_t  *value;

    printf("policy %s\nsource %s\n",
           resolved->n ? resolved->origins[0].name : "server",
           edge_policy_resolved_source(resolved));

    for (key = 0; key < EDGE_POLICY_KEYS; key++) {
        value = &resolved->policy.values[key];

        if (value->text == NULL) {
            printf("%s - from the server\n",
                   edge_policy_key_name((edge_policy_key_e) key));
            continue;
        }

        printf("%s %s from %s%s\n",
               edge_policy_key_name((edge_policy_key_e) key), value->text,
               resolved->origins[value->level].name,
               value->preset ? ", preset" : "");
    }
}


/* versions as "1.2,1.3"; a server that allows TLSv1.2 and TLSv1.3 */

static int
print_verdict(const edge_policy_t *policy, const char *versions)
{
    edge_tls_hello_t          hello;
    edge_tls_policy_t         tls;
    edge_tls_choice_t         choice;
    edge_tls_verdict_e        verdict;
    edge_tls_policy_error_t   error;

    if (edge_tls_policy_compile(&tls, policy, &error) != EDGE_TLS_POLICY_OK) {
        printf("handshake refused: policy cannot be applied\n");
        return 1;
    }

    memset(&hello, 0, sizeof(hello));

    hello.versions = (strstr(versions, "1.0") ? EDGE_TLS_1_0 : 0)
                     | (strstr(versions, "1.1") ? EDGE_TLS_1_1 : 0)
                     | (strstr(versions, "1.2") ? EDGE_TLS_1_2 : 0)
                     | (strstr(versions, "1.3") ? EDGE_TLS_1_3 : 0);

    hello.any_cipher = 1;

    verdict = edge_tls_policy_judge(&tls, &hello, &edge_tls_some_server,
                                    &choice);

    if (verdict == EDGE_TLS_ALLOWED) {
        printf("handshake TLSv1.%d\n", choice.version == EDGE_TLS_1_3 ? 3
               : choice.version == EDGE_TLS_1_2 ? 2
               : choice.version == EDGE_TLS_1_1 ? 1 : 0);
    } else {
        printf("handshake refused: %s\n", edge_tls_verdict_text(verdict));
    }

    return 0;
}


int
command_explain(command_t *command, int argc, char **argv)
{
    char                           host[EDGE_HOSTNAME_MAX + 1];
    char                          *name;
    size_t                         len;
    edge_store_e                   result;

    static edge_policy_resolved_t  resolved;

    if (argc < 1 || argc > 2) {
        return usage();
    }

    name = NULL;
    len = 0;

    if (strcmp(argv[0], EDGE_POLICY_NO_SNI) != 0) {
        if (edge_hostname_normalize(argv[0], strlen(argv[0]), host, &len)
            != EDGE_HOSTNAME_OK)
        {
            printf("handshake refused: malformed name\n");
            return 1;
        }

        name = host;
    }

    result = edge_policy_store_begin_read(command->store);

    if (result == EDGE_STORE_OK) {
        result = edge_policy_resolve(NULL, command->store, name, len,
                                     &resolved);
    }

    if (result != EDGE_STORE_OK) {
        return store_failed(command, result);
    }

    print_explanation(&resolved);

    return print_verdict(&resolved.policy, argc == 2 ? argv[1] : "1.2,1.3");
}
