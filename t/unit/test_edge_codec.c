/*
 * unit: compress/edge_codec_zstd.c compress/edge_codec_zstd_size.c
 *       compress/edge_codec_zstd_search.c compress/edge_match_fast.c
 *       compress/edge_match_finder.c
 *       compress/edge_codec_zstd_dictionary.c
 *       compress/edge_codec_zstd_stored.c compress/edge_codec_brotli.c
 *       compress/edge_codec_brotli_dictionary.c
 *       compress/edge_codec_brotli_size.c
 *       compress/edge_codec_brotli_stored.c compress/edge_codec_gzip.c
 *       compress/edge_codec_gzip_stored.c
 *       compress/edge_stored.c
 *       compress/edge_arena.c
 *       compress/edge_spill.c compress/edge_memory.c t/unit/edge_test.c
 *       -lzstd -lbrotlienc -lbrotlidec -lz -Wl,--wrap=edge_memory_alloc
 */

/* The contract of edge_codec.h, over every codec there is. */

#include <brotli/decode.h>
#include <zlib.h>

#include "edge_codec.h"
#include "edge_memory.h"
#include "edge_test.h"


#define TAIL  8


typedef struct {
    const edge_codec_t  *codec;
    edge_params_t        params;
    void               (*assert_decodes)(const edge_test_bytes_t *coded,
                          const void *body, size_t size);
    /* appends what is decodable of the first bytes; 1 if a frame ends there */
    int                (*decode)(const void *coded, size_t size,
                          const void *dictionary, size_t dictionary_size,
                          edge_test_bytes_t *body);
} subject_t;


static unsigned  refuse_at;     /* the allocation to refuse, from 1; 0: none */
static unsigned  allocations;


void *__real_edge_memory_alloc(edge_memory_t *memory, size_t size);
void *__wrap_edge_memory_alloc(edge_memory_t *memory, size_t size);


void *
__wrap_edge_memory_alloc(edge_memory_t *memory, size_t size)
{
    if (++allocations == refuse_at) {
        return NULL;
    }

    return __real_edge_memory_alloc(memory, size);
}


static const size_t  sizes[] = {
    0, 1, 2, 255, 256, 257, 4095, 16383, 16384, 16385, 65535, 65791, 65792,
    131071, 131072, 131073, 262144, 400001
};

#define SIZES  (sizeof(sizes) / sizeof(sizes[0]))


/* one whole frame in one step, appended to coded */

static edge_codec_rc_e
code_whole(const subject_t *s, edge_encoder_t *encoder, const void *body,
    size_t size, edge_test_bytes_t *coded)
{
    size_t           bound;
    edge_in_t        in = { body, size, 0 };
    edge_out_t       out;
    unsigned char   *room;
    edge_codec_rc_e  rc;

    bound = s->codec->bound(size);
    assert_true(bound >= size);

    room = malloc(bound + TAIL);
    assert_non_null(room);
    memset(room, 0xa5, bound + TAIL);

    out.data = room;
    out.size = bound;
    out.pos = 0;

    rc = s->codec->step(encoder, EDGE_STEP_FINISH, &in, &out);

    if (rc == EDGE_CODEC_DONE) {
        assert_int_equal(in.pos, size);
        assert_in_range(out.pos, 1, bound);

    } else {
        assert_int_equal(in.pos, 0);
        assert_int_equal(out.pos, 0);
    }

    assert_memory_equal(room + bound, "\xa5\xa5\xa5\xa5\xa5\xa5\xa5\xa5",
                        TAIL);
    edge_test_append(coded, room, out.pos);
    free(room);

    return rc;
}


static edge_encoder_t *
create(const subject_t *s, edge_memory_t *memory, uint64_t size_max,
    unsigned whole, uint64_t size)
{
    edge_encoder_t  *encoder;

    encoder = s->codec->create(memory, &s->params, size_max, whole);
    assert_non_null(encoder);
    assert_int_equal(s->codec->open(encoder, size), EDGE_CODEC_DONE);

    return encoder;
}


static void
test_names(void **state)
{
    const subject_t *s = *state;

    assert_non_null(s->codec->name);
    assert_in_range(strspn(s->codec->name, "abcdefghijklmnopqrstuvwxyz"), 1,
                    8);
    assert_true(s->codec->bound(100000) >= s->codec->bound(1000));
}


static void
test_whole_bodies(void **state)
{
    size_t             i;
    unsigned           kind;
    const subject_t   *s = *state;
    edge_memory_t      memory = { 0, 0, 0 };
    unsigned char     *body;
    edge_encoder_t    *encoder;
    edge_test_bytes_t  coded = { NULL, 0, 0 };

    for (kind = 0; kind < EDGE_TEST_KINDS; kind++) {
        for (i = 0; i < SIZES; i++) {
            body = edge_test_body(kind, sizes[i]);
            encoder = create(s, &memory, sizes[i], 1, sizes[i]);

            assert_int_equal(code_whole(s, encoder, body, sizes[i], &coded),
                             EDGE_CODEC_DONE);
            s->assert_decodes(&coded, body, sizes[i]);

            assert_true(memory.peak
                        <= s->codec->estimate(&s->params, sizes[i], 1));

            s->codec->close(encoder);
            assert_int_equal(memory.used, 0);
            memory.peak = 0;

            edge_test_release(&coded);
            free(body);
        }
    }
}


/* a whole body that does not fit, and after it one that does */

static void
test_whole_without_room(void **state)
{
    const subject_t   *s = *state;
    const size_t       size = 300000, room_size = 131072;
    edge_memory_t      memory = { 0, 0, 0 };
    unsigned char     *body = edge_test_body(EDGE_TEST_NOISE, size);
    unsigned char     *room = malloc(room_size);
    edge_in_t          in = { body, size, 0 };
    edge_out_t         out = { room, room_size, 0 };
    edge_encoder_t    *encoder;
    edge_test_bytes_t  coded = { NULL, 0, 0 };

    encoder = create(s, &memory, 524288, 1, size);

    assert_int_equal(s->codec->step(encoder, EDGE_STEP_FINISH, &in, &out),
                     EDGE_CODEC_MORE);
    assert_int_equal(out.pos, out.size);

    s->codec->reset(encoder);

    assert_int_equal(s->codec->open(encoder, 100000), EDGE_CODEC_DONE);
    assert_int_equal(code_whole(s, encoder, body, 100000, &coded),
                     EDGE_CODEC_DONE);
    s->assert_decodes(&coded, body, 100000);

    s->codec->close(encoder);
    assert_int_equal(memory.used, 0);

    edge_test_release(&coded);
    free(room);
    free(body);
}


/* one step carried to its end through rooms of up to room_max bytes */

static void
carry(const subject_t *s, edge_encoder_t *encoder, edge_step_e step,
    const unsigned char *data, size_t size, size_t room_max, uint32_t *chance,
    edge_test_bytes_t *coded)
{
    size_t           start;
    edge_in_t        in;
    edge_out_t       out;
    edge_codec_rc_e  rc;

    static unsigned char  room[1 << 17];

    /* three bytes in front that are not ours to read or write */

    in.data = data - 3;
    in.size = size + 3;
    in.pos = 3;

    do {
        out.data = room;
        out.pos = 3;
        out.size = out.pos + 1 + edge_test_random(chance, room_max);
        memset(room, 0x5a, 3);
        room[out.size] = 0x5a;

        start = in.pos;
        rc = s->codec->step(encoder, step, &in, &out);

        assert_true(rc == EDGE_CODEC_DONE || rc == EDGE_CODEC_MORE);
        assert_in_range(in.pos, start, in.size);
        assert_in_range(out.pos, 3, out.size);
        assert_memory_equal(room, "\x5a\x5a\x5a", 3);
        assert_int_equal(room[out.size], 0x5a);

        /* any room at all brings it on */

        assert_true(rc == EDGE_CODEC_DONE || out.pos > 3 || in.pos > start);

        edge_test_append(coded, room + 3, out.pos - 3);

    } while (rc == EDGE_CODEC_MORE);

    assert_int_equal(in.pos, in.size);
}


static void
assert_decodable(const subject_t *s, const edge_test_bytes_t *coded,
    const unsigned char *body, size_t size)
{
    edge_test_bytes_t  decoded = { NULL, 0, 0 };

    (void) s->decode(coded->data, coded->size, NULL, 0, &decoded);

    assert_int_equal(decoded.size, size);

    if (size) {
        assert_memory_equal(decoded.data, body, size);
    }

    edge_test_release(&decoded);
}


/* a frame in random pieces, some of them flushed and looked at */

static void
code_pieces(const subject_t *s, edge_encoder_t *encoder,
    const unsigned char *body, size_t size, size_t room_max, uint32_t *chance,
    edge_test_bytes_t *coded)
{
    size_t       taken, piece, from;
    unsigned     looks;
    edge_step_e  step;

    from = coded->size;
    looks = 0;
    taken = 0;

    while (taken < size) {
        piece = 1 + edge_test_random(chance, size / 4 + 1);

        if (piece > size - taken) {
            piece = size - taken;
        }

        step = edge_test_random(chance, 3) ? EDGE_STEP_FEED : EDGE_STEP_FLUSH;

        carry(s, encoder, step, body + taken, piece, room_max, chance, coded);
        taken += piece;

        if (step == EDGE_STEP_FLUSH && from == 0 && looks++ < 4) {
            assert_decodable(s, coded, body, taken);
        }
    }

    carry(s, encoder, EDGE_STEP_FINISH, body + taken, 0, room_max, chance,
          coded);
}


static void
test_pieces(void **state)
{
    size_t             i, room;
    unsigned           kind;
    uint32_t           chance;
    const subject_t   *s = *state;
    edge_memory_t      memory = { 0, 0, 0 };
    unsigned char     *body;
    edge_encoder_t    *encoder;
    edge_test_bytes_t  coded = { NULL, 0, 0 };

    chance = 7;

    for (kind = 0; kind < EDGE_TEST_KINDS; kind++) {
        for (i = 0; i < SIZES; i++) {
            body = edge_test_body(kind, sizes[i] + 3);

            for (room = 100; room <= 100000; room *= 10) {
                encoder = create(s, &memory, EDGE_SIZE_UNKNOWN, 0,
                                 EDGE_SIZE_UNKNOWN);
                code_pieces(s, encoder, body + 3, sizes[i], room, &chance,
                            &coded);
                s->assert_decodes(&coded, body + 3, sizes[i]);
                s->codec->close(encoder);
                edge_test_release(&coded);
            }

            free(body);
        }
    }

    assert_int_equal(memory.used, 0);
    assert_true(memory.peak <= s->codec->estimate(&s->params,
                                                  EDGE_SIZE_UNKNOWN, 0));
}


static void
test_tiny_rooms(void **state)
{
    size_t             room;
    uint32_t           chance;
    const subject_t   *s = *state;
    edge_memory_t      memory = { 0, 0, 0 };
    unsigned char     *body;
    edge_encoder_t    *encoder;
    edge_test_bytes_t  coded = { NULL, 0, 0 };

    chance = 11;
    body = edge_test_body(EDGE_TEST_NOISE, 3003);

    for (room = 1; room <= 20; room++) {
        encoder = create(s, &memory, EDGE_SIZE_UNKNOWN, 0,
                         EDGE_SIZE_UNKNOWN);
        code_pieces(s, encoder, body + 3, 3000, room, &chance, &coded);
        s->assert_decodes(&coded, body + 3, 3000);
        s->codec->close(encoder);
        edge_test_release(&coded);
    }

    free(body);
}


/* the n-th frame of an encoder is what the first of a new one would be */

static void
test_reuse(void **state)
{
    size_t             used;
    uint32_t           chance;
    unsigned           i;
    const subject_t   *s = *state;
    edge_memory_t      memory = { 0, 0, 0 };
    unsigned char     *body;
    edge_encoder_t    *encoder;
    edge_test_bytes_t  first = { NULL, 0, 0 };
    edge_test_bytes_t  next = { NULL, 0, 0 };

    body = edge_test_body(EDGE_TEST_TEXT, 50003);
    encoder = create(s, &memory, EDGE_SIZE_UNKNOWN, 0, EDGE_SIZE_UNKNOWN);

    chance = 3;
    code_pieces(s, encoder, body + 3, 50000, 1000, &chance, &first);
    used = memory.used;

    for (i = 0; i < 6; i++) {

        /* half of the frames before are abandoned midway */

        if (i & 1) {
            carry(s, encoder, EDGE_STEP_FEED, body + 9, 20000, 1000, &chance,
                  &next);
            edge_test_release(&next);
            s->codec->reset(encoder);
        }

        assert_int_equal(s->codec->open(encoder, EDGE_SIZE_UNKNOWN),
                         EDGE_CODEC_DONE);
        chance = 3;
        code_pieces(s, encoder, body + 3, 50000, 1000, &chance, &next);

        assert_int_equal(next.size, first.size);
        assert_memory_equal(next.data, first.data, first.size);
        assert_int_equal(memory.used, used);
        edge_test_release(&next);

        if (i & 2) {
            s->codec->reset(encoder);
        }

        assert_int_equal(s->codec->open(encoder, EDGE_SIZE_UNKNOWN),
                         EDGE_CODEC_DONE);
    }

    s->codec->close(encoder);
    assert_int_equal(memory.used, 0);

    edge_test_release(&first);
    free(body);
}


static void
test_concatenation(void **state)
{
    unsigned           i;
    uint32_t           chance;
    const subject_t   *s = *state;
    edge_memory_t      memory = { 0, 0, 0 };
    unsigned char     *body;
    edge_encoder_t    *encoder;
    edge_test_bytes_t  coded = { NULL, 0, 0 };

    if (!s->codec->concatenates) {
        assert_non_null(s->codec->resume);
        return;
    }

    chance = 5;
    body = edge_test_body(EDGE_TEST_TEXT, 30003);
    encoder = create(s, &memory, EDGE_SIZE_UNKNOWN, 0, EDGE_SIZE_UNKNOWN);

    for (i = 0; i < 3; i++) {
        code_pieces(s, encoder, body + 3 + i * 10000, 10000, 500, &chance,
                    &coded);
        assert_int_equal(s->codec->open(encoder, EDGE_SIZE_UNKNOWN),
                         EDGE_CODEC_DONE);
    }

    s->assert_decodes(&coded, body + 3, 30000);

    s->codec->close(encoder);
    edge_test_release(&coded);
    free(body);
}


/* every refusal of memory, one after the other, is said in time */

static void
refuse_each(const subject_t *s, unsigned whole)
{
    unsigned           at, taken;
    unsigned char     *body;
    edge_codec_rc_e    rc;
    edge_encoder_t    *encoder;
    edge_memory_t      memory = { 0, 0, 0 };
    edge_test_bytes_t  coded = { NULL, 0, 0 };

    body = edge_test_body(EDGE_TEST_TEXT, 100000);

    for (at = 1; /* void */; at++) {
        refuse_at = at;
        allocations = 0;
        rc = EDGE_CODEC_NO_MEMORY;

        encoder = s->codec->create(&memory, &s->params, 100000, whole);

        if (encoder) {
            rc = s->codec->open(encoder, whole ? 100000 : EDGE_SIZE_UNKNOWN);

            if (rc == EDGE_CODEC_DONE) {
                rc = code_whole(s, encoder, body, 100000, &coded);
            }

            s->codec->close(encoder);
        }

        taken = allocations;
        refuse_at = 0;
        assert_int_equal(memory.used, 0);

        if (taken < at) {
            break;
        }

        assert_int_equal(rc, EDGE_CODEC_NO_MEMORY);
        assert_int_equal(coded.size, 0);
    }

    assert_int_equal(rc, EDGE_CODEC_DONE);
    s->assert_decodes(&coded, body, 100000);

    edge_test_release(&coded);
    free(body);
}


static void
test_refusals(void **state)
{
    refuse_each(*state, 0);
    refuse_each(*state, 1);
}


/* no ceiling is passed, and one of the size of the estimate is enough */

static void
test_ceilings(void **state)
{
    size_t             estimate, ceiling;
    unsigned           whole;
    unsigned char     *body;
    const subject_t   *s = *state;
    edge_memory_t      memory = { 0, 0, 0 };
    edge_encoder_t    *encoder;
    edge_codec_rc_e    rc;
    edge_test_bytes_t  coded = { NULL, 0, 0 };

    body = edge_test_body(EDGE_TEST_TEXT, 100000);

    for (whole = 0; whole < 2; whole++) {
        estimate = s->codec->estimate(&s->params, 131072, whole);

        for (ceiling = estimate; ceiling; ceiling -= estimate / 16) {
            memory.ceiling = ceiling;
            memory.peak = 0;
            rc = EDGE_CODEC_NO_MEMORY;

            encoder = s->codec->create(&memory, &s->params, 131072, whole);

            if (encoder) {
                rc = s->codec->open(encoder, whole ? 100000
                                                   : EDGE_SIZE_UNKNOWN);

                if (rc == EDGE_CODEC_DONE) {
                    rc = code_whole(s, encoder, body, 100000, &coded);
                }

                s->codec->close(encoder);
            }

            assert_true(memory.peak <= ceiling);
            assert_int_equal(memory.used, 0);
            assert_true(rc == EDGE_CODEC_DONE || rc == EDGE_CODEC_NO_MEMORY);
            assert_true(rc == EDGE_CODEC_DONE || ceiling < estimate);
            edge_test_release(&coded);

            if (ceiling <= estimate / 16) {
                break;
            }
        }
    }

    free(body);
}


#define CONTRACT(subject)                                                    \
    { #subject " has a name and a bound", test_names, NULL, NULL,            \
      &subject },                                                            \
    { #subject " codes whole bodies", test_whole_bodies, NULL, NULL,         \
      &subject },                                                            \
    { #subject " stops where there is no room", test_whole_without_room,     \
      NULL, NULL, &subject },                                                \
    { #subject " codes pieces, flushed ones decodable", test_pieces, NULL,   \
      NULL, &subject },                                                      \
    { #subject " goes on in any room", test_tiny_rooms, NULL, NULL,          \
      &subject },                                                            \
    { #subject " starts anew after a frame", test_reuse, NULL, NULL,         \
      &subject },                                                            \
    { #subject " frames concatenate", test_concatenation, NULL, NULL,        \
      &subject },                                                            \
    { #subject " says when memory is refused", test_refusals, NULL, NULL,    \
      &subject },                                                            \
    { #subject " keeps below a ceiling", test_ceilings, NULL, NULL,          \
      &subject }


/* what Brotli's decoder makes of so many bytes */

static int
unbrotli(const void *coded, size_t size, const void *dictionary,
    size_t dictionary_size, edge_test_bytes_t *body)
{
    size_t                room;
    uint8_t              *to;
    const uint8_t        *from = coded;
    BrotliDecoderState   *decoder;
    BrotliDecoderResult   rc;

    static uint8_t  out[1 << 16];

    decoder = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    assert_non_null(decoder);

    do {
        to = out;
        room = sizeof(out);
        rc = BrotliDecoderDecompressStream(decoder, &size, &from, &room, &to,
                                           NULL);
        edge_test_append(body, out, sizeof(out) - room);
    } while (rc == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT || room == 0);

    BrotliDecoderDestroyInstance(decoder);

    if (rc == BROTLI_DECODER_RESULT_ERROR || size != 0) {
        return -1;
    }

    return rc == BROTLI_DECODER_RESULT_SUCCESS;
}


/* one member, nothing behind it: what browsers read */

static int
ungzip(const void *coded, size_t size, const void *dictionary,
    size_t dictionary_size, edge_test_bytes_t *body)
{
    int       rc;
    z_stream  z;

    static uint8_t  out[1 << 16];

    memset(&z, 0, sizeof(z));
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);

    z.next_in = (Bytef *) coded;
    z.avail_in = size;

    do {
        z.next_out = out;
        z.avail_out = sizeof(out);
        rc = inflate(&z, Z_SYNC_FLUSH);
        edge_test_append(body, out, sizeof(out) - z.avail_out);
    } while (rc == Z_OK && z.avail_out == 0);

    (void) inflateEnd(&z);

    if ((rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
        || z.avail_in != 0)
    {
        return -1;
    }

    return rc == Z_STREAM_END;
}


static void
assert_whole(int ended, edge_test_bytes_t *decoded, const void *body,
    size_t size)
{
    assert_int_equal(ended, 1);
    assert_int_equal(decoded->size, size);

    if (size) {
        assert_memory_equal(decoded->data, body, size);
    }

    edge_test_release(decoded);
}


static void
assert_brotli(const edge_test_bytes_t *coded, const void *body, size_t size)
{
    int                ended;
    edge_test_bytes_t  decoded = { NULL, 0, 0 };

    ended = unbrotli(coded->data, coded->size, NULL, 0, &decoded);
    assert_whole(ended, &decoded, body, size);
}


static void
assert_gzip(const edge_test_bytes_t *coded, const void *body, size_t size)
{
    int                ended;
    edge_test_bytes_t  decoded = { NULL, 0, 0 };

    ended = ungzip(coded->data, coded->size, NULL, 0, &decoded);
    assert_whole(ended, &decoded, body, size);
}


static subject_t  brotli = {
    &edge_codec_brotli, { 5, 0, 0, 0, NULL }, assert_brotli, unbrotli
};

static subject_t  brotli_fast = {
    &edge_codec_brotli, { 0, 0, 0, 0, NULL }, assert_brotli, unbrotli
};

static subject_t  brotli_high = {
    &edge_codec_brotli, { 9, 16, 0, 0, NULL }, assert_brotli, unbrotli
};

static subject_t  brotli_stored = {
    &edge_codec_brotli_stored, { 5, 0, 0, 0, NULL }, assert_brotli, unbrotli
};

static subject_t  gzip = {
    &edge_codec_gzip, { 6, 0, 0, 0, NULL }, assert_gzip, ungzip
};

static subject_t  gzip_fast = {
    &edge_codec_gzip, { 1, 9, 0, 0, NULL }, assert_gzip, ungzip
};

static subject_t  gzip_stored = {
    &edge_codec_gzip_stored, { 6, 0, 0, 0, NULL }, assert_gzip, ungzip
};

static subject_t  zstd = {
    &edge_codec_zstd, { 3, 0, 0, 0, NULL }, edge_test_assert_zstd,
    edge_test_unzstd
};

static subject_t  zstd_fast = {
    &edge_codec_zstd, { -5, 17, 0, 0, NULL }, edge_test_assert_zstd,
    edge_test_unzstd
};

static subject_t  zstd_high = {
    &edge_codec_zstd, { 12, 20, 0, 1, NULL }, edge_test_assert_zstd,
    edge_test_unzstd
};

static subject_t  stored = {
    &edge_codec_zstd_stored, { 3, 0, 0, 0, NULL }, edge_test_assert_zstd,
    edge_test_unzstd
};


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        CONTRACT(zstd),
        CONTRACT(zstd_fast),
        CONTRACT(zstd_high),
        CONTRACT(stored),
        CONTRACT(brotli),
        CONTRACT(brotli_fast),
        CONTRACT(brotli_high),
        CONTRACT(brotli_stored),
        CONTRACT(gzip),
        CONTRACT(gzip_fast),
        CONTRACT(gzip_stored)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
