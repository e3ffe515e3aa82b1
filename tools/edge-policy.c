
/*
 * edge-policy: looks into a store of policies and changes it, also while nginx
 * runs. See docs/ecg.md.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "edge_policy_json.h"
#include "edge_policy_resolve.h"
#include "edge_tls_policy_cache.h"


/* records that are written at once: others wait that long at most */

#define COMMAND_BATCH  5000


typedef struct {
    const char               *path;
    unsigned long long        map_size;
    int                       json;
    int                       verbose;

    edge_policy_store_t       store;
    edge_tls_policy_cache_t  *compiled;
} command_t;


typedef struct {
    const char  *name;
    const char  *arguments;
    const char  *purpose;
    int          mode;
    int        (*run)(command_t *command, int argc, char **argv);
} command_verb_t;


static int command_load(command_t *command, int argc, char **argv);
static int command_dump(command_t *command, int argc, char **argv);
static int command_check(command_t *command, int argc, char **argv);
static int command_explain(command_t *command, int argc, char **argv);
static int command_get(command_t *command, int argc, char **argv);
static int command_set(command_t *command, int argc, char **argv);
static int command_delete(command_t *command, int argc, char **argv);
static int command_stat(command_t *command, int argc, char **argv);


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
    { NULL, NULL, NULL, 0, NULL }
};


static int
usage(void)
{
    const command_verb_t  *verb;

    fprintf(stderr, "usage: edge-policy [-s store] [-m map_size] [-j] [-v] "
            "command\n\n");

    for (verb = verbs; verb->name; verb++) {
        fprintf(stderr, "    %-8s %-22s %s\n", verb->name, verb->arguments,
                verb->purpose);
    }

    return 2;
}


static int
store_failed(command_t *command, edge_store_e result)
{
    fprintf(stderr, "edge-policy: %s %s%s%s\n", command->path,
            edge_store_text(result), result == EDGE_STORE_FAILED ? ": " : "",
            result == EDGE_STORE_FAILED ? strerror(errno) : "");

    return 1;
}


/* Tells whether OpenSSL takes a policy; says so if not. */

static int
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


/*
 * Reads one line of a file, text or NDJSON.  Returns 1, 0 for an empty one,
 * and -1, said, for a wrong one.
 */

static int
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


static int
commit(command_t *command, unsigned long records)
{
    edge_store_e  result;

    result = edge_policy_store_commit(&command->store);
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
    unsigned long         number, records;
    edge_store_e          result;
    edge_policy_named_t   named;

    static char           buf[EDGE_POLICY_RECORD_MAX];

    line = NULL;
    size = 0;
    status = 0;
    records = 0;

    for (number = 1; getline(&line, &size, in) != -1; number++) {

        parsed = parse_line(command, line, number, &named, buf);

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
            result = edge_policy_store_begin_write(&command->store);
            if (result != EDGE_STORE_OK) {
                free(line);
                return store_failed(command, result);
            }
        }

        result = edge_policy_store_update(&command->store, named.name,
                                          named.len, &named.stored);
        if (result != EDGE_STORE_OK) {
            edge_policy_store_abort(&command->store);
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
open_input(int argc, char **argv)
{
    FILE  *in;

    if (argc == 0 || strcmp(argv[0], "-") == 0) {
        return stdin;
    }

    in = fopen(argv[0], "r");
    if (in == NULL) {
        fprintf(stderr, "edge-policy: %s: %s\n", argv[0], strerror(errno));
    }

    return in;
}


static int
command_load(command_t *command, int argc, char **argv)
{
    FILE  *in;

    in = open_input(argc, argv);

    return in ? read_records(command, in, 1) : 1;
}


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


/* Calls each for all records; the store is read anew now and then. */

static int
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
        result = edge_policy_store_begin_read(&command->store);
        if (result != EDGE_STORE_OK) {
            return store_failed(command, result);
        }

        for (n = 0, name = last; n < 10000; n++) {
            result = edge_policy_store_next(&command->store, &name, &len, buf,
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

        edge_policy_store_end_read(&command->store);

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


static int
command_dump(command_t *command, int argc, char **argv)
{
    (void) argc;
    (void) argv;

    return each_record(command, dump_record);
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


static int
command_check(command_t *command, int argc, char **argv)
{
    FILE  *in;

    if (argc == 0) {
        return each_record(command, check_record);
    }

    in = open_input(argc, argv);

    return in ? read_records(command, in, 0) : 1;
}


static int
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


static int
command_get(command_t *command, int argc, char **argv)
{
    char                  name[EDGE_HOSTNAME_MAX + 1];
    size_t                len;
    edge_store_e          result;
    edge_policy_stored_t  stored;

    static char           buf[EDGE_POLICY_RECORD_MAX + 1];

    if (argc != 1 || !normalize_argument(argv[0], name, &len)) {
        return usage();
    }

    result = edge_policy_store_begin_read(&command->store);

    if (result == EDGE_STORE_OK) {
        result = edge_policy_store_get(&command->store, name, len, buf,
                                       &stored);
    }

    if (result != EDGE_STORE_OK) {
        return store_failed(command, result);
    }

    print_record(command, name, len, &stored);

    return 0;
}


static int
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

    if (argc < 2 || parse_line(command, line, 1, &named, buf) != 1) {
        return 1;
    }

    result = edge_policy_store_begin_write(&command->store);

    if (result == EDGE_STORE_OK) {
        result = edge_policy_store_update(&command->store, named.name,
                                          named.len, &named.stored);
    }

    if (result == EDGE_STORE_OK) {
        result = edge_policy_store_commit(&command->store);
    }

    return (result == EDGE_STORE_OK) ? 0 : store_failed(command, result);
}


static int
command_delete(command_t *command, int argc, char **argv)
{
    char                  name[EDGE_HOSTNAME_MAX + 1];
    size_t                len;
    edge_store_e          result;
    edge_policy_stored_t  nothing;

    if (argc != 1 || !normalize_argument(argv[0], name, &len)) {
        return usage();
    }

    memset(&nothing, 0, sizeof(nothing));

    result = edge_policy_store_begin_write(&command->store);

    if (result == EDGE_STORE_OK) {
        result = edge_policy_store_update(&command->store, name, len,
                                          &nothing);
    }

    if (result == EDGE_STORE_OK) {
        result = edge_policy_store_commit(&command->store);
    }

    return (result == EDGE_STORE_OK) ? 0 : store_failed(command, result);
}


static int
command_stat(command_t *command, int argc, char **argv)
{
    uint64_t      records, used, map;
    edge_store_e  result;

    (void) argc;
    (void) argv;

    result = edge_policy_store_begin_read(&command->store);

    if (result == EDGE_STORE_OK) {
        result = edge_lmdb_count(command->store.db, EDGE_LMDB_RECORDS,
                                 &records);
    }

    if (result != EDGE_STORE_OK) {
        return store_failed(command, result);
    }

    edge_lmdb_size(command->store.db, &used, &map);

    printf("records %llu\nbytes_used %llu\nmap_size %llu\n",
           (unsigned long long) records, (unsigned long long) used,
           (unsigned long long) map);

    return 0;
}


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

    verdict = edge_tls_policy_judge(&tls, &hello, EDGE_TLS_1_2|EDGE_TLS_1_3,
                                    1, &choice);

    if (verdict == EDGE_TLS_ALLOWED) {
        printf("handshake TLSv1.%d\n", choice.version == EDGE_TLS_1_3 ? 3
               : choice.version == EDGE_TLS_1_2 ? 2
               : choice.version == EDGE_TLS_1_1 ? 1 : 0);
    } else {
        printf("handshake refused: %s\n", edge_tls_verdict_text(verdict));
    }

    return 0;
}


static int
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

    result = edge_policy_store_begin_read(&command->store);

    if (result == EDGE_STORE_OK) {
        result = edge_policy_resolve(NULL, &command->store, name, len,
                                     &resolved);
    }

    if (result != EDGE_STORE_OK) {
        return store_failed(command, result);
    }

    print_explanation(&resolved);

    return print_verdict(&resolved.policy, argc == 2 ? argv[1] : "1.2,1.3");
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

    memset(&command, 0, sizeof(command));
    command.path = "/var/lib/nginx/edge-policy.db";

    while ((option = getopt(argc, argv, "s:m:jv")) != -1) {
        switch (option) {

        case 's':
            command.path = optarg;
            break;

        case 'm':
            if (!parse_size(optarg, &command.map_size)) {
                return usage();
            }
            break;

        case 'j':
            command.json = 1;
            break;

        case 'v':
            command.verbose = 1;
            break;

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
        return usage();
    }

    /* a file can be checked anywhere */

    needs_store = !(verb->run == command_check && argc > 1);

    if (needs_store) {
        result = edge_policy_store_open(&command.store, command.path,
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
        edge_policy_store_close(&command.store);
    }

    return status;
}
