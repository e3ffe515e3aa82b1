
/*
 * edge-policy: looks into a store of policies and changes it, also while nginx
 * runs.  See docs/ecg.md.
 */

#include <getopt.h>

#include "command.h"


typedef struct {
    const char  *name;
    const char  *arguments;
    const char  *purpose;
    int          mode;
    int        (*run)(command_t *command, int argc, char **argv);
} command_verb_t;


static const command_verb_t  verbs[] = {
    { "load", "[file]", "puts in the records of a file", EDGE_STORE_CREATE,
      command_load },
    { "dump", "", "writes all records", EDGE_STORE_READ, command_dump },
    { "check", "[file]", "checks the records of a file, or of the store",
      EDGE_STORE_READ, command_check },
    { "explain", "hostname [versions]", "tells what a client would get",
      EDGE_STORE_READ, command_explain },
    { "get", "name", "writes one record", EDGE_STORE_READ, command_get },
    { "set", "name key=value ...", "puts in one record", EDGE_STORE_CREATE,
      command_set },
    { "delete", "name", "takes away one record", EDGE_STORE_CREATE,
      command_delete },
    { "stat", "", "tells how full the store is", EDGE_STORE_READ,
      command_stat },
    { "upgrade", "", "writes an old store in the format of today",
      EDGE_STORE_CREATE, command_upgrade },
    { NULL, NULL, NULL, 0, NULL }
};


static void
print_usage(FILE *out)
{
    const command_verb_t  *verb;

    fprintf(out, "usage: edge-policy [-s store] [-m map_size] [-j] [-v] "
            "command\n\n");

    for (verb = verbs; verb->name; verb++) {
        fprintf(out, "    %-8s %-22s %s\n", verb->name, verb->arguments,
                verb->purpose);
    }
}


int
usage(void)
{
    print_usage(stderr);

    return 2;
}


int
store_failed(command_t *command, edge_store_e result)
{
    fprintf(stderr, "edge-policy: %s %s%s%s\n", command->path,
            edge_store_text(result), result == EDGE_STORE_FAILED ? ": " : "",
            result == EDGE_STORE_FAILED ? strerror(errno) : "");

    return 1;
}


static int
parse_size(const char *text, unsigned long long *size)
{
    char  *end;

    *size = strtoull(text, &end, 10);

    switch (*end) {

    case 'g':
    case 'G':
        *size <<= 10;
        /* fall through */

    case 'm':
    case 'M':
        *size <<= 20;
        end++;
        break;

    default:
        break;
    }

    return end != text && *end == '\0' && *size >= 1 << 20;
}


int
main(int argc, char **argv)
{
    int                    option, status, needs_store;
    command_t              command;
    edge_store_e           result;
    const command_verb_t  *verb;

    static edge_policy_store_t  store;

    static const struct option  options[] = {
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 }
    };

    memset(&command, 0, sizeof(command));
    command.store = &store;
    command.path = "/var/lib/nginx/edge-policy.db";

    while ((option = getopt_long(argc, argv, "s:m:jvh", options, NULL)) != -1)
    {
        switch (option) {

        case 's':
            command.path = optarg;
            break;

        case 'm':
            if (!parse_size(optarg, &command.map_size)) {
                fprintf(stderr, "edge-policy: invalid map_size \"%s\", it must "
                        "be a size of 1m or more\n", optarg);
                return 2;
            }
            break;

        case 'j':
            command.json = 1;
            break;

        case 'v':
            command.verbose = 1;
            break;

        case 'h':
            print_usage(stdout);
            return 0;

        default:
            return usage();
        }
    }

    argc -= optind;
    argv += optind;

    for (verb = verbs; verb->name; verb++) {
        if (argc && strcmp(verb->name, argv[0]) == 0) {
            break;
        }
    }

    if (verb->name == NULL) {

        if (argc) {
            fprintf(stderr, "edge-policy: unknown command \"%s\"\n", argv[0]);
        }

        return usage();
    }

    /* a file can be checked anywhere */

    needs_store = !(verb->run == command_check && argc > 1);

    if (needs_store) {
        result = edge_policy_store_open(&store, command.path,
                                        command.map_size, verb->mode);
        if (result != EDGE_STORE_OK) {
            return store_failed(&command, result);
        }
    }

    status = verb->run(&command, argc - 1, argv + 1);

    if (command.compiled) {
        edge_tls_policy_cache_destroy(command.compiled);
    }

    if (needs_store) {
        edge_policy_store_close(&store);
    }

    return status;
}
