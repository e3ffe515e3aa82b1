
/* Puts in the records of a file, or only checks them. */

#include "command.h"


/* records that are written at once: others wait that long at most */

#define COMMAND_BATCH  5000


static int
commit(command_t *command, unsigned long records)
{
    edge_store_e  result;

    result = edge_policy_store_commit(command->store);
    if (result != EDGE_STORE_OK) {
        return store_failed(command, result);
    }

    if (command->verbose) {
        printf("%lu\n", records);
        fflush(stdout);
    }

    return 0;
}


/* With store 0, only checks. */

static int
read_records(command_t *command, FILE *in, int store)
{
    int                   parsed, status;
    char                 *line;
    size_t                size;
    unsigned long         records;
    edge_store_e          result;
    edge_policy_named_t   named;

    static char           buf[EDGE_POLICY_RECORD_MAX];

    line = NULL;
    size = 0;
    status = 0;
    records = 0;

    while (getline(&line, &size, in) != -1) {

        command->line++;
        parsed = parse_line(command, line, &named, buf);

        if (parsed < 0) {
            status = 1;

            if (store) {
                break;
            }
        }

        if (parsed <= 0 || !store) {
            records += (parsed > 0);
            continue;
        }

        if (records % COMMAND_BATCH == 0) {
            result = edge_policy_store_begin_write(command->store);
            if (result != EDGE_STORE_OK) {
                free(line);
                return store_failed(command, result);
            }
        }

        result = edge_policy_store_update(command->store, named.name,
                                          named.len, &named.stored);
        if (result != EDGE_STORE_OK) {
            edge_policy_store_abort(command->store);
            free(line);
            return store_failed(command, result);
        }

        if (++records % COMMAND_BATCH == 0 && commit(command, records)) {
            free(line);
            return 1;
        }
    }

    free(line);

    /* what was read before a wrong line is kept */

    if (store && records % COMMAND_BATCH && commit(command, records)) {
        return 1;
    }

    fprintf(stderr, "edge-policy: %lu records\n", records);

    return status;
}


static FILE *
open_input(command_t *command, int argc, char **argv)
{
    FILE  *in;

    if (argc == 0 || strcmp(argv[0], "-") == 0) {
        command->input = "standard input";
        return stdin;
    }

    command->input = argv[0];

    in = fopen(argv[0], "r");
    if (in == NULL) {
        fprintf(stderr, "edge-policy: %s: %s\n", argv[0], strerror(errno));
    }

    return in;
}


int
command_load(command_t *command, int argc, char **argv)
{
    FILE  *in;

    in = open_input(command, argc, argv);

    return in ? read_records(command, in, 1) : 1;
}


static int
check_record(command_t *command, const char *name, size_t len,
    edge_policy_stored_t *stored)
{
    char           text[EDGE_HOSTNAME_MAX + 1];
    unsigned       setting;
    edge_policy_t  policy;

    (void) snprintf(text, sizeof(text), "%.*s", (int) len, name);

    if (edge_policy_record_policy(stored, &policy, &setting)
        != EDGE_POLICY_OK)
    {
        fprintf(stderr, "edge-policy: %s: invalid value of \"%s\"\n", text,
                edge_policy_setting_name(setting));
        return 1;
    }

    return !policy_compiles(command, text, &policy);
}


int
command_check(command_t *command, int argc, char **argv)
{
    FILE  *in;

    if (argc == 0) {
        return each_record(command, check_record);
    }

    in = open_input(command, argc, argv);

    return in ? read_records(command, in, 0) : 1;
}
