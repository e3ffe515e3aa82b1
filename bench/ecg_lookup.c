
/*
 * ecg_lookup STORE RECORDS: what it takes to resolve names of a store that
 * ecg.py has filled with h0 to h<RECORDS - 1> below a few domains.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "edge_policy_resolve.h"


#define LOOKUPS  400000


static edge_policy_store_t     store;
static edge_policy_resolved_t  resolved;
static char                    names[LOOKUPS][64];


static double
now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return (double) ts.tv_sec * 1e9 + (double) ts.tv_nsec;
}


/* Nanoseconds for one of LOOKUPS; all must end with this many origins. */

static double
measure(unsigned origins)
{
    int     i;
    double  start;

    start = now();

    for (i = 0; i < LOOKUPS; i++) {
        if (edge_policy_store_begin_read(&store) != EDGE_STORE_OK
            || edge_policy_resolve(NULL, &store, names[i], strlen(names[i]),
                                   &resolved)
               != EDGE_STORE_OK
            || resolved.n != origins)
        {
            fprintf(stderr, "ecg_lookup: %s: %u\n", names[i], resolved.n);
            exit(1);
        }

        edge_policy_store_end_read(&store);
    }

    return (now() - start) / LOOKUPS;
}


static void
report(const char *what, const char *format, unsigned long records,
    unsigned spread, unsigned origins)
{
    int      i;
    double   best, ns;
    unsigned round;

    srandom(1);

    for (i = 0; i < LOOKUPS; i++) {
        (void) snprintf(names[i], sizeof(names[i]), format,
                        (unsigned long) random() % records % spread);
    }

    /* the first round warms */

    for (round = 0, best = 1e12; round < 4; round++) {
        ns = measure(origins);
        best = (round && ns < best) ? ns : best;
    }

    printf("%s %.0f\n", what, best);
}


int
main(int argc, char **argv)
{
    unsigned       all;
    unsigned long  records;

    if (argc != 3
        || edge_policy_store_open(&store, argv[1], 0, EDGE_STORE_READ)
           != EDGE_STORE_OK)
    {
        return 1;
    }

    records = strtoul(argv[2], NULL, 10);
    all = (unsigned) records;

    report("exact, any of all", "h%lu.customers.example.com", records, all, 1);
    report("exact, any of 10000", "h%lu.customers.example.com", records,
           10000, 1);
    report("five labels, no record", "x%lu.a.b.example.org", records, all, 0);
    report("five labels, wildcard", "x%lu.a.b.example.net", records, all, 1);

    edge_policy_store_close(&store);

    return 0;
}
