/* bench: ecg/edge_fault.c ecg/edge_hostname.c ecg/edge_lmdb.c
 *        ecg/edge_policy.c ecg/edge_policy_record.c
 *        ecg/edge_policy_resolve.c ecg/edge_policy_store.c
 *        ecg/edge_policy_store_format.c ecg/edge_policy_store_open.c
 *        ecg/edge_policy_store_write.c ecg/edge_policy_table.c
 *        ecg/edge_tls_ciphers.c ecg/edge_tls_group.c ecg/edge_tls_policy.c
 *        ecg/edge_tls_policy_cache.c ecg/edge_tls_policy_compile.c
 *        ecg/edge_tls_policy_names.c -llmdb -lssl -lcrypto
 */

/*
 * ecg_lookup STORE RECORDS: what it takes a worker to find the policy of a
 * host in a store that ecg.py has filled with h0 to h<RECORDS - 1> below a few
 * domains.  Nanoseconds of CPU time: those of the first time a worker looks a
 * host up in this state of the store, and of the next time.  A hundred hosts
 * have their pages in the processor's caches; of any of all few are there.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "edge_policy_resolve.h"
#include "edge_tls_policy_names.h"


#define LOOKUPS  400000

/* words of 4 bytes: 256 MB */
#define MEMORY   (1UL << 26)

/* as in ngx_edge_tls_policy_find.c */
#define CACHED   256
#define NAMES    32768


static edge_policy_store_t       store;
static edge_policy_resolved_t    resolved;
static edge_tls_policy_cache_t  *cache;
static edge_tls_policy_names_t  *names;
static char                      hosts[LOOKUPS][64];
static size_t                    lens[LOOKUPS];


static double
now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);

    return (double) ts.tv_sec * 1e9 + (double) ts.tv_nsec;
}


static void
fail(const char *host)
{
    fprintf(stderr, "ecg_lookup: %s: %u records\n", host, resolved.n);
    exit(1);
}


/* What a worker does for a host that it does not know, or not any more. */

static void
look_up(const char *host, size_t len, unsigned origins)
{
    edge_tls_policy_name_t  name;

    if (edge_policy_store_begin_read(&store) != EDGE_STORE_OK
        || edge_policy_resolve(NULL, &store, host, len, &resolved)
           != EDGE_STORE_OK
        || resolved.n != origins)
    {
        fail(host);
    }

    edge_policy_store_end_read(&store);

    memset(&name, 0, sizeof(name));

    name.name = resolved.n ? resolved.origins[0].name : "server";
    name.len = strlen(name.name);
    name.source = edge_policy_resolved_source(&resolved);
    name.read_id = edge_policy_store_read_id(&store);

    if (resolved.n) {
        name.entry = edge_tls_policy_cache_get(cache, &resolved.policy);
    }

    if (!edge_tls_policy_names_put(names, NULL, host, len, &name)) {
        fail(host);
    }

    if (name.entry) {
        edge_tls_policy_cache_release(name.entry);
    }
}


/* Nanoseconds for one of n hosts; first: they are not known. */

static double
measure(int n, int first, unsigned origins)
{
    int                      i;
    double                   start;
    uint64_t                 id;
    edge_tls_policy_name_t  *known;

    start = now();

    for (i = 0; i < n; i++) {

        known = edge_tls_policy_names_find(names, NULL, hosts[i], lens[i]);

        if (edge_policy_store_last_id(&store, &id) != EDGE_STORE_OK) {
            fail(hosts[i]);
        }

        if (known == NULL || known->read_id != id || first) {
            look_up(hosts[i], lens[i], origins);

        } else if ((known->entry != NULL) != (origins != 0)) {
            fail(hosts[i]);
        }
    }

    return (now() - start) / n;
}


static void
choose_hosts(int n, const char *format, unsigned long records)
{
    int  i;

    srandom(1);

    for (i = 0; i < n; i++) {
        lens[i] = (size_t) snprintf(hosts[i], sizeof(hosts[i]), format,
                                    (unsigned long) random() % records);
    }
}


/* The best of four rounds, behind one that warms. */

static void
report(const char *what, const char *format, unsigned long records, int n,
    int first, unsigned origins)
{
    double    best, ns;
    unsigned  round;

    choose_hosts(n, format, records);

    for (round = 0, best = 1e12; round < 5; round++) {
        ns = measure(n, first, origins);
        best = (round && ns < best) ? ns : best;
    }

    printf("%s %.0f\n", what, best);
}


/*
 * One access to memory that no cache has: each word of a large array tells the
 * next, all over the place (the steps of a full period generator).
 */

static void
report_memory(void)
{
    double           start;
    size_t           i;
    uint32_t         at;
    static uint32_t  next[MEMORY];

    for (i = 0, at = 0; i < MEMORY; i++) {
        next[at] = (uint32_t) ((at * 1664525UL + 1013904223UL) % MEMORY);
        at = next[at];
    }

    start = now();

    for (i = 0; i < 1000000; i++) {
        at = next[at];
    }

    printf("one access to memory, at random %.0f\n",
           (now() - start) / 1e6 + (double) (at == MEMORY));
}


int
main(int argc, char **argv)
{
    unsigned long  records;

    if (argc != 3
        || edge_policy_store_open(&store, argv[1], 0, EDGE_STORE_READ)
           != EDGE_STORE_OK)
    {
        return 1;
    }

    records = strtoul(argv[2], NULL, 10);

    cache = edge_tls_policy_cache_create(CACHED);
    names = edge_tls_policy_names_create(NAMES);

    if (cache == NULL || names == NULL) {
        return 1;
    }

    report("exact, first time, 100 hosts", "h%lu.customers.example.com",
           records, 100, 1, 1);
    report("exact, first time, any of all", "h%lu.customers.example.com",
           records, LOOKUPS, 1, 1);
    report("five labels, no record, first time", "x%lu.a.b.example.org",
           records, LOOKUPS, 1, 0);
    report("five labels, wildcard, first time", "x%lu.a.b.example.net",
           records, LOOKUPS, 1, 1);
    report("exact, next time, 10000 hosts", "h%lu.customers.example.com",
           records, 10000, 0, 1);
    report("five labels, no record, next time, 10000 hosts",
           "x%lu.a.b.example.org", records, 10000, 0, 0);
    report("five labels, wildcard, next time, 10000 hosts",
           "x%lu.a.b.example.net", records, 10000, 0, 1);

    report_memory();

    edge_policy_store_close(&store);

    return 0;
}
