
/* edge-policy: what its files share. */


#ifndef _EDGE_POLICY_COMMAND_H_INCLUDED_
#define _EDGE_POLICY_COMMAND_H_INCLUDED_


#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "edge_policy_json.h"
#include "edge_policy_resolve.h"
#include "edge_tls_policy_cache.h"


typedef struct {
    const char               *path;
    unsigned long long        map_size;
    int                       json;
    int                       verbose;

    /* what is being read, and where; NULL: nothing but the arguments */
    const char               *input;
    unsigned long             line;

    edge_policy_store_t      *store;
    edge_tls_policy_cache_t  *compiled;
} command_t;


/* One function for each verb, with the arguments behind it; exit status. */

int command_load(command_t *command, int argc, char **argv);
int command_dump(command_t *command, int argc, char **argv);
int command_check(command_t *command, int argc, char **argv);
int command_explain(command_t *command, int argc, char **argv);
int command_get(command_t *command, int argc, char **argv);
int command_set(command_t *command, int argc, char **argv);
int command_delete(command_t *command, int argc, char **argv);
int command_stat(command_t *command, int argc, char **argv);
int command_upgrade(command_t *command, int argc, char **argv);

/* Says how the command is used, to those who did not know; returns 2. */

int usage(void);

/* Begins a message: who says it, and of which line. */

void say(command_t *command);

/* Says what is wrong with the store; returns 1. */

int store_failed(command_t *command, edge_store_e result);

/* Tells whether OpenSSL takes a policy; says so if not. */

int policy_compiles(command_t *command, const char *name,
    const edge_policy_t *policy);

/*
 * Reads one line of a file, text or NDJSON.  Returns 1, 0 for an empty one,
 * and -1, said, for a wrong one.  buf is of EDGE_POLICY_RECORD_MAX bytes.
 */

int parse_line(command_t *command, char *line, edge_policy_named_t *named,
    char *buf);

/* The name of a record; returns 0, said, for one that is none. */

int normalize_argument(command_t *command, const char *argument, char *name,
    size_t *len);

/* Calls each for all records; the store is read anew now and then. */

int each_record(command_t *command,
    int (*each)(command_t *, const char *, size_t, edge_policy_stored_t *));


#endif /* _EDGE_POLICY_COMMAND_H_INCLUDED_ */
