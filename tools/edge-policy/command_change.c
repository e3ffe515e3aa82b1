
/* Changes single records, and the format of all. */

#include "command.h"


int
command_set(command_t *command, int argc, char **argv)
{
    int                   i;
    size_t                used;
    edge_store_e          result;
    edge_policy_named_t   named;

    static char           line[EDGE_POLICY_LINE_MAX];
    static char           buf[EDGE_POLICY_RECORD_MAX];

    for (i = 0, used = 0; i < argc; i++) {
        if (used + strlen(argv[i]) + 2 > sizeof(line)) {
            return usage();
        }

        used += (size_t) snprintf(line + used, sizeof(line) - used, "%s ",
                                  argv[i]);
    }

    if (argc < 2 || parse_line(command, line, &named, buf) != 1) {
        return 1;
    }

    result = edge_policy_store_begin_write(command->store);

    if (result == EDGE_STORE_OK) {
        result = edge_policy_store_update(command->store, named.name,
                                          named.len, &named.stored);
    }

    if (result == EDGE_STORE_OK) {
        result = edge_policy_store_commit(command->store);
    }

    return (result == EDGE_STORE_OK) ? 0 : store_failed(command, result);
}


int
command_delete(command_t *command, int argc, char **argv)
{
    char                  name[EDGE_HOSTNAME_MAX + 1];
    size_t                len;
    edge_store_e          result;
    edge_policy_stored_t  nothing;

    if (argc != 1) {
        return usage();
    }

    if (!normalize_argument(command, argv[0], name, &len)) {
        return 1;
    }

    memset(&nothing, 0, sizeof(nothing));

    result = edge_policy_store_begin_write(command->store);

    if (result == EDGE_STORE_OK) {
        result = edge_policy_store_update(command->store, name, len,
                                          &nothing);
    }

    if (result == EDGE_STORE_OK) {
        result = edge_policy_store_commit(command->store);
    }

    return (result == EDGE_STORE_OK) ? 0 : store_failed(command, result);
}


int
command_upgrade(command_t *command, int argc, char **argv)
{
    uint64_t      records;
    edge_store_e  result;

    result = edge_policy_store_upgrade(command->store, &records);
    if (result != EDGE_STORE_OK) {
        return store_failed(command, result);
    }

    printf("%llu records, format %u\n", (unsigned long long) records,
           EDGE_POLICY_STORE_FORMAT);

    return 0;
}
