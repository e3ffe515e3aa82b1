
#include "command.h"


void
say(command_t *command)
{
    fprintf(stderr, "edge-policy: ");

    if (command->input) {
        fprintf(stderr, "%s: line %lu: ", command->input, command->line);
    }
}


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
        say(command);
        fprintf(stderr, "%s: %s%s%s\"%s\" %s%s\n", name,
                entry->error.name[0] ? "\"" : "", entry->error.name,
                entry->error.name[0] ? "\" in " : "",
                edge_policy_key_name(entry->error.key),
                edge_tls_policy_error_text(entry->result),
                entry->error.needs ? entry->error.needs : "");
    }

    edge_tls_policy_cache_release(entry);

    return ok;
}


/* One record in JSON: returns what is wrong, and where, or NULL. */

static const char *
parse_json(char *line, edge_policy_named_t *named, char *buf,
    edge_policy_json_error_t *error)
{
    edge_policy_json_e  result;

    result = edge_policy_json_record(line, strlen(line),
                                     (uint64_t) time(NULL), buf, named, error);

    switch (result) {

    case EDGE_POLICY_JSON_OK:
        return NULL;

    case EDGE_POLICY_JSON_TEXT:
        return edge_policy_text_error(error->text);

    default:
        error->text = EDGE_POLICY_TEXT_OK;
        return (result == EDGE_POLICY_JSON_SYNTAX) ? "no JSON"
                                                   : "not a record";
    }
}


static int
say_wrong(command_t *command, const char *why, edge_policy_text_e text,
    const char *wrong)
{
    const char  *allowed;

    allowed = edge_policy_text_allowed(text, wrong);

    say(command);
    fprintf(stderr, "%s \"%s\"%s%s\n", why, wrong,
            allowed ? ", it must be " : "", allowed ? allowed : "");

    return -1;
}


int
parse_line(command_t *command, char *line, edge_policy_named_t *named,
    char *buf)
{
    const char                *why;
    edge_policy_t              policy;
    edge_policy_text_e         text;
    edge_policy_json_error_t   error;

    if (line[strspn(line, " \t")] == '{') {
        why = parse_json(line, named, buf, &error);

        if (why) {
            return say_wrong(command, why, error.text, error.wrong);
        }

    } else {
        text = edge_policy_text_parse(line, (uint64_t) time(NULL), named);

        if (text == EDGE_POLICY_TEXT_EMPTY) {
            return 0;
        }

        if (text != EDGE_POLICY_TEXT_OK) {
            return say_wrong(command, edge_policy_text_error(text), text,
                             named->wrong);
        }
    }

    text = edge_policy_text_check(named, &policy);

    if (text != EDGE_POLICY_TEXT_OK) {
        return say_wrong(command, edge_policy_text_error(text), text,
                         named->name);
    }

    return policy_compiles(command, named->name, &policy) ? 1 : -1;
}


int
normalize_argument(command_t *command, const char *argument, char *name,
    size_t *len)
{
    if (edge_hostname_normalize_record(argument, strlen(argument), name, len)
        == EDGE_HOSTNAME_OK)
    {
        return 1;
    }

    (void) say_wrong(command, edge_policy_text_error(EDGE_POLICY_TEXT_BAD_NAME),
                     EDGE_POLICY_TEXT_BAD_NAME, argument);

    return 0;
}
