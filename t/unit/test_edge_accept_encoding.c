/* unit: compress/edge_accept_encoding.c t/unit/edge_test.c -lzstd */

#include "edge_accept_encoding.h"
#include "edge_test.h"


#define UNSEEN  -1


static const edge_coding_e  all[] = {
    EDGE_CODING_ZSTD, EDGE_CODING_BR, EDGE_CODING_GZIP
};


static void
read_line(edge_accept_encoding_t *accept, const char *line)
{
    size_t  size;
    char   *copy;

    /* without a zero at its end, so that a sanitizer sees a read past it */

    size = strlen(line);
    copy = malloc(size + 1);
    assert_non_null(copy);
    memcpy(copy + 1, line, size);

    edge_accept_encoding_read(accept, copy + 1, size);
    free(copy);
}


static edge_accept_encoding_t
accept_of(const char *line)
{
    edge_accept_encoding_t  accept;

    edge_accept_encoding_init(&accept);
    read_line(&accept, line);

    return accept;
}


static void
test_nothing_said(void **state)
{
    size_t                  i;
    edge_accept_encoding_t  accept;

    edge_accept_encoding_init(&accept);

    for (i = 0; i < EDGE_CODINGS; i++) {
        assert_int_equal(accept.weight[i], UNSEEN);
        assert_int_equal(edge_accept_encoding_weight(&accept, i),
                         i == EDGE_CODING_IDENTITY ? 1000 : 0);
    }

    assert_int_equal(accept.any, UNSEEN);
    assert_int_equal(edge_accept_encoding_elect(&accept, all, 3),
                     EDGE_CODING_IDENTITY);

    read_line(&accept, "");
    assert_int_equal(edge_accept_encoding_elect(&accept, all, 3),
                     EDGE_CODING_IDENTITY);
}


static void
test_names(void **state)
{
    size_t                  i;
    edge_accept_encoding_t  accept;

    static const struct {
        const char  *line;
        int          coding;        /* UNSEEN: none */
    } names[] = {
        { "identity", EDGE_CODING_IDENTITY }, { "zstd", EDGE_CODING_ZSTD },
        { "br", EDGE_CODING_BR }, { "gzip", EDGE_CODING_GZIP },
        { "x-gzip", EDGE_CODING_GZIP }, { "dcz", EDGE_CODING_DCZ },
        { "dcb", EDGE_CODING_DCB }, { "ZSTD", EDGE_CODING_ZSTD },
        { "Br", EDGE_CODING_BR }, { "X-GZip", EDGE_CODING_GZIP },
        { "zst", UNSEEN }, { "zstdd", UNSEEN }, { "x-zstd", UNSEEN },
        { "zs td", UNSEEN }, { "\"zstd\"", UNSEEN }, { "b", UNSEEN },
        { "gzi", UNSEEN }, { "deflate", UNSEEN }, { "**", UNSEEN },
        { "zstd=", UNSEEN }, { "zstd gzip", UNSEEN }, { "\vzstd", UNSEEN }
    };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        int  coding;

        accept = accept_of(names[i].line);

        for (coding = 0; coding < EDGE_CODINGS; coding++) {
            assert_int_equal(accept.weight[coding],
                             coding == names[i].coding ? 1000 : UNSEEN);
        }

        assert_int_equal(accept.any, UNSEEN);
    }
}


/* RFC 9110, 12.4.2 */

static void
test_weights(void **state)
{
    size_t                  i;
    char                    line[64];
    edge_accept_encoding_t  accept;

    static const struct {
        const char  *params;
        int          weight;        /* UNSEEN: the member is left out */
    } weights[] = {
        { "", 1000 }, { ";q=1", 1000 }, { ";q=1.", 1000 }, { ";q=1.0", 1000 },
        { ";q=1.00", 1000 }, { ";q=1.000", 1000 }, { ";q=0", 0 },
        { ";q=0.", 0 }, { ";q=0.0", 0 }, { ";q=0.000", 0 }, { ";q=0.001", 1 },
        { ";q=0.01", 10 }, { ";q=0.1", 100 }, { ";q=0.999", 999 },
        { ";q=0.123", 123 }, { ";Q=0.5", 500 }, { " ;q=0.5", 500 },
        { "\t; \tq=0.5 \t", 500 }, { "; q=0", 0 },

        { ";q=1.001", UNSEEN }, { ";q=1.1", UNSEEN }, { ";q=2", UNSEEN },
        { ";q=00", UNSEEN }, { ";q=01", UNSEEN }, { ";q=10", UNSEEN },
        { ";q=0.0000", UNSEEN }, { ";q=1.0000", UNSEEN }, { ";q=", UNSEEN },
        { ";q=.5", UNSEEN }, { ";q=-1", UNSEEN }, { ";q=+1", UNSEEN },
        { ";q=0,5", UNSEEN }, { ";q=0.5x", UNSEEN }, { ";q=0x1", UNSEEN },
        { ";q=0. 5", UNSEEN }, { ";q= 0.5", UNSEEN }, { ";q =0", UNSEEN },
        { ";q", UNSEEN }, { ";", UNSEEN }, { ";;q=1", UNSEEN },
        { ";x=y", UNSEEN }, { ";x=y;q=0.5", UNSEEN }, { ";q=0.5;", UNSEEN },
        { ";q=1;q=0", UNSEEN }, { ";q=0.0.0", UNSEEN }, { ";q=\"1\"", UNSEEN },
        { ";q=0.1:", UNSEEN }, { ";q=0./", UNSEEN }, { ";qq=1", UNSEEN }
    };

    for (i = 0; i < sizeof(weights) / sizeof(weights[0]); i++) {
        strcpy(line, "zstd");
        strcat(line, weights[i].params);
        accept = accept_of(line);

        /* what follows a comma in ";q=0,5" is a member of its own */

        assert_int_equal(accept.weight[EDGE_CODING_ZSTD],
                         strcmp(weights[i].params, ";q=0,5") == 0
                         ? 0 : weights[i].weight);

        strcpy(line, "*");
        strcat(line, weights[i].params);
        accept = accept_of(line);
        assert_int_equal(accept.any,
                         strcmp(weights[i].params, ";q=0,5") == 0
                         ? 0 : weights[i].weight);

        /* and its neighbours are not hurt */

        strcpy(line, "br;q=0.2, zstd");
        strcat(line, weights[i].params);
        strcat(line, ",gzip");
        accept = accept_of(line);
        assert_int_equal(accept.weight[EDGE_CODING_BR], 200);
        assert_int_equal(accept.weight[EDGE_CODING_GZIP], 1000);
    }
}


static void
test_every_weight(void **state)
{
    int                     weight;
    char                    line[] = "br;q=0.000";
    edge_accept_encoding_t  accept;

    for (weight = 0; weight < 1000; weight++) {
        line[7] = '0' + weight / 100;
        line[8] = '0' + weight / 10 % 10;
        line[9] = '0' + weight % 10;

        accept = accept_of(line);
        assert_int_equal(edge_accept_encoding_weight(&accept,
                                                     EDGE_CODING_BR), weight);
    }
}


static void
test_lists(void **state)
{
    size_t                  i;
    edge_accept_encoding_t  accept;

    static const char  *lines[] = {
        "zstd;q=0.3,br", ",zstd;q=0.3,,br,", " , zstd;q=0.3 ,\t, br ,",
        "br\t,\tzstd ; q=0.3", "a,b,c;q=0,zstd;q=0.3,br;q=1,d"
    };

    for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        accept = accept_of(lines[i]);
        assert_int_equal(accept.weight[EDGE_CODING_ZSTD], 300);
        assert_int_equal(accept.weight[EDGE_CODING_BR], 1000);
        assert_int_equal(accept.weight[EDGE_CODING_GZIP], UNSEEN);
        assert_int_equal(accept.any, UNSEEN);
    }
}


/* several lines are one list; the lower weight of a coding stays */

static void
test_duplicates(void **state)
{
    edge_accept_encoding_t  accept;

    accept = accept_of("zstd;q=0.5, zstd;q=0.2, zstd, *, *;q=0.1");
    assert_int_equal(accept.weight[EDGE_CODING_ZSTD], 200);
    assert_int_equal(accept.any, 100);

    read_line(&accept, "br");
    read_line(&accept, "zstd;q=0, br;q=0.9");
    read_line(&accept, "zstd, *");
    assert_int_equal(accept.weight[EDGE_CODING_ZSTD], 0);
    assert_int_equal(accept.weight[EDGE_CODING_BR], 900);
    assert_int_equal(accept.any, 100);

    /* x-gzip is gzip */

    accept = accept_of("gzip, x-gzip;q=0");
    assert_int_equal(accept.weight[EDGE_CODING_GZIP], 0);

    /* one left out lowers nothing */

    accept = accept_of("gzip, gzip;q=x");
    assert_int_equal(accept.weight[EDGE_CODING_GZIP], 1000);
}


static void
test_any(void **state)
{
    edge_accept_encoding_t  accept;

    accept = accept_of("*;q=0.4, br;q=0.7");
    assert_int_equal(edge_accept_encoding_weight(&accept, EDGE_CODING_ZSTD),
                     400);
    assert_int_equal(edge_accept_encoding_weight(&accept, EDGE_CODING_BR),
                     700);
    assert_int_equal(edge_accept_encoding_weight(&accept,
                                                 EDGE_CODING_IDENTITY), 400);

    /* who knows no dictionary did not mean these (RFC 9842) */

    assert_int_equal(edge_accept_encoding_weight(&accept, EDGE_CODING_DCZ),
                     0);
    assert_int_equal(edge_accept_encoding_weight(&accept, EDGE_CODING_DCB),
                     0);

    accept = accept_of("*;q=0");
    assert_int_equal(edge_accept_encoding_weight(&accept,
                                                 EDGE_CODING_IDENTITY), 0);

    accept = accept_of("*;q=0, identity;q=0.1, dcz");
    assert_int_equal(edge_accept_encoding_weight(&accept,
                                                 EDGE_CODING_IDENTITY), 100);
    assert_int_equal(edge_accept_encoding_weight(&accept, EDGE_CODING_DCZ),
                     1000);
}


static void
test_elections(void **state)
{
    size_t                  i;
    edge_accept_encoding_t  accept;

    static const struct {
        const char     *line;
        edge_coding_e   elected;
    } elections[] = {
        { "gzip, br, zstd", EDGE_CODING_ZSTD },
        { "gzip, br", EDGE_CODING_BR },
        { "gzip;q=0.9, br;q=0.8, zstd;q=0.7", EDGE_CODING_GZIP },
        { "gzip;q=0.9, br;q=0.9, zstd;q=0.7", EDGE_CODING_BR },
        { "gzip;q=0.001", EDGE_CODING_GZIP },
        { "gzip;q=0", EDGE_CODING_IDENTITY },
        { "*", EDGE_CODING_ZSTD },
        { "*;q=0.1", EDGE_CODING_ZSTD },
        { "*, zstd;q=0", EDGE_CODING_BR },
        { "*;q=0.5, gzip", EDGE_CODING_GZIP },
        { "*;q=0", EDGE_CODING_IDENTITY },
        { "deflate, dcz", EDGE_CODING_IDENTITY },
        { "identity, zstd;q=0.5", EDGE_CODING_IDENTITY },
        { "identity, zstd", EDGE_CODING_ZSTD },
        { "identity;q=0.5, zstd;q=0.4, br;q=0.6", EDGE_CODING_BR },
        { "identity;q=0, gzip;q=0.1", EDGE_CODING_GZIP },
        { "identity;q=0.1, *;q=0.05", EDGE_CODING_IDENTITY },
        { "zstd;q=0.5", EDGE_CODING_ZSTD }
    };

    for (i = 0; i < sizeof(elections) / sizeof(elections[0]); i++) {
        accept = accept_of(elections[i].line);
        assert_int_equal(edge_accept_encoding_elect(&accept, all, 3),
                         elections[i].elected);
        assert_int_equal(edge_accept_encoding_elect(&accept, all, 0),
                         EDGE_CODING_IDENTITY);
    }
}


/* ties go by the operator's order, and only what is in it is elected */

static void
test_orders(void **state)
{
    edge_accept_encoding_t      accept;
    static const edge_coding_e  order[] = { EDGE_CODING_GZIP,
                                            EDGE_CODING_DCZ,
                                            EDGE_CODING_ZSTD };

    accept = accept_of("br, zstd, gzip");
    assert_int_equal(edge_accept_encoding_elect(&accept, order, 3),
                     EDGE_CODING_GZIP);

    accept = accept_of("br, zstd, dcz, gzip;q=0.9");
    assert_int_equal(edge_accept_encoding_elect(&accept, order, 3),
                     EDGE_CODING_DCZ);
    assert_int_equal(edge_accept_encoding_elect(&accept, order, 1),
                     EDGE_CODING_GZIP);

    accept = accept_of("br");
    assert_int_equal(edge_accept_encoding_elect(&accept, order, 3),
                     EDGE_CODING_IDENTITY);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_nothing_said),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_every_weight),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_any),
        cmocka_unit_test(test_elections),
        cmocka_unit_test(test_orders)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
