
#include "command.h"


int
policy_compiles(command_t *command, const char *name,
    const edge_policy_t *policy)
{
    int                       ok;
    edge_tls_policy_entry_t  *entry;

    if (command->compiled == NULL) {
        command->compiled = edge_tls_policy_cache_create(4096);
    }

    entry = command->compiled
            ? edge_tls_policy_cache_get(command->compiled, policy) : NULL;

    if (entry == NULL) {
        fprintf(stderr, "edge-policy: no memory\n");
        return 0;
    }

    ok = (entry->result == EDGE_TLS_POLICY_OK);

    if (!ok) {
        fprintf(stderr, "edge-policy: %s: \"%s\" in \"%s\" %s%s%s\n", name,
                entry->error.name, edge_policy_key_name(entry->error.key),
                edge_tls_policy_error_text(entry->result),
                entry->error.needs ? entry->error.needs : "", "");
    }

    edge_tls_policy_cache_release(entry);

    return ok;
}


int
parse_line(command_t *command, char *line, unsigned long number,
    edge_policy_named_t *named, char *buf)
{
    const char                *why, *what;
    edge_policy_t              policy;
    edge_policy_text_e         text;
    edge_policy_json_e         result;
    edge_policy_json_error_t   error;

    why = NULL;
    what = "";

    if (line[strspn(line, " \t")] == '{') {
        result = edge_policy_json_record(line, strlen(line),
                                         (uint64_t) time(NULL), buf, named,
                                         &error);
        if (result != EDGE_POLICY_JSON_OK) {
            why = (result == EDGE_POLICY_JSON_TEXT)
                  ? edge_policy_text_error(error.text)
                  : result == EDGE_POLICY_JSON_SYNTAX ? "no JSON" : "not a "
                  "record";
            what = error.wrong;
        }

    } else {
        text = edge_policy_text_parse(line, (uint64_t) time(NULL), named);

        if (text == EDGE_POLICY_TEXT_EMPTY) {
            return 0;
        }

        if (text != EDGE_POLICY_TEXT_OK) {
            why = edge_policy_text_error(text);
            what = named->wrong;
        }
    }

    if (why) {
        fprintf(stderr, "edge-policy: line %lu: %s \"%s\"\n", number, why,
                what);
        return -1;
    }

    if (edge_policy_text_check(named, &policy) != EDGE_POLICY_TEXT_OK
        || !policy_compiles(command, named->name, &policy))
    {
        fprintf(stderr, "edge-policy: in line %lu\n", number);
        return -1;
    }

    return 1;
}


int
normalize_argument(const char *argument, char *name, size_t *len)
{
    if (edge_hostname_normalize_record(argument, strlen(argument), name, len)
        == EDGE_HOSTNAME_OK)
    {
        return 1;
    }

    fprintf(stderr, "edge-policy: invalid name \"%s\"\n", argument);

    return 0;
}
