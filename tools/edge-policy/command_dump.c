
/* Looks into the store. */

#include "command.h"


static void
print_record(command_t *command, const char *name, size_t len,
    const edge_policy_stored_t *stored)
{
    unsigned     i;
    const char  *comma;

    static char  line[EDGE_POLICY_LINE_MAX];
    static char  value[EDGE_POLICY_JSON_VALUE_MAX];

    if (!command->json) {
        edge_policy_text_format(name, len, stored, line);
        printf("%s\n", line);
        return;
    }

    printf("{\"hostname\":\"%.*s\",\"settings\":{", (int) len, name);

    for (i = 0, comma = ""; i < EDGE_POLICY_SETTINGS; i++) {
        if (stored->settings[i].value) {
            edge_policy_json_format(i, stored->settings[i].value, value);
            printf("%s\"%s\":%s", comma, edge_policy_setting_name(i), value);
            comma = ",";
        }
    }

    printf("}}\n");
}


int
each_record(command_t *command,
    int (*each)(command_t *, const char *, size_t, edge_policy_stored_t *))
{
    int                    status;
    char                   last[EDGE_HOSTNAME_MAX + 1];
    size_t                 len;
    unsigned long          n;
    const char            *name;
    edge_store_e           result;
    edge_policy_stored_t   stored;

    static char            buf[EDGE_POLICY_RECORD_MAX + 1];

    len = 0;
    status = 0;

    do {
        result = edge_policy_store_begin_read(command->store);
        if (result != EDGE_STORE_OK) {
            return store_failed(command, result);
        }

        for (n = 0, name = last; n < 10000; n++) {
            result = edge_policy_store_next(command->store, &name, &len, buf,
                                            &stored);

            if (result == EDGE_STORE_CORRUPT) {
                fprintf(stderr, "edge-policy: record \"%.*s\" is damaged\n",
                        (int) len, name);
                status = 1;
                continue;
            }

            if (result != EDGE_STORE_OK || len > EDGE_HOSTNAME_MAX) {
                break;
            }

            status |= each(command, name, len, &stored);
        }

        if (len <= EDGE_HOSTNAME_MAX) {
            memcpy(last, name, len);
        }

        edge_policy_store_end_read(command->store);

    } while (result == EDGE_STORE_OK);

    return (result == EDGE_STORE_NOT_FOUND) ? status
                                            : store_failed(command, result);
}


static int
dump_record(command_t *command, const char *name, size_t len,
    edge_policy_stored_t *stored)
{
    print_record(command, name, len, stored);

    return ferror(stdout) != 0;
}


int
command_dump(command_t *command, int argc, char **argv)
{
    (void) argc;
    (void) argv;

    return each_record(command, dump_record);
}


int
command_get(command_t *command, int argc, char **argv)
{
    char                  name[EDGE_HOSTNAME_MAX + 1];
    size_t                len;
    edge_store_e          result;
    edge_policy_stored_t  stored;

    static char           buf[EDGE_POLICY_RECORD_MAX + 1];

    if (argc != 1) {
        return usage();
    }

    if (!normalize_argument(command, argv[0], name, &len)) {
        return 1;
    }

    result = edge_policy_store_begin_read(command->store);

    if (result == EDGE_STORE_OK) {
        result = edge_policy_store_get(command->store, name, len, buf,
                                       &stored);
    }

    if (result != EDGE_STORE_OK) {
        return store_failed(command, result);
    }

    print_record(command, name, len, &stored);

    return 0;
}


int
command_stat(command_t *command, int argc, char **argv)
{
    uint64_t      records, used, map;
    edge_store_e  result;

    (void) argc;
    (void) argv;

    result = edge_policy_store_begin_read(command->store);

    if (result == EDGE_STORE_OK) {
        result = edge_policy_store_count(command->store, &records);
    }

    if (result != EDGE_STORE_OK) {
        return store_failed(command, result);
    }

    edge_lmdb_size(command->store->db, &used, &map);

    printf("records %llu\nbytes_used %llu\nmap_size %llu\n",
           (unsigned long long) records, (unsigned long long) used,
           (unsigned long long) map);

    return 0;
}
