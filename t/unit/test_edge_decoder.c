/* unit: compress/edge_decoder.c compress/edge_decoder_zstd.c */
/* unit: compress/edge_decoder_brotli.c compress/edge_decoder_gzip.c */
/* unit: compress/edge_memory.c compress/edge_zstd_frame.c */
/* unit: t/unit/edge_test.c */
/* unit: -lzstd -lbrotlienc -lbrotlidec -lz */

/* One contract, held against each decoder. */

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include "edge_decoder.h"
#include "edge_memory.h"
#include "edge_test.h"


#define BODY_MAX  200000


static const edge_decoder_t  *decoders[] = {
    &edge_decoder_zstd, &edge_decoder_brotli, &edge_decoder_gzip
};

#define DECODERS  (sizeof(decoders) / sizeof(decoders[0]))

static const size_t  sizes[] = { 0, 1, 100, 4096, 70000, BODY_MAX };

#define SIZES     (sizeof(sizes) / sizeof(sizes[0]))


/* body, coded by the library that the decoder undoes, appended to coded */

static void
encode(const edge_decoder_t *decoder, const unsigned char *body, size_t size,
    edge_test_bytes_t *coded)
{
    size_t          room;
    z_stream        z;
    unsigned char  *out;

    room = size + size / 8 + 1024;
    out = malloc(room);
    assert_non_null(out);

    if (decoder == &edge_decoder_zstd) {
        room = ZSTD_compress(out, room, body, size, 3);
        assert_false(ZSTD_isError(room));

    } else if (decoder == &edge_decoder_brotli) {
        assert_true(BrotliEncoderCompress(5, 18, BROTLI_MODE_GENERIC, size,
                                          body, &room, out));

    } else {
        memset(&z, 0, sizeof(z_stream));
        assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, 0), Z_OK);
        z.next_in = (Bytef *) body;
        z.avail_in = size;
        z.next_out = out;
        z.avail_out = room;
        assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
        room -= z.avail_out;
        (void) deflateEnd(&z);
    }

    edge_test_append(coded, out, room);
    free(out);
}


/*
 * Decodes in pieces: in_max and out_max bytes at the most, by chance less.
 * The last result, EDGE_DECODER_MORE_IN if all was taken.
 */

static edge_decoder_rc_e
run(const edge_decoder_t *decoder, edge_decoding_t *decoding,
    const edge_test_bytes_t *coded, size_t in_max, size_t out_max,
    uint32_t *chance, edge_test_bytes_t *plain)
{
    size_t              at, n;
    edge_in_t           in;
    edge_out_t          out;
    unsigned char      *copy, *room;
    edge_decoder_rc_e   rc;

    rc = EDGE_DECODER_MORE_IN;

    for (at = 0; at < coded->size; at += n) {
        n = 1 + edge_test_random(chance, in_max);
        n = n < coded->size - at ? n : coded->size - at;

        /* at its own end in memory, so that a sanitizer sees a read past it */

        copy = malloc(n);
        assert_non_null(copy);
        memcpy(copy, coded->data + at, n);

        in.data = copy;
        in.size = n;
        in.pos = 0;

        do {
            out.size = 1 + edge_test_random(chance, out_max);
            out.pos = 0;
            room = malloc(out.size);
            assert_non_null(room);
            out.data = room;

            rc = decoder->step(decoding, &in, &out);

            assert_true(in.pos <= in.size && out.pos <= out.size);
            edge_test_append(plain, room, out.pos);
            free(room);

            if (rc == EDGE_DECODER_MORE_OUT) {
                assert_int_equal(out.pos, out.size);
            }

        } while (rc == EDGE_DECODER_MORE_OUT);

        free(copy);

        if (rc != EDGE_DECODER_MORE_IN) {
            return rc;
        }

        assert_int_equal(in.pos, in.size);
    }

    return rc;
}


static edge_decoder_rc_e
decode(const edge_decoder_t *decoder, const edge_test_bytes_t *coded,
    size_t in_max, size_t out_max, edge_test_bytes_t *plain, unsigned *whole)
{
    uint32_t                chance;
    edge_memory_t           memory = { 0, 0, 0 };
    edge_decoding_t        *decoding;
    edge_decoder_rc_e       rc;
    edge_decoder_memory_t   from = { &memory, NULL, NULL, 0 };

    chance = 7;
    decoding = decoder->create(&from);
    assert_non_null(decoding);

    rc = run(decoder, decoding, coded, in_max, out_max, &chance, plain);
    *whole = decoder->is_whole(decoding);

    assert_true(memory.peak <= decoder->memory_max);
    decoder->close(decoding);
    assert_int_equal(memory.used, 0);

    return rc;
}


static void
test_decodes_whatever_the_pieces(void **state)
{
    size_t              d, i, p;
    unsigned            whole;
    unsigned char      *body;
    edge_test_kind_e    kind;
    edge_test_bytes_t   coded, plain;

    static const size_t  pieces[][2] = {
        { 1, 1 }, { 1, 100000 }, { 100000, 1 }, { 100, 4096 },
        { 1000000, 1000000 }
    };

    (void) state;

    for (d = 0; d < DECODERS; d++) {
        for (kind = 0; kind < EDGE_TEST_KINDS; kind++) {
            body = edge_test_body(kind, BODY_MAX);

            for (i = 0; i < SIZES; i++) {
                memset(&coded, 0, sizeof(coded));
                encode(decoders[d], body, sizes[i], &coded);

                for (p = 0; p < 5; p++) {
                    memset(&plain, 0, sizeof(plain));

                    assert_int_equal(decode(decoders[d], &coded,
                                            pieces[p][0], pieces[p][1],
                                            &plain, &whole),
                                     EDGE_DECODER_MORE_IN);
                    assert_true(whole);
                    assert_int_equal(plain.size, sizes[i]);

                    if (plain.size) {
                        assert_memory_equal(plain.data, body, sizes[i]);
                    }

                    edge_test_release(&plain);
                }

                edge_test_release(&coded);
            }

            free(body);
        }
    }
}


/* a body that is cut anywhere is not whole, and nothing is no body */

static void
test_knows_what_is_cut(void **state)
{
    size_t              d, cut;
    unsigned            whole;
    unsigned char      *body;
    edge_test_bytes_t   coded, part, plain;

    (void) state;

    body = edge_test_body(EDGE_TEST_TEXT, 500);

    for (d = 0; d < DECODERS; d++) {
        memset(&coded, 0, sizeof(coded));
        encode(decoders[d], body, 500, &coded);

        for (cut = 0; cut < coded.size; cut++) {
            part = coded;
            part.size = cut;
            memset(&plain, 0, sizeof(plain));

            assert_int_equal(decode(decoders[d], &part, 10, 10, &plain,
                                    &whole),
                             EDGE_DECODER_MORE_IN);
            assert_false(whole);
            edge_test_release(&plain);
        }

        edge_test_release(&coded);
    }

    free(body);
}


static void
test_takes_several_or_refuses(void **state)
{
    size_t              d;
    unsigned            whole;
    unsigned char      *body;
    edge_decoder_rc_e   rc;
    edge_test_bytes_t   coded, plain;

    (void) state;

    body = edge_test_body(EDGE_TEST_TEXT, 5000);

    for (d = 0; d < DECODERS; d++) {
        memset(&coded, 0, sizeof(coded));
        memset(&plain, 0, sizeof(plain));

        encode(decoders[d], body, 2000, &coded);
        encode(decoders[d], body + 2000, 3000, &coded);

        rc = decode(decoders[d], &coded, 100, 1000, &plain, &whole);

        if (decoders[d] == &edge_decoder_brotli) {
            assert_int_equal(rc, EDGE_DECODER_MALFORMED);

        } else {
            assert_int_equal(rc, EDGE_DECODER_MORE_IN);
            assert_true(whole);
            assert_int_equal(plain.size, 5000);
            assert_memory_equal(plain.data, body, 5000);
        }

        /* garbage behind the end */

        edge_test_release(&coded);
        edge_test_release(&plain);
        memset(&coded, 0, sizeof(coded));
        memset(&plain, 0, sizeof(plain));

        encode(decoders[d], body, 2000, &coded);
        edge_test_append(&coded, "and something else", 18);

        assert_int_equal(decode(decoders[d], &coded, 100, 1000, &plain,
                                &whole),
                         EDGE_DECODER_MALFORMED);

        edge_test_release(&coded);
        edge_test_release(&plain);
    }

    free(body);
}


static void
test_refuses_other_bytes(void **state)
{
    size_t              d;
    unsigned            whole;
    edge_test_bytes_t   coded, plain;

    static char  text[] = "<!DOCTYPE html> a page that nobody coded";
    static char  old[] = "\x25\xb5\x2f\xfd\x04\x58\x65\x04\0\0\0";
    static char  wide[] = "\x28\xb5\x2f\xfd\x00\x70\x09\0\0x";

    (void) state;

    for (d = 0; d < DECODERS; d++) {
        memset(&coded, 0, sizeof(coded));
        memset(&plain, 0, sizeof(plain));
        edge_test_append(&coded, text, sizeof(text));

        assert_int_equal(decode(decoders[d], &coded, 100, 100, &plain,
                                &whole),
                         EDGE_DECODER_MALFORMED);
        edge_test_release(&coded);
        edge_test_release(&plain);
    }

    memset(&coded, 0, sizeof(coded));
    memset(&plain, 0, sizeof(plain));
    edge_test_append(&coded, wide, sizeof(wide) - 1);

    assert_int_equal(decode(&edge_decoder_zstd, &coded, 100, 100, &plain,
                            &whole),
                     EDGE_DECODER_WINDOW);
    edge_test_release(&coded);

    /* libzstd may know formats before the standard; a coding has none */

    memset(&coded, 0, sizeof(coded));
    edge_test_append(&coded, old, sizeof(old) - 1);

    assert_int_equal(decode(&edge_decoder_zstd, &coded, 1, 100, &plain,
                            &whole),
                     EDGE_DECODER_MALFORMED);
    edge_test_release(&coded);
}


/* what an encoder flushed comes out before anything follows */

static size_t
flush(const edge_decoder_t *decoder, const unsigned char *body, size_t size,
    unsigned char *out, size_t room)
{
    size_t               left;
    uint8_t             *next;
    z_stream             z;
    ZSTD_CCtx           *cctx;
    ZSTD_inBuffer        in = { body, size, 0 };
    ZSTD_outBuffer       to = { out, room, 0 };
    BrotliEncoderState  *state;

    if (decoder == &edge_decoder_zstd) {
        cctx = ZSTD_createCCtx();
        assert_int_equal(ZSTD_compressStream2(cctx, &to, &in, ZSTD_e_flush),
                         0);
        (void) ZSTD_freeCCtx(cctx);
        return to.pos;
    }

    if (decoder == &edge_decoder_brotli) {
        state = BrotliEncoderCreateInstance(NULL, NULL, NULL);
        left = size;
        next = out;
        assert_true(BrotliEncoderCompressStream(state, BROTLI_OPERATION_FLUSH,
                                                &left, &body, &room, &next,
                                                NULL));
        assert_false(BrotliEncoderHasMoreOutput(state));
        BrotliEncoderDestroyInstance(state);
        return next - out;
    }

    memset(&z, 0, sizeof(z_stream));
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, 0), Z_OK);
    z.next_in = (Bytef *) body;
    z.avail_in = size;
    z.next_out = out;
    z.avail_out = room;
    assert_int_equal(deflate(&z, Z_SYNC_FLUSH), Z_OK);
    (void) deflateEnd(&z);

    return room - z.avail_out;
}


static void
test_gives_what_was_flushed(void **state)
{
    size_t              d, size;
    unsigned            whole;
    unsigned char      *body, *out;
    edge_test_bytes_t   coded, plain;

    (void) state;

    body = edge_test_body(EDGE_TEST_TEXT, 50000);
    out = malloc(100000);
    assert_non_null(out);

    for (d = 0; d < DECODERS; d++) {
        for (size = 1; size < 50000; size = size * 3 + 1) {
            memset(&coded, 0, sizeof(coded));
            memset(&plain, 0, sizeof(plain));
            edge_test_append(&coded, out, flush(decoders[d], body, size, out,
                                                100000));

            assert_int_equal(decode(decoders[d], &coded, 100, 1000, &plain,
                                    &whole),
                             EDGE_DECODER_MORE_IN);
            assert_false(whole);
            assert_int_equal(plain.size, size);
            assert_memory_equal(plain.data, body, size);

            edge_test_release(&coded);
            edge_test_release(&plain);
        }
    }

    free(body);
    free(out);
}


/* any number of empty calls between pieces is no error */

static void
test_bears_empty_calls(void **state)
{
    int                     i;
    size_t                  d;
    edge_in_t               in;
    edge_out_t              out;
    unsigned char          *body;
    unsigned char           room[1000];
    edge_memory_t           memory = { 0, 0, 0 };
    edge_decoding_t        *decoding;
    edge_test_bytes_t       coded;
    edge_decoder_memory_t   from = { &memory, NULL, NULL, 0 };

    (void) state;

    body = edge_test_body(EDGE_TEST_TEXT, 500);

    for (d = 0; d < DECODERS; d++) {
        memset(&coded, 0, sizeof(coded));
        encode(decoders[d], body, 500, &coded);

        decoding = decoders[d]->create(&from);
        assert_non_null(decoding);

        in.data = coded.data;
        in.size = 0;
        in.pos = 0;
        out.data = room;
        out.size = sizeof(room);
        out.pos = 0;

        for (i = 0; i < 1000; i++) {
            if (i == 100 || i == 200) {
                in.size = i == 100 ? coded.size / 2 : coded.size;
            }

            assert_int_equal(decoders[d]->step(decoding, &in, &out),
                             EDGE_DECODER_MORE_IN);
            assert_int_equal(decoders[d]->is_whole(decoding), i >= 200);
        }

        assert_int_equal(out.pos, 500);
        assert_memory_equal(room, body, 500);

        decoders[d]->close(decoding);
        edge_test_release(&coded);
    }

    free(body);
}


/* a decoder that had a whole body is as good as a new one */

static void
test_begins_again(void **state)
{
    size_t                  d, i;
    uint32_t                chance;
    unsigned char          *body;
    edge_memory_t           memory;
    edge_decoding_t        *decoding;
    edge_test_bytes_t       coded, plain;
    edge_decoder_memory_t   from;

    (void) state;

    body = edge_test_body(EDGE_TEST_TEXT, BODY_MAX);

    for (d = 0; d < DECODERS; d++) {

        if (decoders[d]->reset == NULL) {
            assert_ptr_equal(decoders[d], &edge_decoder_brotli);
            continue;
        }

        memset(&memory, 0, sizeof(memory));
        memset(&from, 0, sizeof(from));
        from.account = &memory;
        chance = 5;

        decoding = decoders[d]->create(&from);
        assert_non_null(decoding);

        for (i = 0; i < 3 * SIZES; i++) {
            memset(&coded, 0, sizeof(coded));
            memset(&plain, 0, sizeof(plain));
            encode(decoders[d], body, sizes[i * 5 % SIZES], &coded);

            assert_false(decoders[d]->is_whole(decoding));
            assert_int_equal(run(decoders[d], decoding, &coded, 3000, 5000,
                                 &chance, &plain),
                             EDGE_DECODER_MORE_IN);
            assert_true(decoders[d]->is_whole(decoding));
            assert_int_equal(plain.size, sizes[i * 5 % SIZES]);

            if (plain.size) {
                assert_memory_equal(plain.data, body, plain.size);
            }

            assert_int_equal(from.used, memory.used);
            decoders[d]->reset(decoding);
            assert_int_equal(from.used, memory.used);

            edge_test_release(&coded);
            edge_test_release(&plain);
        }

        assert_true(memory.peak <= decoders[d]->memory_max);
        decoders[d]->close(decoding);
        assert_int_equal(memory.used, 0);
        assert_int_equal(from.used, 0);
    }

    free(body);
}


/* text, coded as a repetition of what is not in its own body */

static void
encode_stale(const edge_decoder_t *decoder, const unsigned char *text,
    size_t size, edge_test_bytes_t *coded)
{
    size_t         n;
    z_stream       z;
    ZSTD_CCtx     *cctx;
    unsigned char  out[2000], prefix[1000];

    static char  head[] = "\x1f\x8b\x08\0\0\0\0\0\0\x03";

    if (decoder == &edge_decoder_zstd) {
        cctx = ZSTD_createCCtx();
        assert_non_null(cctx);
        memcpy(prefix, text, size);
        (void) ZSTD_CCtx_refPrefix(cctx, prefix, size);
        n = ZSTD_compress2(cctx, out, sizeof(out), text, size);
        assert_false(ZSTD_isError(n));
        (void) ZSTD_freeCCtx(cctx);

    } else {
        edge_test_append(coded, head, sizeof(head) - 1);

        memset(&z, 0, sizeof(z_stream));
        assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -15, 8, 0), Z_OK);
        assert_int_equal(deflateSetDictionary(&z, text, size), Z_OK);
        z.next_in = (Bytef *) text;
        z.avail_in = size;
        z.next_out = out;
        z.avail_out = sizeof(out);
        assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
        n = sizeof(out) - z.avail_out;
        (void) deflateEnd(&z);
    }

    assert_true(n < size / 4);
    edge_test_append(coded, out, n);
}


/* the window of one response is closed to the next */

static void
test_forgets_what_it_had(void **state)
{
    size_t                  d;
    uint32_t                chance;
    unsigned char          *body;
    edge_memory_t           memory = { 0, 0, 0 };
    edge_decoding_t        *decoding;
    edge_test_bytes_t       coded, stale, plain;
    edge_decoder_memory_t   from = { &memory, NULL, NULL, 0 };

    (void) state;

    body = edge_test_body(EDGE_TEST_NOISE, 1000);

    for (d = 0; d < DECODERS; d++) {

        if (decoders[d]->reset == NULL) {
            continue;
        }

        memset(&coded, 0, sizeof(coded));
        memset(&stale, 0, sizeof(stale));
        memset(&plain, 0, sizeof(plain));
        encode(decoders[d], body, 1000, &coded);
        encode_stale(decoders[d], body, 1000, &stale);
        chance = 11;

        decoding = decoders[d]->create(&from);
        assert_non_null(decoding);
        assert_int_equal(run(decoders[d], decoding, &coded, 100, 100,
                             &chance, &plain),
                         EDGE_DECODER_MORE_IN);
        assert_int_equal(plain.size, 1000);

        decoders[d]->reset(decoding);
        plain.size = 0;

        assert_int_equal(run(decoders[d], decoding, &stale, 100, 100,
                             &chance, &plain),
                         EDGE_DECODER_MALFORMED);
        assert_true(plain.size < 100);

        decoders[d]->close(decoding);
        edge_test_release(&coded);
        edge_test_release(&stale);
        edge_test_release(&plain);
    }

    free(body);
}


/* a body of zstd says in its first bytes what it may need */

static void
test_tells_its_needs(void **state)
{
    size_t  few, more, most;

    static char  one[] = "\x28\xb5\x2f\xfd\x20\x05";       /* 5 bytes */
    static char  two[] = "\x28\xb5\x2f\xfd\x00\x58";       /* 2 MB */
    static char  eight[] = "\x28\xb5\x2f\xfd\x00\x68";
    static char  wide[] = "\x28\xb5\x2f\xfd\x00\x70";

    (void) state;

    few = edge_decoder_zstd.needs(one, sizeof(one) - 1);
    more = edge_decoder_zstd.needs(two, sizeof(two) - 1);
    most = edge_decoder_zstd.needs(eight, sizeof(eight) - 1);

    assert_true(few < 512 * 1024);
    assert_true(more > 2 * 1024 * 1024 && more < 3 * 1024 * 1024);
    assert_true(most > 8 * 1024 * 1024);
    assert_true(most < edge_decoder_zstd.memory_max);

    /* and where it does not, as little as any */

    assert_true(edge_decoder_zstd.needs(two, 5) <= few);
    assert_true(edge_decoder_zstd.needs(wide, sizeof(wide) - 1) <= few);
    assert_true(edge_decoder_zstd.needs(NULL, 0) <= few);
}


/* memory that is refused, be it at once or later, and who may free some */

static unsigned  reclaimed;

static unsigned
reclaim(void *data)
{
    edge_memory_t *memory = data;

    reclaimed++;
    memory->ceiling += 4096;

    return memory->ceiling < 40 * 1024 * 1024;
}


static void
test_asks_for_memory(void **state)
{
    size_t                  d, step;
    uint32_t                chance;
    unsigned                refused;
    unsigned char          *body;
    edge_memory_t           memory;
    edge_decoding_t        *decoding;
    edge_decoder_rc_e       rc;
    edge_test_bytes_t       coded, plain;
    edge_decoder_memory_t   from = { &memory, NULL, NULL, 0 };

    (void) state;

    body = edge_test_body(EDGE_TEST_NOISE, BODY_MAX);

    for (d = 0; d < DECODERS; d++) {
        memset(&coded, 0, sizeof(coded));
        encode(decoders[d], body, BODY_MAX, &coded);
        refused = 0;

        for (step = 1024; step < 4 * 1024 * 1024; step += step / 3) {
            memset(&memory, 0, sizeof(memory));
            memset(&plain, 0, sizeof(plain));
            memory.ceiling = step;
            from.reclaim = NULL;
            chance = 3;

            decoding = decoders[d]->create(&from);

            if (decoding == NULL) {
                refused++;
                assert_int_equal(memory.used, 0);
                continue;
            }

            rc = run(decoders[d], decoding, &coded, 5000, 5000, &chance,
                     &plain);

            if (rc != EDGE_DECODER_MORE_IN) {
                assert_int_equal(rc, EDGE_DECODER_NO_MEMORY);
                refused++;
            }

            decoders[d]->close(decoding);
            edge_test_release(&plain);
            assert_int_equal(memory.used, 0);
            assert_true(memory.peak <= step);
        }

        assert_true(refused > 1);

        /* as much as it needs, from somebody else */

        memset(&memory, 0, sizeof(memory));
        memset(&plain, 0, sizeof(plain));
        memory.ceiling = 1024;
        from.reclaim = reclaim;
        from.data = &memory;
        reclaimed = 0;

        decoding = decoders[d]->create(&from);
        assert_non_null(decoding);
        assert_int_equal(run(decoders[d], decoding, &coded, 5000, 5000,
                             &chance, &plain),
                         EDGE_DECODER_MORE_IN);
        assert_true(reclaimed > 0);
        assert_true(decoders[d]->is_whole(decoding));
        assert_int_equal(plain.size, BODY_MAX);

        decoders[d]->close(decoding);
        edge_test_release(&plain);
        edge_test_release(&coded);
    }

    free(body);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_decodes_whatever_the_pieces),
        cmocka_unit_test(test_knows_what_is_cut),
        cmocka_unit_test(test_takes_several_or_refuses),
        cmocka_unit_test(test_refuses_other_bytes),
        cmocka_unit_test(test_gives_what_was_flushed),
        cmocka_unit_test(test_bears_empty_calls),
        cmocka_unit_test(test_begins_again),
        cmocka_unit_test(test_forgets_what_it_had),
        cmocka_unit_test(test_tells_its_needs),
        cmocka_unit_test(test_asks_for_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
