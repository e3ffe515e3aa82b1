/* unit: compress/edge_codec_zstd_stored.c compress/edge_stored.c compress/edge_spill.c compress/edge_memory.c t/unit/edge_test.c -lzstd */

#include "edge_codec.h"
#include "edge_memory.h"
#include "edge_test.h"


static const edge_codec_t  *codec = &edge_codec_zstd_stored;
static const edge_params_t  params = { 3, 0, 0, 0, NULL, NULL };


static edge_encoder_t *
create(void)
{
    edge_encoder_t  *encoder;

    encoder = codec->create(NULL, &params, EDGE_SIZE_UNKNOWN, 0);
    assert_non_null(encoder);
    assert_int_equal(codec->open(encoder, EDGE_SIZE_UNKNOWN),
                     EDGE_CODEC_DONE);

    return encoder;
}


/* RFC 8878, 3.1.1: header, raw blocks, an empty last block */

static void
test_bytes(void **state)
{
    char             room[64];
    edge_in_t        in = { "abcde", 5, 0 };
    edge_out_t       out = { room, sizeof(room), 0 };
    edge_encoder_t  *encoder;

    encoder = create();

    assert_int_equal(codec->step(encoder, EDGE_STEP_FLUSH, &in, &out),
                     EDGE_CODEC_DONE);
    assert_int_equal(out.pos, 14);
    assert_memory_equal(room, "\x28\xb5\x2f\xfd\x00\x38" "\x28\0\0" "abcde",
                        14);

    /* a flush with nothing new writes nothing */

    assert_int_equal(codec->step(encoder, EDGE_STEP_FLUSH, &in, &out),
                     EDGE_CODEC_DONE);
    assert_int_equal(out.pos, 14);

    assert_int_equal(codec->step(encoder, EDGE_STEP_FINISH, &in, &out),
                     EDGE_CODEC_DONE);
    assert_int_equal(out.pos, 17);
    assert_memory_equal(room + 14, "\1\0\0", 3);

    /* and an end is written once */

    assert_int_equal(codec->step(encoder, EDGE_STEP_FINISH, &in, &out),
                     EDGE_CODEC_DONE);
    assert_int_equal(out.pos, 17);

    codec->close(encoder);
}


static void
test_empty_body(void **state)
{
    char             room[9];
    edge_in_t        in = { NULL, 0, 0 };
    edge_out_t       out = { room, sizeof(room), 0 };
    edge_encoder_t  *encoder;

    encoder = create();
    assert_int_equal(codec->step(encoder, EDGE_STEP_FINISH, &in, &out),
                     EDGE_CODEC_DONE);
    assert_memory_equal(room, "\x28\xb5\x2f\xfd\x00\x38\1\0\0", 9);
    codec->close(encoder);
}


/* no block over what the window allows (RFC 8878, 3.1.1.2.4), none empty */

static void
test_blocks(void **state)
{
    size_t             i, at, size, total;
    unsigned char     *body;
    edge_in_t          in;
    edge_out_t         out;
    edge_encoder_t    *encoder;
    edge_test_bytes_t  coded = { NULL, 0, 0 };

    static const size_t  sizes[] = { 1, 131071, 131072, 131073, 300000 };

    body = edge_test_body(EDGE_TEST_NOISE, 300000);
    encoder = create();

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        coded.data = malloc(codec->bound(sizes[i]));
        assert_non_null(coded.data);

        codec->reset(encoder);
        assert_int_equal(codec->open(encoder, sizes[i]), EDGE_CODEC_DONE);

        in = (edge_in_t) { body, sizes[i], 0 };
        out = (edge_out_t) { coded.data, codec->bound(sizes[i]), 0 };
        assert_int_equal(codec->step(encoder, EDGE_STEP_FINISH, &in, &out),
                         EDGE_CODEC_DONE);

        /* 3 bytes a block, and no more blocks than there must be */

        assert_int_equal(out.pos, 6 + sizes[i]
                         + 3 * ((sizes[i] + 131071) / 131072 + 1));

        total = 0;

        for (at = 6; at < out.pos; at += 3 + size) {
            size = coded.data[at] >> 3 | coded.data[at + 1] << 5
                   | coded.data[at + 2] << 13;

            assert_true(size <= 131072);
            assert_int_equal(coded.data[at] & 7, size ? 0 : 1);
            total += size;
        }

        assert_int_equal(at, out.pos);
        assert_int_equal(total, sizes[i]);

        coded.size = out.pos;
        edge_test_assert_zstd(&coded, body, sizes[i]);
        edge_test_release(&coded);
    }

    codec->close(encoder);
    free(body);
}


/* whatever room an earlier step left, the next one goes on */

static void
test_room_left_over(void **state)
{
    size_t             first, second;
    char               room[16];
    unsigned char     *body;
    edge_in_t          in;
    edge_out_t         out;
    edge_codec_rc_e    rc;
    edge_encoder_t    *encoder;
    edge_test_bytes_t  coded = { NULL, 0, 0 };

    body = edge_test_body(EDGE_TEST_TEXT, 16);

    for (first = 1; first <= 16; first++) {
        for (second = 0; second <= 16; second++) {
            encoder = create();
            in = (edge_in_t) { body, second, 0 };
            out = (edge_out_t) { room, first, 0 };

            while ((rc = codec->step(encoder, EDGE_STEP_FINISH, &in, &out))
                   == EDGE_CODEC_MORE)
            {
                assert_int_equal(out.pos, out.size);
                edge_test_append(&coded, room, out.pos);
                out = (edge_out_t) { room, 1 + second % 16, 0 };
            }

            assert_int_equal(rc, EDGE_CODEC_DONE);
            assert_int_equal(in.pos, second);
            edge_test_append(&coded, room, out.pos);

            edge_test_assert_zstd(&coded, body, second);
            edge_test_release(&coded);
            codec->close(encoder);
        }
    }

    free(body);
}


/* it is for when the account is empty */

static void
test_needs_no_account(void **state)
{
    edge_memory_t    memory = { 100, 100, 100 };
    edge_encoder_t  *encoder;

    assert_int_equal(codec->estimate(&params, EDGE_SIZE_UNKNOWN, 0), 0);

    encoder = codec->create(&memory, &params, EDGE_SIZE_UNKNOWN, 0);
    assert_non_null(encoder);
    assert_int_equal(memory.used, 100);
    codec->close(encoder);
    assert_int_equal(memory.used, 100);
}


/* it stands in for the encoder under the same token */

static void
test_token(void **state)
{
    assert_string_equal(codec->name, "zstd");
    assert_int_equal(codec->concatenates, 1);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_empty_body),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_room_left_over),
        cmocka_unit_test(test_needs_no_account),
        cmocka_unit_test(test_token)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
