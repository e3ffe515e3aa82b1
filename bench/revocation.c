/* bench: mtls/edge_revocation_build.c mtls/edge_revocation_files.c
 *        mtls/edge_revocation_lists.c mtls/edge_revocation_issuer.c
 *        mtls/edge_revocation_index.c mtls/edge_crl.c
 *        mtls/edge_crl_extensions.c mtls/edge_crl_file.c
 *        mtls/edge_crl_signature.c mtls/edge_der.c mtls/edge_pages.c
 *        mtls/edge_revocation_scope.c
 *        -lssl -lcrypto
 */

/*
 * revocation FILE...: builds an index of the lists in the files and looks
 * certificates up in it; prints milliseconds to load, bytes an entry, and
 * nanoseconds of CPU time of a lookup.  The first file is the CA's certificate
 * in PEM.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <openssl/pem.h>

#include "edge_revocation_build.h"


#define SIZE     ((size_t) 1 << 30)
#define LOOKUPS  2000000


static double
now(clockid_t clock)
{
    struct timespec  ts;

    clock_gettime(clock, &ts);

    return (double) ts.tv_sec + (double) ts.tv_nsec / 1e9;
}


/* Serial numbers as EdgeTest::Pki writes them: 10 00, then a number */

static void
look_up(const edge_revocation_index_t *index, const unsigned char *id,
    uint32_t entries, const char *what, uint32_t from)
{
    double         start;
    uint32_t       i, n, found;
    unsigned char  serial[6] = { 0x10, 0x00 };

    found = 0;
    start = now(CLOCK_PROCESS_CPUTIME_ID);

    for (i = 0; i < LOOKUPS; i++) {
        n = from + (uint32_t) ((uint64_t) i * 2654435761u % entries);

        serial[2] = (unsigned char) (n >> 24);
        serial[3] = (unsigned char) (n >> 16);
        serial[4] = (unsigned char) (n >> 8);
        serial[5] = (unsigned char) n;

        found += edge_revocation_index_find(index, id, serial, 6,
                                            EDGE_REVOCATION_USER, 0, 0)
                 == EDGE_REVOCATION_REVOKED;
    }

    printf("%s %.0f\n", what,
           (now(CLOCK_PROCESS_CPUTIME_ID) - start) / LOOKUPS * 1e9);

    if (found != (from == 1 ? LOOKUPS : 0)) {
        fprintf(stderr, "%u of %u found\n", found, LOOKUPS);
        exit(1);
    }
}


int
main(int argc, char **argv)
{
    int                             i;
    FILE                           *in;
    X509                           *ca;
    double                          start, took;
    uint64_t                        count;
    unsigned char                   id[EDGE_REVOCATION_ID_LEN];
    struct stack_st_X509           *issuers;
    edge_revocation_build_t         build;
    edge_revocation_report_t        report;

    if (argc < 3 || (in = fopen(argv[1], "r")) == NULL) {
        fprintf(stderr, "usage: revocation CA.crt FILE...\n");
        return 2;
    }

    ca = PEM_read_X509(in, NULL, NULL, NULL);
    fclose(in);
    issuers = sk_X509_new_null();
    sk_X509_push(issuers, ca);

    memset(&build, 0, sizeof(build));
    memset(&report, 0, sizeof(report));

    build.paths = (const char *const *) argv + 2;
    build.npaths = (size_t) argc - 2;
    build.issuers = issuers;
    build.now = time(NULL);
    build.key[0] = 1;
    build.key[1] = 2;
    build.size = SIZE;
    build.memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
                        MAP_ANONYMOUS | MAP_SHARED | MAP_NORESERVE, -1, 0);

    start = now(CLOCK_MONOTONIC);

    if (build.memory == MAP_FAILED
        || edge_revocation_build(&build, &report) != EDGE_REVOCATION_BUILD_OK
        || report.nlists != (uint64_t) argc - 2)
    {
        fprintf(stderr, "not built, %zu problems\n", report.nproblems);
        return 1;
    }

    took = now(CLOCK_MONOTONIC) - start;
    count = report.index->count;

    printf("entries %llu\n", (unsigned long long) count);
    printf("load %.0f\n", took * 1000);
    printf("memory %.1f\n",
           (double) (sizeof(edge_revocation_index_t)
                     + report.index->nslots * 16) / (double) count);

    edge_revocation_issuer_id(ca, id);

    for (i = 0; i < 2; i++) {
        look_up(report.index, id, (uint32_t) count, i ? "others" : "revoked",
                i ? (uint32_t) count + 1 : 1);
    }

    edge_revocation_report_free(&report);
    sk_X509_pop_free(issuers, X509_free);

    return 0;
}
