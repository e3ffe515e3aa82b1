/*
 * unit: compress/edge_stream.c compress/edge_codec_zstd.c
 *       compress/edge_codec_zstd_size.c
 *       compress/edge_codec_zstd_search.c compress/edge_match_fast.c
 *       compress/edge_match_finder.c
 *       compress/edge_codec_zstd_dictionary.c
 *       compress/edge_codec_zstd_stored.c
 *       compress/edge_stored.c compress/edge_spill.c
 *       compress/edge_memory.c
 *       t/unit/edge_test.c -lzstd
 */

#include "edge_memory.h"
#include "edge_stream.h"
#include "edge_test.h"


/* A codec that does what it is told, one line of the script a call. */

typedef struct {
    edge_codec_rc_e  rc;
    size_t           take;
    size_t           write;
} line_t;


struct edge_encoder_s {
    const line_t  *script;
    unsigned       calls;
    edge_step_e    last;        /* the step of the last call */
};


static edge_codec_rc_e
follow_script(edge_encoder_t *encoder, edge_step_e step, edge_in_t *in,
    edge_out_t *out)
{
    const line_t  *line;

    line = &encoder->script[encoder->calls++];
    encoder->last = step;

    assert_true(line->take <= in->size - in->pos);
    assert_true(line->write <= out->size - out->pos);

    in->pos += line->take;
    out->pos += line->write;

    return line->rc;
}


static const edge_codec_t  scripted = { .name = "x", .step = follow_script };


static char         input[100], output[100];
static edge_in_t    in;
static edge_out_t   out;


static void
begin(edge_stream_t *stream, edge_encoder_t *encoder, const line_t *script)
{
    in = (edge_in_t) { input, sizeof(input), 0 };
    out = (edge_out_t) { output, sizeof(output), 0 };

    memset(encoder, 0, sizeof(edge_encoder_t));
    encoder->script = script;

    edge_stream_init(stream);
    edge_stream_attach(stream, &scripted, encoder);
}


static void
test_complete(void **state)
{
    edge_stream_t        stream;
    edge_encoder_t       encoder;
    static const line_t  script[] = {
        { EDGE_CODEC_DONE, 40, 1 }, { EDGE_CODEC_DONE, 0, 7 },
        { EDGE_CODEC_DONE, 60, 5 }, { EDGE_CODEC_DONE, 0, 0 }
    };

    begin(&stream, &encoder, script);

    assert_int_equal(edge_stream_run(&stream, EDGE_STEP_FEED, &in, &out),
                     EDGE_STREAM_WANT_IN);
    assert_int_equal(encoder.last, EDGE_STEP_FEED);
    assert_int_equal(edge_stream_run(&stream, EDGE_STEP_FLUSH, &in, &out),
                     EDGE_STREAM_FLUSHED);
    assert_int_equal(encoder.last, EDGE_STEP_FLUSH);
    assert_int_equal(stream.frames, 0);
    assert_int_equal(edge_stream_run(&stream, EDGE_STEP_FINISH, &in, &out),
                     EDGE_STREAM_FINISHED);
    assert_int_equal(encoder.last, EDGE_STEP_FINISH);

    assert_int_equal(stream.frames, 1);
    assert_int_equal(stream.bytes_in, 100);
    assert_int_equal(stream.bytes_out, 13);

    /* nothing of a step that is complete is left behind */

    assert_int_equal(edge_stream_run(&stream, EDGE_STEP_FEED, &in, &out),
                     EDGE_STREAM_WANT_IN);
    assert_int_equal(encoder.last, EDGE_STEP_FEED);
    assert_int_equal(encoder.calls, 4);
}


/* each pending step against each new one: the stronger is carried on */

static void
test_stronger_step_stays(void **state)
{
    unsigned              pending, next, stronger;
    edge_stream_t         stream;
    edge_encoder_t        encoder;
    static const line_t   script[] = {
        { EDGE_CODEC_MORE, 10, 100 }, { EDGE_CODEC_MORE, 0, 100 },
        { EDGE_CODEC_DONE, 0, 3 }
    };
    static const edge_stream_status_e  answers[] = {
        EDGE_STREAM_WANT_IN, EDGE_STREAM_FLUSHED, EDGE_STREAM_FINISHED,
        EDGE_STREAM_FINISHED
    };

    for (pending = EDGE_STEP_FEED; pending <= EDGE_STEP_FINISH; pending++) {
        for (next = EDGE_STEP_FEED; next <= EDGE_STEP_FINISH; next++) {
            stronger = pending > next ? pending : next;
            begin(&stream, &encoder, script);

            assert_int_equal(edge_stream_run(&stream, pending, &in, &out),
                             EDGE_STREAM_WANT_OUT);
            assert_int_equal(encoder.last, pending);

            out.pos = 0;
            assert_int_equal(edge_stream_run(&stream, next, &in, &out),
                             EDGE_STREAM_WANT_OUT);
            assert_int_equal(encoder.last, stronger);

            out.pos = 0;
            assert_int_equal(edge_stream_run(&stream, EDGE_STEP_FEED, &in,
                                             &out), answers[stronger]);
            assert_int_equal(encoder.last, stronger);
            assert_int_equal(stream.bytes_out, 203);
            assert_int_equal(stream.frames, stronger >= EDGE_STEP_PAUSE);
        }
    }
}


/* a codec that says MORE with room left is called again, while it moves */

static void
test_drives_on(void **state)
{
    edge_stream_t        stream;
    edge_encoder_t       encoder;
    static const line_t  script[] = {
        { EDGE_CODEC_MORE, 10, 0 }, { EDGE_CODEC_MORE, 0, 10 },
        { EDGE_CODEC_MORE, 90, 80 }, { EDGE_CODEC_MORE, 0, 10 }
    };

    begin(&stream, &encoder, script);

    assert_int_equal(edge_stream_run(&stream, EDGE_STEP_FLUSH, &in, &out),
                     EDGE_STREAM_WANT_OUT);
    assert_int_equal(encoder.calls, 4);
    assert_int_equal(in.pos, 100);
    assert_int_equal(out.pos, 100);
}


static void
assert_failed_for_ever(edge_stream_t *stream, edge_encoder_t *encoder)
{
    unsigned        step, calls;
    edge_encoder_t  other = { NULL, 0, EDGE_STEP_FEED };

    assert_int_equal(stream->failed, 1);
    calls = encoder->calls;

    for (step = EDGE_STEP_FEED; step <= EDGE_STEP_FINISH; step++) {
        out.pos = 0;
        assert_int_equal(edge_stream_run(stream, step, &in, &out),
                         EDGE_STREAM_FAILED);
    }

    assert_int_equal(encoder->calls, calls);

    edge_stream_detach(stream);
    edge_stream_attach(stream, &scripted, &other);
    assert_int_equal(edge_stream_run(stream, EDGE_STEP_FEED, &in, &out),
                     EDGE_STREAM_FAILED);
    assert_int_equal(other.calls, 0);
    assert_int_equal(out.pos, 0);
}


static void
test_no_progress_fails(void **state)
{
    edge_stream_t        stream;
    edge_encoder_t       encoder;
    static const line_t  at_once[] = { { EDGE_CODEC_MORE, 0, 0 } };
    static const line_t  later[] = {
        { EDGE_CODEC_MORE, 5, 5 }, { EDGE_CODEC_MORE, 0, 0 }
    };

    begin(&stream, &encoder, at_once);
    assert_int_equal(edge_stream_run(&stream, EDGE_STEP_FINISH, &in, &out),
                     EDGE_STREAM_FAILED);
    assert_int_equal(encoder.calls, 1);
    assert_failed_for_ever(&stream, &encoder);

    begin(&stream, &encoder, later);
    assert_int_equal(edge_stream_run(&stream, EDGE_STEP_FEED, &in, &out),
                     EDGE_STREAM_FAILED);
    assert_int_equal(encoder.calls, 2);
    assert_int_equal(stream.bytes_in, 5);
    assert_failed_for_ever(&stream, &encoder);
}


static void
test_error_fails(void **state)
{
    edge_stream_t        stream;
    edge_encoder_t       encoder;
    static const line_t  script[] = {
        { EDGE_CODEC_MORE, 5, 5 }, { EDGE_CODEC_ERROR, 5, 5 }
    };

    begin(&stream, &encoder, script);
    assert_int_equal(edge_stream_run(&stream, EDGE_STEP_FINISH, &in, &out),
                     EDGE_STREAM_FAILED);
    assert_int_equal(stream.frames, 0);
    assert_failed_for_ever(&stream, &encoder);
}


static void
test_no_encoder_fails(void **state)
{
    edge_stream_t   stream;
    edge_encoder_t  encoder;

    begin(&stream, &encoder, NULL);
    edge_stream_detach(&stream);
    assert_null(stream.encoder);
    assert_int_equal(edge_stream_run(&stream, EDGE_STEP_FEED, &in, &out),
                     EDGE_STREAM_FAILED);
    assert_failed_for_ever(&stream, &encoder);

    edge_stream_init(&stream);
    assert_int_equal(edge_stream_run(&stream, EDGE_STEP_FEED, &in, &out),
                     EDGE_STREAM_FAILED);
}


/* refused is not failed: another encoder carries on what was asked */

static void
test_refused(void **state)
{
    edge_stream_t        stream;
    edge_encoder_t       encoder, other;
    static const line_t  script[] = { { EDGE_CODEC_NO_MEMORY, 0, 0 } };
    static const line_t  next[] = { { EDGE_CODEC_DONE, 100, 50 } };

    begin(&stream, &encoder, script);
    assert_int_equal(edge_stream_run(&stream, EDGE_STEP_FINISH, &in, &out),
                     EDGE_STREAM_REFUSED);
    assert_int_equal(stream.failed, 0);
    assert_int_equal(stream.frames, 0);
    assert_int_equal(in.pos, 0);
    assert_int_equal(out.pos, 0);

    memset(&other, 0, sizeof(edge_encoder_t));
    other.script = next;
    edge_stream_detach(&stream);
    edge_stream_attach(&stream, &scripted, &other);

    assert_int_equal(edge_stream_run(&stream, EDGE_STEP_FEED, &in, &out),
                     EDGE_STREAM_FINISHED);
    assert_int_equal(other.last, EDGE_STEP_FINISH);
    assert_int_equal(stream.frames, 1);
}


/* several frames by both codecs in turn, through rooms of 1 to 20 bytes */

static void
test_frames_through_tiny_rooms(void **state)
{
    size_t                 room, taken, frame;
    unsigned char         *body, room_data[20];
    edge_in_t              piece;
    edge_out_t             span;
    edge_stream_t          stream;
    edge_memory_t          memory = { 0, 0, 0 };
    edge_encoder_t        *encoder;
    const edge_codec_t    *codec;
    edge_test_bytes_t      coded = { NULL, 0, 0 };
    edge_stream_status_e   status;
    static edge_params_t   params = { 3, 17, 0, 0, NULL, NULL };

    body = edge_test_body(EDGE_TEST_NOISE, 4000);

    for (room = 1; room <= 20; room++) {
        edge_stream_init(&stream);

        for (taken = 0, frame = 0; frame < 4; frame++) {
            codec = frame & 1 ? &edge_codec_zstd : &edge_codec_zstd_stored;
            encoder = codec->create(&memory, &params, EDGE_SIZE_UNKNOWN, 0);
            assert_non_null(encoder);
            assert_int_equal(codec->open(encoder, EDGE_SIZE_UNKNOWN),
                             EDGE_CODEC_DONE);
            edge_stream_attach(&stream, codec, encoder);

            piece = (edge_in_t) { body + taken, 1000, 0 };

            do {
                span = (edge_out_t) { room_data, room, 0 };
                status = edge_stream_run(&stream, EDGE_STEP_FINISH, &piece,
                                         &span);
                edge_test_append(&coded, room_data, span.pos);

                assert_true(status == EDGE_STREAM_WANT_OUT
                            || status == EDGE_STREAM_FINISHED);
                assert_true(status == EDGE_STREAM_FINISHED
                            || span.pos == room);

            } while (status == EDGE_STREAM_WANT_OUT);

            taken += piece.pos;
            edge_stream_detach(&stream);
            codec->close(encoder);
        }

        assert_int_equal(stream.frames, 4);
        assert_int_equal(stream.bytes_in, 4000);
        assert_int_equal(stream.bytes_out, coded.size);
        edge_test_assert_zstd(&coded, body, 4000);
        edge_test_release(&coded);
    }

    free(body);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_complete),
        cmocka_unit_test(test_stronger_step_stays),
        cmocka_unit_test(test_drives_on),
        cmocka_unit_test(test_no_progress_fails),
        cmocka_unit_test(test_error_fails),
        cmocka_unit_test(test_no_encoder_fails),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_frames_through_tiny_rooms)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
